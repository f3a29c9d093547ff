// engines: the programs that do the work, and what they are told.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/engines_view.h"
#include "cli/json_text.h"
#include "cli/list_group.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace {

std::shared_ptr<std::string> add_name(CLI::App& command) {
  auto name = std::make_shared<std::string>();
  command.add_option("NAME", *name, "haproxy, nginx-web or nginx-fallback")->type_name("")->required();
  return name;
}

Url url_of(const std::string& name, const char* what) {
  return Url("engines").segment(name).segment(what);
}

// The one resource that is no JSON.
Answer<std::string> get_text(Session& session, const Url& url) {
  auto response = session.api().transport().send({.method = "GET", .target = url.text(), .body = ""});
  if (!response) return std::unexpected(failure_of(response.error()));
  if (response->status != 200) return std::unexpected(failure_of(*response));
  return std::move(response->body);
}

// As it is in force, byte for byte where nothing is masked; only what a terminal would obey is written out.
Answer<> show_configuration(Session& session, const std::string& name) {
  const auto text = get_text(session, url_of(name, "configuration"));
  if (!text) return std::unexpected(text.error());
  session.print(render_lines(*text, session.terminal));
  return {};
}

Answer<> restart(Session& session, const std::string& name, bool as_json) {
  return session.show(session.api().send("POST", url_of(name, "restart"), ""), as_json, render_restart);
}

}  // namespace

void add_engines_commands(CLI::App& app, Session& session) {
  CLI::App* group = add_list_group(app, session, "engines", "The programs that do the work: HAProxy, and nginx twice",
                                   render_engines);
  CLI::App* show = group->add_subcommand("show", "The file that it has read, secrets masked");
  const auto shown = add_name(*show);
  show->callback(
      [&session, shown] { session.action = [&session, shown] { return show_configuration(session, *shown); }; });
  CLI::App* again = group->add_subcommand(
      "restart", "Has it read its file again; open connections go on, and one that does not run is started");
  const auto restarted = add_name(*again);
  auto restart_as_json = std::make_shared<bool>(false);
  again->add_flag("--json", *restart_as_json, "Print evenkeeld's answer as JSON");
  again->callback([&session, restarted, restart_as_json] {
    session.action = [&session, restarted, restart_as_json] { return restart(session, *restarted, *restart_as_json); };
  });
}

}  // namespace evenkeel::cli
