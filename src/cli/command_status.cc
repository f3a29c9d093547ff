#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/status_view.h"
#include "cli/watch.h"

namespace evenkeel::cli {
namespace {

struct StatusOptions {
  bool json = false;
  double watch_seconds = 0;
};

}  // namespace

void add_status_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("status", "Virtual services, their real servers, and what needs attention");
  auto options = std::make_shared<StatusOptions>();
  auto* json = command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  add_watch_option(*command, options->watch_seconds, json);
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      if (options->watch_seconds > 0) return watch(session, Url("status"), options->watch_seconds, render_status);
      return session.show(session.api().get(Url("status")), options->json, render_status);
    };
  });
}

}  // namespace evenkeel::cli
