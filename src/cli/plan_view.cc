#include "cli/plan_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/text.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

struct KindLook {
  std::string_view sign;
  Colour colour;
};

KindLook look_of(std::string_view kind) {
  if (kind == "added") return {"+", Colour::kGreen};
  if (kind == "removed") return {"-", Colour::kRed};
  return {"~", Colour::kYellow};
}

// A value comes as JSON. Texts are shown without their quotes, unless nothing would be left to see.
std::string shown(std::string_view value) {
  std::error_code error;
  const json::value parsed = json::parse(value, error);
  if (error || !parsed.is_string() || parsed.get_string().empty()) return std::string(value);
  return std::string(parsed.get_string());
}

std::string padded(std::string text, size_t width) {
  text.append(width - std::min(width, columns(text)), ' ');
  return text;
}

Colour colour_of(std::string_view line) {
  if (line.starts_with('+')) return Colour::kGreen;
  if (line.starts_with('-')) return Colour::kRed;
  return line.starts_with('@') ? Colour::kBold : Colour::kDim;
}

// Of a long text, below its sizes.
std::string changed_lines(const json::value& field, const Terminal& terminal) {
  const json::value* const change = member(field, "text");
  if (change == nullptr || !change->is_object()) return "";
  constexpr std::string_view kIndent = "        ";
  std::string text;
  for (const json::value& line : list_at(*change, "lines")) {
    const std::string safe = terminal.safe(line.is_string() ? std::string_view(line.get_string()) : "");
    text += fmt::format("{}{}\n", kIndent, terminal.paint(safe, colour_of(safe)));
  }
  if (const uint64_t more = count_at(*change, "left_out"); more != 0) {
    text += fmt::format("{}and {} more {}\n", kIndent, grouped(more), more == 1 ? "line" : "lines");
  }
  return text;
}

std::string field_line(const json::value& field, std::string_view kind, size_t name_width, const Terminal& terminal) {
  const std::string name = terminal.safe(text_at(field, "field")) + ":";
  const std::string from = terminal.safe(shown(text_at(field, "from")));
  const std::string to = terminal.safe(shown(text_at(field, "to")));
  std::string line = "    " + padded(name, name_width + 1) + " ";
  if (kind == "modified") {
    line += fmt::format("{} {} {}", from, terminal.glyph(Glyph::kArrow), to);
  } else {
    line += kind == "removed" ? from : to;
  }
  return line + "\n" + changed_lines(field, terminal);
}

std::string render_object(const json::value& change, const Terminal& terminal) {
  const std::string kind = text_at(change, "kind");
  const KindLook look = look_of(kind);
  std::string heading = fmt::format("{} {}", look.sign, object_in_words(terminal.safe(text_at(change, "object"))));
  if (const std::string before = terminal.safe(text_at(change, "renamed_from")); !before.empty()) {
    heading += fmt::format("  (renamed; was {})", object_in_words(before));
  }
  std::string text = terminal.paint(heading, look.colour) + "\n";
  size_t name_width = 0;
  for (const json::value& field : list_at(change, "fields")) {
    name_width = std::max(name_width, columns(terminal.safe(text_at(field, "field"))));
  }
  for (const json::value& field : list_at(change, "fields")) text += field_line(field, kind, name_width, terminal);
  return text;
}

std::string waiting(const json::value& answer) {
  const json::value* const confirmation = member(answer, "confirmation");
  if (confirmation == nullptr || !confirmation->is_object()) return "";
  return fmt::format("Unless you run `evenkeel confirm` until {}, revision {} comes back.\n",
                     local_time(text_at(*confirmation, "until")), count_at(*confirmation, "back_to"));
}

std::string outcome(const json::value& answer) {
  const json::value* plan = member(answer, "plan");
  const bool is_empty = plan == nullptr || list_at(*plan, "changes").empty();
  if (flag_at(answer, "dry_run")) {
    return is_empty ? "Dry run: nothing would change.\n" : "Dry run: nothing was changed.\n";
  }
  if (const uint64_t revision = count_at(answer, "revision"); revision != 0) {
    return fmt::format("Revision {} is in force.\n", revision) + waiting(answer);
  }
  return "Nothing to change.\n";
}

}  // namespace

std::string render_plan(const json::value& plan, const Terminal& terminal) {
  std::string text;
  for (const json::value& change : list_at(plan, "changes")) text += render_object(change, terminal);
  return text;
}

std::string render_change(const json::value& answer, const Terminal& terminal) {
  const json::value* plan = member(answer, "plan");
  std::string text = plan == nullptr ? "" : render_plan(*plan, terminal);
  for (const json::value& warning : list_at(answer, "warnings")) {
    const std::string sentence = warning.is_string() ? std::string(warning.get_string()) : json::serialize(warning);
    text += terminal.paint("! " + terminal.safe(sentence), Colour::kYellow) + "\n";
  }
  const std::string layer7 = text_at(answer, "layer7");
  if (layer7 == "reload") {
    const std::string reason = terminal.safe(text_at(answer, "layer7_reason"));
    text += fmt::format("Layer 7: by a seamless reload of HAProxy{}.\n", reason.empty() ? "" : " (" + reason + ")");
  }
  if (layer7 == "commands") text += "Layer 7: at once in the running HAProxy, without a reload.\n";
  return text + outcome(answer);
}

}  // namespace evenkeel::cli
