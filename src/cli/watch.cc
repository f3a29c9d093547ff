#include "cli/watch.h"

#include <CLI/CLI.hpp>

namespace evenkeel::cli {
namespace {

// Home, the new picture, and nothing of the old one below it.
std::string redrawn(std::string text) {
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 4)) {
    text.insert(end, "\x1b[K");
  }
  return "\x1b[H" + text + "\x1b[J";
}

}  // namespace

void add_watch_option(CLI::App& command, double& seconds, CLI::Option* not_with) {
  command.add_option("--watch", seconds, "Show it again every so many seconds (2 if not said)")
      ->expected(0, 1)
      ->default_str("2")
      ->check(CLI::Range(0.2, 3600.0))
      ->type_name("SECONDS")
      ->excludes(not_with);
}

Answer<> watch(Session& session, const Url& url, double seconds,
               const std::function<std::string(const boost::json::value&, const Terminal&)>& render) {
  const auto interval = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  do {
    const auto answer = session.api().get(url);
    if (!answer) return std::unexpected(answer.error());
    session.print(redrawn(render(*answer, session.terminal)));
  } while (session.world().pause(interval));
  return {};
}

}  // namespace evenkeel::cli
