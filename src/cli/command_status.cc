#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/status_view.h"

namespace evenkeel::cli {
namespace {

struct StatusOptions {
  bool json = false;
  double watch_seconds = 0;
};

// Home, the new picture, and nothing of the old one below it.
std::string redrawn(std::string text) {
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 4)) {
    text.insert(end, "\x1b[K");
  }
  return "\x1b[H" + text + "\x1b[J";
}

Answer<> watch(Session& session, const StatusOptions& options) {
  const auto interval = std::chrono::milliseconds(static_cast<int64_t>(options.watch_seconds * 1000));
  do {
    const auto answer = session.api().get(Url("status"));
    if (!answer) return std::unexpected(answer.error());
    session.print(redrawn(render_status(*answer, session.terminal)));
  } while (session.world().pause(interval));
  return {};
}

}  // namespace

void add_status_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("status", "Virtual services, their real servers, and what needs attention");
  auto options = std::make_shared<StatusOptions>();
  auto* json = command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->add_option("--watch", options->watch_seconds, "Show it again every so many seconds (2 if not said)")
      ->expected(0, 1)
      ->default_str("2")
      ->check(CLI::Range(0.2, 3600.0))
      ->type_name("SECONDS")
      ->excludes(json);
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      if (options->watch_seconds > 0) return watch(session, *options);
      return session.show(session.api().get(Url("status")), options->json, render_status);
    };
  });
}

}  // namespace evenkeel::cli
