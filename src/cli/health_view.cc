#include "cli/health_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string safe_at(const json::value& value, std::string_view key, const Terminal& terminal) {
  return terminal.safe(text_at(value, key));
}

Cell outcome_cell(const json::value& probe, const Terminal& terminal) {
  const std::string outcome = text_at(probe, "outcome");
  const Colour colour = outcome == "success" ? Colour::kGreen : outcome == "failure" ? Colour::kRed : Colour::kYellow;
  return {in_words(terminal.safe(outcome)), colour};
}

std::string render_probes(const json::value& answer, const Terminal& terminal) {
  Table table({{"PROBE"}, {"RESULT"}, {"MS", Align::kRight}, {"DECIDED BY"}, {"REASON"}});
  for (const json::value& probe : list_at(answer, "probes")) {
    const json::value* evidence = member(probe, "evidence");
    const json::value none;
    const json::value& known = evidence == nullptr ? none : *evidence;
    table.add_row({{local_time(safe_at(probe, "at", terminal))},
                   outcome_cell(probe, terminal),
                   {fmt::format("{:.2f}", number_at(probe, "ms"))},
                   {safe_at(known, "rule", terminal)},
                   {safe_at(known, "reason", terminal)}});
  }
  return table.empty() ? "It has not been probed yet.\n" : "\n" + table.render(terminal);
}

// Each line by itself: a line feed is not harmless within one.
std::string marked_lines(std::string_view mark, std::string_view text, const Terminal& terminal) {
  std::string lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines += fmt::format("{} {}\n", mark, terminal.safe(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Of the newest probe that has some.
std::string render_conversation(const json::value& answer, const Terminal& terminal) {
  for (const json::value& probe : list_at(answer, "probes")) {
    const json::value* evidence = member(probe, "evidence");
    if (evidence == nullptr || (text_at(*evidence, "request") + text_at(*evidence, "answer")).empty()) continue;
    return fmt::format("\nWhat was said at {}:\n", local_time(safe_at(probe, "at", terminal))) +
           marked_lines(">", text_at(*evidence, "request"), terminal) +
           marked_lines("<", text_at(*evidence, "answer"), terminal);
  }
  return {};
}

}  // namespace

std::string render_health(const json::value& answer, const Terminal& terminal) {
  std::string text = terminal.paint(safe_at(answer, "sentence", terminal), Colour::kBold) + "\n";
  const std::string look_at = safe_at(answer, "look_at", terminal);
  if (!look_at.empty()) text += fmt::format("{} {}\n", terminal.glyph(Glyph::kArrow), look_at);
  return text + render_probes(answer, terminal) + render_conversation(answer, terminal);
}

}  // namespace evenkeel::cli
