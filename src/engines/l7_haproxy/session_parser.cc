#include "engines/l7_haproxy/session_parser.h"

#include <string>
#include <utility>

#include "engines/l7_haproxy/words.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr int kLayer = 7;

// Of the side of the real server.
std::string state_in_words(std::string_view state) {
  if (state == "EST") return "ESTABLISHED";
  if (state == "INI") return "REQUEST";  // the client has not said all of it
  if (state == "QUE") return "QUEUED";
  if (state == "DIS" || state == "CLO") return "CLOSING";
  return "CONNECTING";
}

// "<none>" while there is no real server.
std::string label(std::string_view name) {
  return name.starts_with('<') ? std::string() : std::string(name);
}

}  // namespace

// 0x7f709003a870: [26/Nov/2026:07:13:00.163111] id=2 proto=tcpv4 source=10.77.0.10:60004
void SessionParser::begin(std::string_view line) {
  session_ = {};
  const auto source = to_endpoint(value_of(line, " source="));
  is_clients_ = source.has_value();
  if (!source) return;
  session_.layer = kLayer;
  session_.protocol = "TCP";
  session_.source = *source;
}

std::optional<observed::Connection> SessionParser::feed(std::string_view line) {
  if (line.starts_with("0x")) {
    auto before = finish();
    begin(line);
    return before;
  }
  if (!is_clients_) return std::nullopt;
  const auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  if (text.starts_with("frontend=")) {
    session_.virtual_service = label(value_of(text, "frontend="));
    if (const auto at = to_endpoint(value_of(text, " addr="))) session_.virtual_endpoint = *at;
  } else if (text.starts_with("backend=")) {
    session_.source_address = to_endpoint(value_of(text, " addr="));
  } else if (text.starts_with("server=")) {
    session_.real_server = label(value_of(text, "server="));
    if (const auto at = to_endpoint(value_of(text, " addr="))) session_.destination = *at;
  } else if (text.starts_with("task=")) {
    session_.age = to_seconds(value_of(text, " age="));
    session_.expire = to_seconds(value_of(text, " exp="));
  } else if (text.starts_with("scb=")) {
    session_.state = state_in_words(value_of(text, " state="));
  } else if (text.starts_with("req=")) {
    session_.bytes_in = to_number<uint64_t>(value_of(text, " total="));
  } else if (text.starts_with("res=")) {
    session_.bytes_out = to_number<uint64_t>(value_of(text, " total="));
  }
  return std::nullopt;
}

std::optional<observed::Connection> SessionParser::finish() {
  if (!std::exchange(is_clients_, false)) return std::nullopt;
  return std::exchange(session_, {});
}

}  // namespace evenkeel::engines::l7_haproxy
