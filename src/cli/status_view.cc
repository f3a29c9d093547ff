#include "cli/status_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/layer7_view.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

enum ColumnIndex : size_t { kName, kAddress, kState, kWeight, kActive, kInactive, kTotal, kPackets, kBytes };

struct Heading {
  const char* text;
  const char* when_narrow;
  Align align;
};

constexpr std::array<Heading, 9> kHeadings{{
    {"SERVICE / REAL SERVER", "SERVICE", Align::kLeft},
    {"ADDRESS", "ADDRESS", Align::kLeft},
    {"STATE", "STATE", Align::kLeft},
    {"WEIGHT", "WEIGHT", Align::kRight},
    {"ACTIVE", "ACTIVE", Align::kRight},
    {"INACTIVE", "INACT", Align::kRight},
    {"TOTAL", "TOTAL", Align::kRight},
    {"PACKETS", "PACKETS", Align::kRight},
    {"BYTES", "BYTES", Align::kRight},
}};

// What a narrow terminal does without, first to last. Weight and address then move to the lines of details.
constexpr std::array kDroppedInOrder{kTotal, kWeight, kAddress, kInactive, kPackets};

constexpr size_t kNameLimit = 24;  // columns; a label may have 64 characters
constexpr size_t kDetailLines = 3;
constexpr size_t kServicesOfReason = 3;
constexpr std::string_view kDefaultWeight = "100";

// Which columns are shown, and under which headings.
struct Layout {
  bool narrow = false;
  std::array<bool, kHeadings.size()> hidden{};
};

class StatusView {
 public:
  StatusView(const json::value& status, const Terminal& terminal)
      : status_(status), terminal_(terminal), now_(parse_iso8601(text_at(status, "at"))) {}

  std::string render() { return heading() + "\n" + services() + attention() + reasons(); }

 private:
  enum class Details { kShown, kLeftOut };

  std::string heading() const;
  std::string services();
  Table table(Details details) const;
  void add_service(Table& table, const json::value& service, Details details) const;
  void add_server(Table& table, const json::value& server, Details details) const;
  void add_details(Table& table, const std::string& text, size_t indent, Colour colour) const;
  std::vector<Cell> counter_cells(const json::value& owner, Colour colour) const;
  std::string fallback_name(const json::value& service) const;
  std::string service_details(const json::value& service) const;
  std::vector<std::string> server_details(const json::value& server) const;
  std::string operator_details(const json::value& action) const;
  std::string drain_details(const json::value& server, const json::value& action) const;
  std::string check_details(const json::value& server) const;
  std::string lamp(const char* name, const json::value& check) const;
  std::string lamps(const json::value& server) const;
  std::string feedback_details(const json::value& server) const;
  void show_both_lamps(Cell& state, const json::value& server) const;
  std::string attention() const;
  std::string reasons() const;
  void add_services_of(Table& table, const std::string& reason) const;

  std::string age(std::string_view since) const;
  std::string safe(const json::value& owner, std::string_view key) const { return terminal_.safe(text_at(owner, key)); }
  std::string name(const json::value& owner, size_t limit) const {
    return shortened(safe(owner, "label"), limit, terminal_.glyph(Glyph::kEllipsis));
  }
  std::string_view dot() const { return terminal_.glyph(Glyph::kDot); }

  const json::value& status_;
  const Terminal& terminal_;
  std::optional<WallTime> now_;
  Layout layout_;
};

const json::value& member_or_null(const json::value& owner, std::string_view key) {
  static const json::value kNull;
  const json::value* found = member(owner, key);
  return found == nullptr ? kNull : *found;
}

// "100", or "30/100" while a slow start or its feedback agent gives it less.
std::string weight_in_words(const json::value& server) {
  const uint64_t weight = count_at(server, "weight");
  const uint64_t effective = count_at(server, "effective_weight");
  return effective == 0 || effective >= weight ? std::to_string(weight) : fmt::format("{}/{}", effective, weight);
}

// Whether real servers differ in priority: else there is nothing to say about tiers.
bool has_tiers(const json::value& service) {
  const json::array& servers = list_at(service, "real_servers");
  return std::any_of(servers.begin(), servers.end(), [&](const json::value& server) {
    return count_at(server, "priority") != count_at(servers.front(), "priority");
  });
}

