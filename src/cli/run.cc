#include "cli/run.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/command_backup.h"
#include "cli/commands.h"
#include "cli/failure_view.h"
#include "cli/help_formatter.h"
#include "model/place.h"

namespace evenkeel::cli {
namespace {

void add_common_options(CLI::App& app, Session& session) {
  app.formatter(std::make_shared<HelpFormatter>(session.terminal.width));
  app.set_help_flag("-h,--help", "Print this help; also: evenkeel help COMMAND");
  app.set_version_flag("--version", "evenkeel " EVENKEEL_VERSION, "Print the version");
  app.add_option("--socket", session.socket_path, "evenkeeld's socket; also: EVENKEEL_SOCKET in the environment")
      ->type_name("PATH")
      ->default_str(session.socket_path);
  app.add_option_function<std::string>(
         "--colour,--color",
         [&session](const std::string& when) {
           if (when != "auto") session.terminal.colour = when == "always";
         },
         "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.require_subcommand(1);
  app.fallthrough();
}

void add_commands(CLI::App& app, Session& session) {
  add_status_command(app, session);
  add_virtual_service_commands(app, session);
  add_real_server_commands(app, session);
  add_layer7_service_commands(app, session);
  add_layer7_server_commands(app, session);
  add_certificate_commands(app, session);
  add_layer7_commands(app, session);
  add_apply_command(app, session);
  add_configuration_command(app, session);
  add_revisions_commands(app, session);
  add_confirmation_commands(app, session);
  add_backup_commands(app, session);
  add_connections_command(app, session);
  add_persistence_commands(app, session);
  add_traffic_command(app, session);
  add_statistics_command(app, session);
  add_reasons_command(app, session);
  add_source_ports_command(app, session);
  add_counters_command(app, session);
  add_events_command(app, session);
  add_logs_commands(app, session);
  add_doctor_commands(app, session);
  add_alerts_commands(app, session);
  add_engines_commands(app, session);
  add_fallback_page_commands(app, session);
  add_web_commands(app, session);
  add_access_commands(app, session);
  add_explain_command(app, session);
  add_schema_command(app, session);
}

// "evenkeel help real-server drain" is "evenkeel real-server drain --help".
std::vector<std::string> with_help_last(std::vector<std::string> arguments) {
  if (!arguments.empty() && arguments[0] == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

// The innermost command that the command line names, and how it was called.
struct NamedCommand {
  const CLI::App* app;
  std::string caller;  // "evenkeel", what stands before its own name
  std::string name;    // "evenkeel real-server"
};

NamedCommand innermost_command(const CLI::App& app) {
  NamedCommand command{&app, "", "evenkeel"};
  while (!command.app->get_subcommands().empty()) {
    command.app = command.app->get_subcommands().front();
    command.caller = command.name;
    command.name += " " + command.app->get_name();
  }
  return command;
}

std::string unknown_command(const NamedCommand& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* known : command.app->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(known->get_name());
  }
  const std::string_view meant = model::nearest(word, {names.begin(), names.end()});
  return fmt::format("there is no command \"{} {}\"{}", command.name, word,
                     meant.empty() ? "" : fmt::format("; did you mean {}?", meant));
}

// Help and version are no errors, though CLI11 reports them as such.
ExitCode report(const CLI::App& app, const CLI::ParseError& error, World& world, const Session& session) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error, world.out, world.error);
    return ExitCode::kOk;
  }
  const NamedCommand command = innermost_command(app);
  const bool lacks_command = command.app->get_require_subcommand_min() > 0;
  const std::vector<std::string> unknown = app.remaining(true);
  if (lacks_command && unknown.empty()) {
    world.error << command.app->help(command.caller);
    return ExitCode::kUsage;
  }
  const std::string message = lacks_command ? unknown_command(command, unknown.front()) : error.what();
  world.error << render_failure({ExitCode::kUsage, message, {}, "see " + command.name + " --help"}, session.terminal);
  return ExitCode::kUsage;
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, World& world) {
  Session session(world);
  CLI::App app("Evenkeel: the load balancer's command line", "evenkeel");
  add_common_options(app, session);
  add_commands(app, session);
  try {
    std::vector<std::string> reversed = with_help_last(arguments);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return report(app, error, world, session);
  }
  const Answer<> done = session.action();
  if (done) return ExitCode::kOk;
  world.error << render_failure(done.error(), session.terminal);
  return done.error().exit;
}

}  // namespace evenkeel::cli
