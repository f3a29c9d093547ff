// confirm, revert: a change that waits for one or the other.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/plan_view.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace {

namespace json = boost::json;

std::string render_confirmed(const json::value& answer, const Terminal& /*terminal*/) {
  return fmt::format("Revision {} stays.\n", count_at(answer, "confirmed"));
}

template <class View>
void add_command(CLI::App& app, Session& session, const std::string& verb, const char* help, View view) {
  CLI::App* command = app.add_subcommand(verb, help);
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, verb, as_json, view] {
    session.action = [&session, verb, as_json, view] {
      return session.show(session.api().send("POST", Url("confirmation").segment(verb), ""), *as_json, view);
    };
  });
}

}  // namespace

void add_confirmation_commands(CLI::App& app, Session& session) {
  add_command(app, session, "confirm", "Keep the change that was made with --confirm-within", render_confirmed);
  add_command(app, session, "revert", "Take the change back that was made with --confirm-within", render_change);
}

}  // namespace evenkeel::cli