std::string StatusView::age(std::string_view since) const {
  const auto start = parse_iso8601(since);
  if (!start || !now_) return {};
  return human_age(std::chrono::duration_cast<std::chrono::milliseconds>(*now_ - *start));
}

std::string StatusView::heading() const {
  const json::value& connections = member_or_null(status_, "connection_table");
  const uint64_t revision = count_at(status_, "revision");
  const std::string line =
      fmt::format("evenkeel {}{}{}{}connection table {} of {}", safe(status_, "version"), dot(),
                  revision == 0 ? "nothing configured yet" : fmt::format("revision {}", revision), dot(),
                  grouped(count_at(connections, "used")), grouped(count_at(connections, "size")));
  return terminal_.paint(terminal_.fitted(line, 0), Colour::kBold) + "\n";
}

std::string StatusView::services() {
  const std::string layer7 = render_layer7(status_, terminal_);
  if (list_at(status_, "virtual_services").empty() && !layer7.empty()) return layer7;
  if (list_at(status_, "virtual_services").empty()) {
    return "There is no virtual service. To add one: evenkeel virtual-service add --help\n\n";
  }
  const auto fits = [this] { return terminal_.width == 0 || table(Details::kLeftOut).width() <= terminal_.width; };
  layout_.narrow = !fits();
  for (const ColumnIndex column : kDroppedInOrder) {
    if (fits()) break;
    layout_.hidden.at(column) = true;
  }
  return table(Details::kShown).render(terminal_) + layer7;
}

Table StatusView::table(Details details) const {
  std::vector<Column> columns;
  for (size_t i = 0; i < kHeadings.size(); ++i) {
    const Heading& heading = kHeadings.at(i);
    columns.push_back({layout_.narrow ? heading.when_narrow : heading.text, heading.align, layout_.hidden.at(i)});
  }
  Table table(std::move(columns));
  for (const json::value& service : list_at(status_, "virtual_services")) {
    add_service(table, service, details);
    for (const json::value& server : list_at(service, "real_servers")) add_server(table, server, details);
    table.add_line("");
  }
  return table;
}

std::vector<Cell> StatusView::counter_cells(const json::value& owner, Colour colour) const {
  const json::value& counters = member_or_null(owner, "counters");
  return {{human_count(count_at(counters, "active")), colour},
          {human_count(count_at(counters, "inactive")), colour},
          {human_count(count_at(counters, "connections")), colour},
          {human_count(count_at(counters, "packets")), colour},
          {human_bytes(count_at(counters, "bytes")), colour}};
}

void StatusView::add_details(Table& table, const std::string& text, size_t indent, Colour colour) const {
  for (std::string& line : terminal_.paragraph(text, indent, kDetailLines)) table.add_line(std::move(line), colour);
}

void StatusView::add_service(Table& table, const json::value& service, Details details) const {
  const Cell state = state_cell(text_at(service, "state"), terminal_);
  std::vector<Cell> row{
      {name(service, kNameLimit), Colour::kBold}, {safe(service, "address"), Colour::kBold}, state, {}};
  for (Cell& cell : counter_cells(service, Colour::kBold)) row.push_back(std::move(cell));
  table.add_row(std::move(row));
  if (details == Details::kLeftOut) return;
  add_details(table, service_details(service), 2, Colour::kDim);
  const std::string reason = safe(service, "reason");
  if (flag_at(service, "fallback_active")) {
    const std::string why = reason.empty() ? "no real server takes new connections" : reason;
    add_details(table, fallback_name(service) + " active: " + why, 2, Colour::kYellow);
  } else if (!reason.empty()) {
    add_details(table, reason, 2, state.colour);
  }
}

std::string StatusView::fallback_name(const json::value& service) const {
  const json::value& fallback = member_or_null(service, "fallback");
  if (const auto layer7 = safe(fallback, "layer7_service"); !layer7.empty()) {
    return fmt::format("fallback to layer-7 virtual service {}", layer7);
  }
  return text_at(fallback, "mode") == "server" ? "fallback " + terminal_.safe(address_with_port(fallback)) : "fallback";
}

