#pragma once
// Server-sent events from the bytes of a stream, whatever the pieces that they come in.

#include <functional>
#include <string>
#include <string_view>

namespace evenkeel::cli {

struct ServerSentEvent {
  std::string id;  // empty when the event has none
  std::string event;
  std::string data;
};

class SseParser {
 public:
  explicit SseParser(std::function<void(const ServerSentEvent&)> deliver) : deliver_(std::move(deliver)) {}

  void feed(std::string_view bytes);

 private:
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);

  std::function<void(const ServerSentEvent&)> deliver_;
  std::string line_;
  bool after_carriage_return_ = false;  // a line feed that follows belongs to it
  bool has_data_ = false;
  ServerSentEvent event_;
};

}  // namespace evenkeel::cli
