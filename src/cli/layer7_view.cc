#include "cli/layer7_view.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kDetailLines = 3;
constexpr size_t kNameLimit = 24;  // columns; a label may have 64 characters

enum ColumnIndex : size_t { kName, kAddress, kState, kWeight, kNow, kQueued, kTotal, kRate, kIn, kOut, kColumns };

// What a narrow terminal does without, first to last.
constexpr std::array kDroppedInOrder{kIn, kOut, kWeight, kTotal, kAddress, kRate};

class Layer7View {
 public:
  Layer7View(const json::value& status, const Terminal& terminal)
      : terminal_(terminal), now_(parse_iso8601(text_at(status, "at"))) {}

  std::string render(const json::value& layer7) {
    fill(layer7);
    if (table_.empty()) return {};
    for (const ColumnIndex column : kDroppedInOrder) {
      if (terminal_.width == 0 || table_.width() <= terminal_.width) break;
      hidden_.at(column) = true;
      fill(layer7);
    }
    std::string text = table_.render(terminal_);
    if (const uint64_t old = count_at(layer7, "old_workers"); old != 0) {
      const auto sentence = fmt::format("{} old HAProxy worker{} still {} connections from before a reload.", old,
                                        old == 1 ? "" : "s", old == 1 ? "has" : "have");
      for (const std::string& line : terminal_.paragraph(sentence, 0, kDetailLines)) text += line + "\n";
      text += "\n";
    }
    return text;
  }

 private:
  void fill(const json::value& layer7) {
    table_ = Table({{"LAYER 7 / REAL SERVER"},
                    {"ADDRESS", Align::kLeft, hidden_[kAddress]},
                    {"STATE"},
                    {"WEIGHT", Align::kRight, hidden_[kWeight]},
                    {"NOW", Align::kRight},
                    {"QUEUED", Align::kRight},
                    {"TOTAL", Align::kRight, hidden_[kTotal]},
                    {"PER S", Align::kRight, hidden_[kRate]},
                    {"IN", Align::kRight, hidden_[kIn]},
                    {"OUT", Align::kRight, hidden_[kOut]}});
    for (const json::value& service : list_at(layer7, "services")) {
      add_service(service);
      for (const json::value& server : list_at(service, "real_servers")) add_server(server);
      table_.add_line("");
    }
  }

  void add_service(const json::value& service) {
    const Cell state = state_cell(text_at(service, "state"), terminal_);
    std::vector<Cell> row{{name(service, kNameLimit), Colour::kBold},
                          {terminal_.safe(text_at(service, "address")), Colour::kBold},
                          state,
                          {}};
    add_traffic(row, service, Colour::kBold);
    table_.add_row(std::move(row));
    const auto dot = terminal_.glyph(Glyph::kDot);
    const std::string interface = terminal_.safe(text_at(service, "interface"));
    const bool speaks_tls = !list_at(service, "certificates").empty();
    add_details(fmt::format("layer 7 {}{} {}{}{}{}{}", terminal_.safe(text_at(service, "mode")),
                            speaks_tls ? " over TLS" : "", terminal_.safe(text_at(service, "ports")), dot,
                            in_words(text_at(service, "scheduler")), interface.empty() ? "" : dot, interface),
                2, Colour::kDim);
    const std::string reason = terminal_.safe(text_at(service, "reason"));
    if (flag_at(service, "fallback_active")) {
      add_details("fallback active: " + (reason.empty() ? "no real server takes new connections" : reason), 2,
                  Colour::kYellow);
    } else if (!reason.empty()) {
      add_details(reason, 2, state.colour);
    }
  }

  void add_server(const json::value& server) {
    Cell state = state_cell(text_at(server, "state"), terminal_);
    if (const std::string since = age(text_at(server, "since")); !since.empty()) state.text += " " + since;
    std::vector<Cell> row{{"  " + name(server, kNameLimit - 2)},
                          {terminal_.safe(address_with_port(server))},
                          std::move(state),
                          {std::to_string(count_at(server, "weight"))}};
    add_traffic(row, server, Colour::kNone);
    table_.add_row(std::move(row));
    if (text_at(server, "state") != "up") add_details(terminal_.safe(text_at(server, "reason")), 4, Colour::kDim);
  }

  void add_traffic(std::vector<Cell>& row, const json::value& owner, Colour colour) const {
    static const json::value kNothing;
    const json::value* const found = member(owner, "traffic");
    const json::value& traffic = found == nullptr ? kNothing : *found;
    for (const char* counted : {"connections", "queued", "total", "rate"}) {
      row.push_back({human_count(count_at(traffic, counted)), colour});
    }
    for (const char* counted : {"bytes_in", "bytes_out"}) {
      row.push_back({human_bytes(count_at(traffic, counted)), colour});
    }
  }

  void add_details(const std::string& text, size_t indent, Colour colour) {
    for (std::string& line : terminal_.paragraph(text, indent, kDetailLines)) table_.add_line(std::move(line), colour);
  }

  std::string name(const json::value& owner, size_t limit) const {
    return shortened(terminal_.safe(text_at(owner, "label")), limit, terminal_.glyph(Glyph::kEllipsis));
  }

  std::string age(std::string_view since) const {
    const auto start = parse_iso8601(since);
    if (!start || !now_) return {};
    return human_age(std::chrono::duration_cast<std::chrono::milliseconds>(*now_ - *start));
  }

  const Terminal& terminal_;
  std::optional<WallTime> now_;
  std::array<bool, kColumns> hidden_{};
  Table table_{{}};
};

}  // namespace

std::string render_layer7(const json::value& status, const Terminal& terminal) {
  const json::value* const layer7 = member(status, "layer7");
  return layer7 == nullptr ? std::string() : Layer7View(status, terminal).render(*layer7);
}

}  // namespace evenkeel::cli
