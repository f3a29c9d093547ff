// alerts: how it stands with them, and a test message.

#include <CLI/CLI.hpp>

#include "cli/alerts_view.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace {

namespace json = boost::json;

// Fails when one of the channels did.
Answer<> send_test(Session& session, bool as_json) {
  const auto answer = session.api().send("POST", Url("alerts").segment("test"), "");
  if (auto shown = session.show(answer, as_json, render_alert_test); !shown) return shown;
  for (const json::value& channel : list_at(*answer, "alerts")) {
    if (!text_at(channel, "error").empty()) return refuse("not everybody got the test message", "see above");
  }
  return {};
}

}  // namespace

void add_alerts_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("alerts", "Who is told what happens, and whether it arrives");
  group->require_subcommand(1);
  auto as_json = std::make_shared<bool>(false);
  CLI::App* status = group->add_subcommand("status", "When each was told last, what waits, what failed");
  status->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  status->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("status")), *as_json, render_alerts);
    };
  });
  CLI::App* test = group->add_subcommand("test", "Send a test message to all who get alerts, now");
  test->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  test->callback(
      [&session, as_json] { session.action = [&session, as_json] { return send_test(session, *as_json); }; });
}

}  // namespace evenkeel::cli
