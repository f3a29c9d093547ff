// alerts: who gets them, how it stands with them, and a test message.

#include <CLI/CLI.hpp>

#include "cli/alerts_view.h"
#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/configuration_view.h"
#include "cli/field_options.h"
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

std::string render_within_configuration(const json::value& answer, const Terminal& terminal) {
  const json::value* const configuration = member(answer, "configuration");
  const json::value* const alerts = configuration == nullptr ? nullptr : member(*configuration, "alerts");
  return render_alert_settings(alerts == nullptr ? json::value(json::object()) : *alerts, terminal);
}

void add_show(CLI::App& group, Session& session, const std::shared_ptr<bool>& as_json) {
  CLI::App* show = group.add_subcommand("show", "All settings of the alerts");
  show->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON: the whole configuration");
  show->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("configuration")), *as_json, render_within_configuration);
    };
  });
}

void add_edit(CLI::App& group, Session& session) {
  CLI::App* edit = group.add_subcommand("edit", "Change settings of the alerts; the others stay as they are");
  const auto given = add_field_options(*edit, "alerts", FieldUse::kEdit);
  const auto options = add_change_options(*edit);
  edit->callback([&session, given, options] {
    session.action = [&session, given, options]() -> Answer<> {
      if (given->document().empty()) return misused("no setting is named: there is nothing to change");
      const json::object change{{"alerts", given->document()}};
      return send_change(session, *options, "PATCH", Url("configuration"), json::serialize(change));
    };
  });
}

}  // namespace

void add_alerts_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("alerts", "Who is told what happens, and whether it arrives");
  group->require_subcommand(1);
  auto as_json = std::make_shared<bool>(false);
  add_show(*group, session, as_json);
  add_edit(*group, session);
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
