#include "cli/restore_view.h"

#include <fmt/format.h>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/plan_view.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string render_list(const json::value& answer, std::string_view key, std::string_view what,
                        const Terminal& terminal) {
  const json::value* const change = member(answer, key);
  if (change == nullptr || change->is_null()) return "";
  std::string text;
  const auto add = [&](std::string_view list, char sign, Colour colour) {
    for (const json::value& name : list_at(*change, list)) {
      if (!name.is_string()) continue;
      text += terminal.paint(fmt::format("{} {} {}", sign, what, terminal.safe(name.get_string())), colour) + "\n";
    }
  };
  add("added", '+', Colour::kGreen);
  add("changed", '~', Colour::kYellow);
  add("removed", '-', Colour::kRed);
  return text;
}

std::string origin_of(const json::value& answer, const Terminal& terminal) {
  const json::value* const origin = member(answer, "backup");
  if (origin == nullptr) return "";
  return fmt::format("Backup of {}, {}, revision {}: {}.\n", terminal.safe(text_at(*origin, "host")),
                     local_time(terminal.safe(text_at(*origin, "made_at"))), count_at(*origin, "revision"),
                     flag_at(*origin, "own") ? "made by this appliance" : "made by another appliance");
}

}  // namespace

std::string render_restore(const json::value& answer, const Terminal& terminal) {
  std::string text = origin_of(answer, terminal);
  text += render_list(answer, "certificates", "certificate", terminal);
  text += render_list(answer, "files", "the", terminal);
  text += render_list(answer, "users", "user", terminal);
  text += render_list(answer, "tokens", "token", terminal);
  const json::value* const users = member(answer, "users");
  if (users == nullptr || users->is_null()) {
    text += "The backup has no administrator: users and tokens stay as they are.\n";
  }
  if (const uint64_t actions = count_at(answer, "operator_actions"); actions != 0) {
    text += fmt::format("Real servers drained or halted in it: {}.\n", actions);
  }
  return text + render_change(answer, terminal);
}

}  // namespace evenkeel::cli
