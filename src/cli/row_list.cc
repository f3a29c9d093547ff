#include "cli/row_list.h"

#include <fmt/format.h>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kRowsAtOnce = 1000;  // then the headings come again
constexpr size_t kTail = 64;

class RowPrinter {
 public:
  RowPrinter(Session& session, const RowList& list) : session_(session), list_(list) {}

  void feed(std::string_view bytes) {
    rest_ += bytes;
    size_t start = 0;
    for (size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
      take(std::string_view(rest_).substr(start, end - start));
      start = end + 1;
    }
    rest_.erase(0, start);
  }

  // False: the list broke off.
  bool finish() {
    print_batch();
    if (!has_ended_) return false;
    if (shown_ == 0) session_.print(list_.none);
    if (is_truncated_) {
      session_.print(
          fmt::format("There are more than these {}: narrow them down, or raise --limit.\n", grouped(shown_)));
    }
    return true;
  }

 private:
  void take(std::string_view line) {
    std::error_code error;
    json::value row = json::parse(line, error);
    if (error) return;
    if (member(row, "truncated") != nullptr) {
      has_ended_ = true;
      is_truncated_ = flag_at(row, "truncated");
      return;
    }
    rows_.push_back(std::move(row));
    if (rows_.size() == kRowsAtOnce) print_batch();
  }

  void print_batch() {
    if (rows_.empty()) return;
    shown_ += rows_.size();
    session_.print(list_.render(rows_, session_.terminal));
    rows_.clear();
  }

  Session& session_;
  const RowList& list_;
  std::string rest_;
  json::array rows_;
  size_t shown_ = 0;
  bool has_ended_ = false, is_truncated_ = false;
};

// The document as it comes: evenkeeld writes control characters as JSON escapes, but for the one that JSON does not
// demand.
class JsonPrinter {
 public:
  explicit JsonPrinter(Session& session) : session_(session) {}

  void feed(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
      if (byte == '\x7f') {
        text += "\\u007f";
      } else {
        text += byte;
      }
    }
    tail_ += text;
    tail_.erase(0, tail_.size() - std::min<size_t>(tail_.size(), kTail));
    session_.print(text);
  }

  // A row that is the last thing that came ends in '}' as well: so look for how the document ends.
  bool finish() const { return tail_.ends_with("\"truncated\":true}\n") || tail_.ends_with("\"truncated\":false}\n"); }

 private:
  Session& session_;
  std::string tail_;
};

template <class Printer>
Answer<> stream_to(Session& session, const std::string& target, Printer printer) {
  const StreamRequest request{target, std::nullopt, std::nullopt};
  const auto response = session.api().transport().stream(request, [&](std::string_view bytes) { printer.feed(bytes); });
  if (!response) return std::unexpected(failure_of(response.error()));
  if (response->status != 200) return std::unexpected(failure_of(*response));
  if (!printer.finish())
    return refuse("the list broke off: there is more than was shown", "see journalctl -u evenkeeld");
  return {};
}

std::string safe_at(const json::value& value, std::string_view key, const Terminal& terminal) {
  return terminal.safe(text_at(value, key));
}

// A connection that never got past its first packet is what the ARP problem looks like.
Colour colour_of_connection(std::string_view state) {
  if (state == "ESTABLISHED" || state == "UDP") return Colour::kGreen;
  if (state == "SYN_RECV") return Colour::kYellow;
  return Colour::kNone;
}

// "pc12.school.example:40000" where the name is known.
std::string named_at(const json::value& row, const std::string& key, const Terminal& terminal) {
  const std::string end = safe_at(row, key, terminal);
  const std::string name = safe_at(row, key + "_name", terminal);
  return name.empty() ? end : name + end.substr(std::min(end.rfind(':'), end.size()));
}

}  // namespace

Answer<> show_rows(Session& session, const RowList& list) {
  Url url = list.url;
  if (list.json) return stream_to(session, url.text(), JsonPrinter(session));
  return stream_to(session, url.query("format", "ndjson").text(), RowPrinter(session, list));
}

std::string render_connections(const json::array& rows, const Terminal& terminal) {
  bool has_source_addresses = false;
  for (const json::value& row : rows) has_source_addresses |= !text_at(row, "source_address").empty();
  Table table({{"pro"},
               {"expire"},
               {"state"},
               {"source"},
               {"virtual"},
               {"destination"},
               {"source address", Align::kLeft, !has_source_addresses}});
  for (const json::value& row : rows) {
    const std::string state = safe_at(row, "state", terminal);
    table.add_row({{safe_at(row, "protocol", terminal)},
                   {minutes_seconds(count_at(row, "expire"))},
                   {state, colour_of_connection(state)},
                   {named_at(row, "source", terminal)},
                   {named_at(row, "virtual", terminal)},
                   {named_at(row, "destination", terminal)},
                   {safe_at(row, "source_address", terminal)}});
  }
  return table.render(terminal);
}

std::string render_persistence(const json::array& rows, const Terminal& terminal) {
  Table table({{"client"}, {"virtual service"}, {"real server"}, {"destination"}, {"expire"}});
  for (const json::value& row : rows) {
    table.add_row({{safe_at(row, "client", terminal)},
                   {safe_at(row, "virtual_service", terminal)},
                   {safe_at(row, "real_server", terminal)},
                   {safe_at(row, "destination", terminal)},
                   {minutes_seconds(count_at(row, "expire"))}});
  }
  return table.render(terminal);
}

}  // namespace evenkeel::cli
