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
  Table table({{"PROBE"}, {"CHECK"}, {"RESULT"}, {"MS", Align::kRight}, {"DECIDED BY"}, {"REASON"}});
  for (const json::value& probe : list_at(answer, "probes")) {
    const json::value* evidence = member(probe, "evidence");
    const json::value none;
    const json::value& known = evidence == nullptr ? none : *evidence;
    table.add_row({{local_time(safe_at(probe, "at", terminal))},
                   {safe_at(probe, "check", terminal)},
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

// Empty where nothing was said.
std::string render_said(const json::value& probe, const Terminal& terminal) {
  const json::value* evidence = member(probe, "evidence");
  if (evidence == nullptr) return {};
  return marked_lines(">", text_at(*evidence, "request"), terminal) +
         marked_lines("<", text_at(*evidence, "answer"), terminal);
}

// Of the newest probe that has some.
std::string render_conversation(const json::value& answer, const Terminal& terminal) {
  for (const json::value& probe : list_at(answer, "probes")) {
    const std::string said = render_said(probe, terminal);
    if (said.empty()) continue;
    return fmt::format("\nWhat was said at {}:\n", local_time(safe_at(probe, "at", terminal))) + said;
  }
  return {};
}

std::string render_look_at(const json::value& answer, const Terminal& terminal) {
  const std::string look_at = safe_at(answer, "look_at", terminal);
  return look_at.empty() ? "" : fmt::format("{} {}\n", terminal.glyph(Glyph::kArrow), look_at);
}

std::string render_repeat(const json::value& answer, const Terminal& terminal) {
  const std::string command = safe_at(answer, "repeat_with", terminal);
  return command.empty() ? "" : fmt::format("\nTo ask the same from a shell:\n{}\n", command);
}

// "TCP 0.30 ms, first byte 2.90 ms, all 3.10 ms": as far as it came.
std::string timings(const json::value& answer, const json::value& evidence) {
  std::string text;
  const auto add = [&](const char* name, const json::value& owner, std::string_view key) {
    const json::value* moment = member(owner, key);
    if (moment == nullptr || moment->is_null()) return;
    text += fmt::format("{}{} {:.2f} ms", text.empty() ? "" : ", ", name, number_at(owner, key));
  };
  add("TCP", evidence, "connected_ms");
  add("TLS", evidence, "secured_ms");
  add("first byte", evidence, "first_byte_ms");
  add("all", answer, "ms");
  return text;
}

}  // namespace

std::string render_health(const json::value& answer, const Terminal& terminal) {
  return terminal.paint(safe_at(answer, "sentence", terminal), Colour::kBold) + "\n" +
         render_look_at(answer, terminal) + render_probes(answer, terminal) + render_conversation(answer, terminal) +
         render_repeat(answer, terminal);
}

std::string render_test(const json::value& answer, const Terminal& terminal) {
  const json::value none;
  const json::value* found = member(answer, "evidence");
  const json::value& evidence = found == nullptr ? none : *found;
  const Cell outcome = outcome_cell(answer, terminal);
  std::string text =
      fmt::format("{}: {}\n", terminal.paint(outcome.text, outcome.colour), safe_at(evidence, "reason", terminal));
  text += render_look_at(answer, terminal);
  text += fmt::format("Decided by {}; {}\n", safe_at(evidence, "rule", terminal), timings(answer, evidence));
  const std::string said = render_said(answer, terminal);
  if (!said.empty()) text += "\n" + said;
  return text + render_repeat(answer, terminal);
}

}  // namespace evenkeel::cli
