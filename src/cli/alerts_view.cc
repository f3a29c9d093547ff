#include "cli/alerts_view.h"

#include <fmt/format.h>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/text.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string ago(const json::value& owner, std::string_view key, std::optional<WallTime> now) {
  const auto at = parse_iso8601(text_at(owner, key));
  if (!at || !now) return {};
  return human_age(std::chrono::duration_cast<std::chrono::milliseconds>(*now - *at)) + " ago";
}

std::string state_of(const json::value& channel, std::optional<WallTime> now, const Terminal& terminal) {
  const std::string sent = ago(channel, "last_sent", now);
  std::string text =
      sent.empty() ? "nothing sent yet" : fmt::format("{}: {}", sent, terminal.safe(text_at(channel, "last_subject")));
  if (const uint64_t waiting = count_at(channel, "waiting"); waiting != 0) {
    text += fmt::format("; {} waiting", grouped(waiting));
  }
  return text;
}

}  // namespace

std::string render_alerts(const json::value& status, const Terminal& terminal) {
  const auto now = parse_iso8601(text_at(status, "at"));
  std::string text;
  for (const json::value& channel : list_at(status, "alerts")) {
    text += fmt::format("{}\n  {}\n", terminal.safe(text_at(channel, "channel")), state_of(channel, now, terminal));
    const std::string error = terminal.safe(text_at(channel, "error"));
    if (error.empty()) continue;
    const std::string line = fmt::format("  failed {}: {}", ago(channel, "failed_at", now), error);
    text += terminal.paint(line, Colour::kRed) + "\n";
  }
  return text.empty() ? "Nobody gets alerts: see alerts in the configuration.\n" : text;
}

std::string render_alert_test(const json::value& answer, const Terminal& terminal) {
  std::string text;
  for (const json::value& channel : list_at(answer, "alerts")) {
    const std::string error = terminal.safe(text_at(channel, "error"));
    const std::string outcome = error.empty() ? "sent" : terminal.paint("failed: " + error, Colour::kRed);
    text += fmt::format("{}: {}\n", terminal.safe(text_at(channel, "channel")), outcome);
  }
  return text;
}

}  // namespace evenkeel::cli