std::string StatusView::service_details(const json::value& service) const {
  std::string details;
  if (layout_.hidden[kAddress]) details = safe(service, "address") + std::string(dot());
  details += fmt::format("{} {}{}{}{}{}", protocol_in_words(safe(service, "protocol")), safe(service, "ports"), dot(),
                         in_words(safe(service, "forwarding_method")), dot(), in_words(safe(service, "scheduler")));
  if (const uint64_t tier = count_at(service, "active_tier"); tier != 0 && has_tiers(service)) {
    details += fmt::format("{}tier {}", dot(), tier);
  }
  const std::string interface = safe(service, "interface");
  return interface.empty() ? details : fmt::format("{}{}{}", details, dot(), interface);
}

void StatusView::add_server(Table& table, const json::value& server, Details details) const {
  Cell state = state_cell(text_at(server, "state"), terminal_);
  show_both_lamps(state, server);
  if (const std::string since = age(text_at(server, "since")); !since.empty()) state.text += " " + since;
  std::vector<Cell> row{{"  " + name(server, kNameLimit - 2)},
                        {terminal_.safe(address_with_port(server))},
                        std::move(state),
                        {weight_in_words(server)}};
  for (Cell& cell : counter_cells(server, Colour::kNone)) row.push_back(std::move(cell));
  table.add_row(std::move(row));
  if (details == Details::kLeftOut) return;
  for (const std::string& line : server_details(server)) add_details(table, line, 4, Colour::kDim);
}

std::vector<std::string> StatusView::server_details(const json::value& server) const {
  std::vector<std::string> lines;
  std::string moved = layout_.hidden[kAddress] ? terminal_.safe(address_with_port(server)) : "";
  if (const std::string weight = weight_in_words(server); layout_.hidden[kWeight] && weight != kDefaultWeight) {
    moved += fmt::format("{}weight {}", moved.empty() ? "" : dot(), weight);
  }
  if (!moved.empty()) lines.push_back(std::move(moved));
  const json::value& action = member_or_null(server, "operator_action");
  if (action.is_object()) lines.push_back(operator_details(action));
  if (std::string end = drain_details(server, action); !end.empty()) lines.push_back(std::move(end));
  if (std::string both = lamps(server); !both.empty()) lines.push_back(std::move(both));
  if (std::string agent = feedback_details(server); !agent.empty()) lines.push_back(std::move(agent));
  if (std::string check = check_details(server); !check.empty()) lines.push_back(std::move(check));
  return lines;
}

std::string StatusView::operator_details(const json::value& action) const {
  std::string line = "by " + safe(action, "author");
  if (const std::string when = age(text_at(action, "at")); !when.empty()) line += fmt::format(", {} ago", when);
  const std::string reason = safe(action, "reason");
  return reason.empty() ? line : line + ": " + reason;
}

std::string StatusView::drain_details(const json::value& server, const json::value& action) const {
  const auto deadline = parse_iso8601(text_at(action, "deadline"));
  if (!deadline || !now_) return {};
  const json::value& counters = member_or_null(server, "counters");
  const uint64_t left = count_at(counters, "active") + count_at(counters, "inactive");
  return fmt::format("{} connection{} left, halted in {}", grouped(left), left == 1 ? "" : "s",
                     human_age(std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - *now_)));
}

// Of a server that is plainly up there is nothing to say, and of one that an operator took out, it is said already.
std::string StatusView::check_details(const json::value& server) const {
  const std::string state = text_at(server, "state");
  if (state == "up" || member_or_null(server, "operator_action").is_object()) return {};
  std::string reason = safe(server, "reason");
  const std::string checked = age(text_at(server, "last_probe"));
  if (checked.empty() || state == "failed") return reason;
  return fmt::format("checked {} ago ({}){}{}", checked, human_milliseconds(number_at(server, "last_probe_ms")),
                     reason.empty() ? "" : ": ", reason);
}

// What its agent says, or that it says nothing any more. Where that is the reason of its state, it is said below.
std::string StatusView::feedback_details(const json::value& server) const {
  const json::value& feedback = member_or_null(server, "feedback");
  const std::string state = text_at(feedback, "state");
  if (state == "silent") return safe(feedback, "reason");
  const std::string answer = safe(feedback, "answer");
  return answer.empty() || text_at(server, "state") != "up" ? "" : fmt::format("its agent says: {}", answer);
}

