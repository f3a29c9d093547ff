#include "cli/sse.h"

#include <utility>

namespace evenkeel::cli {

void SseParser::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool ends_pair = std::exchange(after_carriage_return_, c == '\r') && c == '\n';
    if (ends_pair) continue;
    if (c == '\n' || c == '\r') {
      take_line(std::exchange(line_, {}));
    } else {
      line_ += c;
    }
  }
}

void SseParser::take_line(std::string_view line) {
  if (line.empty()) {
    ServerSentEvent complete = std::exchange(event_, {});
    if (std::exchange(has_data_, false)) deliver_(complete);
    return;
  }
  const size_t colon = line.find(':');
  if (colon == 0) return;  // a comment: keeps the connection alive
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "id") {
    event_.id = value;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "data") {
    event_.data += std::exchange(has_data_, true) ? "\n" : "";
    event_.data += value;
  }
}

}  // namespace evenkeel::cli
