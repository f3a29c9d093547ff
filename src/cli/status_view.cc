#include "cli/status_view.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

enum ColumnIndex : size_t { kName, kAddress, kState, kWeight, kActive, kInactive, kTotal, kPackets, kBytes };

// What a narrow terminal does without first. Weight and address then move to the line of details.
constexpr std::array kDroppedInOrder{kTotal, kWeight, kAddress, kInactive, kPackets};

constexpr size_t kNameLimit = 24;  // columns; a label may have 64 characters
constexpr uint64_t kDefaultWeight = 100;

class StatusView {
 public:
  StatusView(const json::value& status, const Terminal& terminal)
      : status_(status), terminal_(terminal), now_(parse_iso8601(text_at(status, "at"))) {}

  std::string render();

 private:
  std::string heading() const;
  std::string services();
  Table table(bool with_details) const;
  void add_service(Table& table, const json::value& service, bool with_details) const;
  void add_server(Table& table, const json::value& server, bool with_details) const;
  std::vector<Cell> counter_cells(const json::value& owner) const;
  std::string service_details(const json::value& service) const;
  std::vector<std::string> server_details(const json::value& server) const;
  std::string operator_details(const json::value& action) const;
  std::string attention() const;
  std::string reasons() const;

  std::string age(std::string_view since) const;
  bool is_hidden(ColumnIndex column) const { return hidden_.contains(column); }
  std::string safe(const json::value& owner, std::string_view key) const { return terminal_.safe(text_at(owner, key)); }
  std::string_view dot() const { return terminal_.glyph(Glyph::kDot); }

  const json::value& status_;
  const Terminal& terminal_;
  std::optional<WallTime> now_;
  std::set<ColumnIndex> hidden_;
};

std::string StatusView::age(std::string_view since) const {
  const auto start = parse_iso8601(since);
  if (!start || !now_) return {};
  return human_age(std::chrono::duration_cast<std::chrono::milliseconds>(*now_ - *start));
}

std::string StatusView::render() {
  return heading() + "\n" + services() + attention() + reasons();
}

std::string StatusView::heading() const {
  const json::value empty;
  const json::value* table = member(status_, "connection_table");
  const uint64_t revision = count_at(status_, "revision");
  const std::string line = fmt::format("evenkeel {}{}{}{}{} of {} connections", safe(status_, "version"), dot(),
                                       revision == 0 ? "nothing configured yet" : fmt::format("revision {}", revision),
                                       dot(), grouped(count_at(table == nullptr ? empty : *table, "used")),
                                       grouped(count_at(table == nullptr ? empty : *table, "size")));
  return terminal_.paint(terminal_.fitted(line, 0), Colour::kBold) + "\n";
}

std::string StatusView::services() {
  if (list_at(status_, "virtual_services").empty()) {
    return "There is no virtual service. Add one: evenkeel virtual-service add LABEL --address ... --ports ...\n";
  }
  for (const ColumnIndex column : kDroppedInOrder) {
    if (terminal_.width == 0 || table(false).width() <= terminal_.width) break;
    hidden_.insert(column);
  }
  return table(true).render(terminal_);
}

Table StatusView::table(bool with_details) const {
  const auto column = [this](const char* heading, Align align, ColumnIndex index) {
    return Column{heading, align, is_hidden(index)};
  };
  Table table({column("SERVICE / REAL SERVER", Align::kLeft, kName), column("ADDRESS", Align::kLeft, kAddress),
               column("STATE", Align::kLeft, kState), column("WEIGHT", Align::kRight, kWeight),
               column("ACTIVE", Align::kRight, kActive), column("INACTIVE", Align::kRight, kInactive),
               column("TOTAL", Align::kRight, kTotal), column("PACKETS", Align::kRight, kPackets),
               column("BYTES", Align::kRight, kBytes)});
  for (const json::value& service : list_at(status_, "virtual_services")) {
    add_service(table, service, with_details);
    for (const json::value& server : list_at(service, "real_servers")) add_server(table, server, with_details);
    if (with_details) table.add_line("");
  }
  return table;
}

std::vector<Cell> StatusView::counter_cells(const json::value& owner) const {
  const json::value empty;
  const json::value* found = member(owner, "counters");
  const json::value& counters = found == nullptr ? empty : *found;
  return {{human_count(count_at(counters, "active"))},
          {human_count(count_at(counters, "inactive"))},
          {human_count(count_at(counters, "connections"))},
          {human_count(count_at(counters, "packets"))},
          {human_bytes(count_at(counters, "bytes"))}};
}