// "▲▼ down": the server answers at its own address, but not at the virtual one.
void StatusView::show_both_lamps(Cell& state, const json::value& server) const {
  constexpr std::array<std::string_view, 3> kDecidedByChecks{"up", "down", "unknown"};
  const std::string word = text_at(server, "state");
  const json::value& path = member_or_null(server, "path_check");
  if (!path.is_object() || std::ranges::find(kDecidedByChecks, word) == kDecidedByChecks.end()) return;
  const auto glyph = [&](const json::value& check) {
    const std::string text = state_cell(text_at(check, "state"), terminal_).text;
    return text.substr(0, text.find(' '));
  };
  state.text = glyph(member_or_null(server, "server_check")) + glyph(path) + " " + word;
}

// "VIP path ▼ down 3 s"
std::string StatusView::lamp(const char* name, const json::value& check) const {
  const std::string text = fmt::format("{} {}", name, state_cell(text_at(check, "state"), terminal_).text);
  const std::string since = age(text_at(check, "since"));
  return since.empty() ? text : text + " " + since;
}

// Where the way of the clients is checked too, and not everything is well.
std::string StatusView::lamps(const json::value& server) const {
  const json::value& path = member_or_null(server, "path_check");
  if (!path.is_object()) return {};
  const json::value& own = member_or_null(server, "server_check");
  if (text_at(server, "state") == "up" && text_at(path, "state") == "up") return {};
  std::string line = fmt::format("{}{}{}", lamp("server", own), dot(), lamp("VIP path", path));
  if (text_at(path, "state") == "unknown") line += ": " + safe(path, "reason");
  return line;
}

std::string StatusView::attention() const {
  std::string text;
  const auto add = [&](const std::string& sentence, Colour colour) {
    std::string mark = "! ";
    for (const std::string& line : terminal_.paragraph(sentence, 2, kDetailLines)) {
      text += terminal_.paint(std::exchange(mark, "  ") + line.substr(2), colour) + "\n";
    }
  };
  if (flag_at(status_, "read_only")) {
    add("READ-ONLY: the stored configuration is damaged. Traffic goes on; changes are refused.", Colour::kRed);
  }
  for (const json::value& notice : list_at(status_, "notices")) {
    const std::string object = object_in_words(safe(notice, "object"));
    add((object.empty() ? "" : object + ": ") + safe(notice, "message"), Colour::kYellow);
  }
  for (const json::value& channel : list_at(status_, "alerts")) {
    const std::string error = safe(channel, "error");
    if (!error.empty())
      add(fmt::format("alerts by {} do not arrive: {}", safe(channel, "channel"), error), Colour::kRed);
  }
  return text.empty() ? text : text + "\n";
}

std::string StatusView::reasons() const {
  Table table({{"REASON"}, {"PACKETS", Align::kRight}, {"MEANING"}});
  for (const json::value& reason : list_at(status_, "reasons")) {
    const uint64_t packets = count_at(reason, "packets");
    if (packets == 0) continue;
    table.add_row({{safe(reason, "name")}, {grouped(packets)}, {safe(reason, "description")}});
    add_services_of(table, text_at(reason, "name"));
  }
  return table.empty() ? "" : table.render(terminal_);
}

// The virtual services to whose packets it happened most.
void StatusView::add_services_of(Table& table, const std::string& reason) const {
  std::vector<std::pair<uint64_t, std::string>> services;
  for (const json::value& service : list_at(status_, "virtual_services")) {
    for (const json::value& count : list_at(service, "reasons")) {
      if (text_at(count, "name") == reason) services.emplace_back(count_at(count, "packets"), safe(service, "label"));
    }
  }
  std::ranges::sort(services, {}, [](const auto& one) { return std::pair(~one.first, std::string_view(one.second)); });
  const size_t shown = std::min(services.size(), kServicesOfReason);
  for (const auto& [packets, label] : std::span(services).first(shown)) {
    table.add_row({{"  " + label}, {grouped(packets)}, {}});
  }
  if (services.size() > shown) table.add_line(fmt::format("  and {} other virtual services", services.size() - shown));
}

}  // namespace

std::string render_status(const json::value& status, const Terminal& terminal) {
  return StatusView(status, terminal).render();
}

}  // namespace evenkeel::cli
