#include "cli/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "cli/json_text.h"

namespace evenkeel::cli {
namespace {

struct StateLook {
  std::string_view name;
  Glyph glyph;
  Colour colour;
};

constexpr std::array<StateLook, 9> kStates{{
    {"up", Glyph::kUp, Colour::kGreen},
    {"standby", Glyph::kHeld, Colour::kGreen},
    {"degraded", Glyph::kDegraded, Colour::kYellow},
    {"down", Glyph::kDown, Colour::kRed},
    {"offline", Glyph::kHeld, Colour::kBlue},
    {"drained", Glyph::kHeld, Colour::kBlue},
    {"halted", Glyph::kHeld, Colour::kBlue},
    {"unknown", Glyph::kUnknown, Colour::kYellow},
    {"failed", Glyph::kFailed, Colour::kRed},
}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

std::string in_words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string protocol_in_words(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', '/');
  std::transform(words.begin(), words.end(), words.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return words;
}

std::string address_with_port(const boost::json::value& real_server) {
  const std::string address = text_at(real_server, "address");
  const uint64_t port = count_at(real_server, "port");
  if (port == 0) return address;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

std::string object_in_words(std::string_view object) {
  const std::vector<std::string_view> parts = split(object, '/');
  if (parts.size() == 4 && parts[0] == "virtual_service" && parts[2] == "real_server") {
    return "real server " + std::string(parts[3]) + " of " + std::string(parts[1]);
  }
  if (parts.size() == 2) return in_words(parts[0]) + " " + std::string(parts[1]);
  return std::string(object);
}

Cell state_cell(std::string_view state, const Terminal& terminal) {
  const auto* look = std::find_if(kStates.begin(), kStates.end(), [&](const StateLook& s) { return s.name == state; });
  if (look == kStates.end()) {
    return {std::string(terminal.glyph(Glyph::kUnknown)) + " " + terminal.safe(state), Colour::kYellow};
  }
  return {std::string(terminal.glyph(look->glyph)) + " " + std::string(look->name), look->colour};
}

}  // namespace evenkeel::cli
