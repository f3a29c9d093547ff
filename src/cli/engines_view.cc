#include "cli/engines_view.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

Cell state_of(const json::value& engine) {
  if (flag_at(engine, "running")) return {"running", Colour::kGreen};
  if (flag_at(engine, "wanted")) return {"not running", Colour::kRed};
  return {"not needed", Colour::kDim};
}

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

std::string pid_of(const json::value& engine) {
  const auto pid = count_at(engine, "pid");
  return pid == 0 ? "-" : std::to_string(pid);
}

}  // namespace

std::string render_engines(const json::value& engines, const Terminal& terminal) {
  Table table({{"ENGINE"}, {"STATE"}, {"SINCE"}, {"VERSION"}, {"PROCESS", Align::kRight}, {"RESTARTS", Align::kRight}});
  if (!engines.is_array()) return {};
  for (const json::value& engine : engines.get_array()) {
    const auto safe = [&](std::string_view key) { return terminal.safe(text_at(engine, key)); };
    table.add_row({{safe("name")},
                   state_of(engine),
                   {or_dash(local_time(safe("since")))},
                   {or_dash(safe("version"))},
                   {pid_of(engine)},
                   {std::to_string(count_at(engine, "restarts"))}});
    const json::value* const error = member(engine, "last_error");
    if (error == nullptr || !error->is_object()) continue;
    table.add_line(fmt::format("  last error {}: {}", local_time(terminal.safe(text_at(*error, "at"))),
                               terminal.safe(text_at(*error, "message"))),
                   Colour::kYellow);
  }
  return table.render(terminal);
}

std::string render_restart(const json::value& restarted, const Terminal& terminal) {
  return terminal.safe(text_at(restarted, "sentence")) + ".\n";
}

std::string render_lines(const std::string& text, const Terminal& terminal) {
  std::string safe;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) safe += terminal.safe(line) + "\n";
  return safe;
}

}  // namespace evenkeel::cli