void StatusView::add_service(Table& table, const json::value& service, bool with_details) const {
  const std::string_view ellipsis = terminal_.glyph(Glyph::kEllipsis);
  std::vector<Cell> row{{shortened(safe(service, "label"), kNameLimit, ellipsis), Colour::kBold},
                        {safe(service, "address"), Colour::kBold},
                        state_cell(text_at(service, "state"), terminal_),
                        {}};
  for (Cell& cell : counter_cells(service)) row.push_back({std::move(cell.text), Colour::kBold});
  table.add_row(std::move(row));
  if (!with_details) return;
  table.add_line("  " + service_details(service), Colour::kDim);
  if (flag_at(service, "fallback_active")) {
    const std::string reason = safe(service, "reason");
    table.add_line("  fallback active: " + (reason.empty() ? "no real server takes connections" : reason),
                   Colour::kYellow);
  } else if (!text_at(service, "reason").empty()) {
    table.add_line("  " + safe(service, "reason"), state_cell(text_at(service, "state"), terminal_).colour);
  }
}

std::string StatusView::service_details(const json::value& service) const {
  std::string details;
  if (is_hidden(kAddress)) details += safe(service, "address") + std::string(dot());
  details += fmt::format("{} {}{}{}{}{}", protocol_in_words(safe(service, "protocol")), safe(service, "ports"), dot(),
                         in_words(safe(service, "forwarding_method")), dot(), in_words(safe(service, "scheduler")));
  const std::string interface = safe(service, "interface");
  return details + (interface.empty() ? "" : fmt::format("{}{}", dot(), interface));
}

void StatusView::add_server(Table& table, const json::value& server, bool with_details) const {
  const std::string_view ellipsis = terminal_.glyph(Glyph::kEllipsis);
  Cell state = state_cell(text_at(server, "state"), terminal_);
  if (const std::string since = age(text_at(server, "since")); !since.empty()) state.text += " " + since;
  std::vector<Cell> row{{"  " + shortened(safe(server, "label"), kNameLimit - 2, ellipsis)},
                        {safe(server, "address")},
                        std::move(state),
                        {std::to_string(count_at(server, "weight"))}};
  for (Cell& cell : counter_cells(server)) row.push_back(std::move(cell));
  table.add_row(std::move(row));
  if (!with_details) return;
  for (std::string& line : server_details(server)) table.add_line("    " + std::move(line), Colour::kDim);
}

std::vector<std::string> StatusView::server_details(const json::value& server) const {
  std::vector<std::string> lines;
  std::string moved = is_hidden(kAddress) ? safe(server, "address") : "";
  if (const uint64_t weight = count_at(server, "weight"); is_hidden(kWeight) && weight != kDefaultWeight) {
    moved += fmt::format("{}weight {}", moved.empty() ? "" : dot(), weight);
  }
  if (!moved.empty()) lines.push_back(std::move(moved));
  if (const json::value* action = member(server, "operator_action"); action != nullptr && action->is_object()) {
    lines.push_back(operator_details(*action));
  }
  if (text_at(server, "state") == "up") return lines;
  std::string why = safe(server, "reason");
  if (const std::string probed = age(text_at(server, "last_probe")); !probed.empty()) {
    why += fmt::format("{}checked {} ago, took {}", why.empty() ? "" : dot(), probed,
                       human_milliseconds(number_at(server, "last_probe_ms")));
  }
  if (!why.empty()) lines.push_back(std::move(why));
  return lines;
}

std::string StatusView::operator_details(const json::value& action) const {
  std::string line = "by " + safe(action, "author");
  if (const std::string when = age(text_at(action, "at")); !when.empty()) line += fmt::format(", {} ago", when);
  const std::string reason = safe(action, "reason");
  return line + (reason.empty() ? "" : ": " + reason);
}

std::string StatusView::attention() const {
  std::string text;
  const auto add = [&](const std::string& line, Colour colour) {
    text += terminal_.paint(terminal_.fitted("! " + line, 0), colour) + "\n";
  };
  if (flag_at(status_, "read_only")) {
    add("READ-ONLY: the stored configuration is damaged. Traffic goes on; changes are refused.", Colour::kRed);
  }
  for (const json::value& notice : list_at(status_, "notices")) {
    const std::string object = object_in_words(safe(notice, "object"));
    add((object.empty() ? "" : object + ": ") + safe(notice, "message"), Colour::kYellow);
  }
  return text.empty() ? text : text + "\n";
}

std::string StatusView::reasons() const {
  Table table({{"REASON", Align::kLeft}, {"PACKETS", Align::kRight}, {"MEANING", Align::kLeft}});
  for (const json::value& reason : list_at(status_, "reasons")) {
    const uint64_t packets = count_at(reason, "packets");
    if (packets != 0) table.add_row({{safe(reason, "name")}, {grouped(packets)}, {safe(reason, "description")}});
  }
  return table.empty() ? "" : table.render(terminal_);
}

}  // namespace

std::string render_status(const json::value& status, const Terminal& terminal) {
  return StatusView(status, terminal).render();
}

}  // namespace evenkeel::cli
