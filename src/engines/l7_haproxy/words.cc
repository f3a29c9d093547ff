#include "engines/l7_haproxy/words.h"

#include <algorithm>

namespace evenkeel::engines::l7_haproxy {
namespace {

int64_t seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

}  // namespace

std::string_view value_of(std::string_view line, std::string_view key) {
  const size_t found = line.find(key);
  if (found == std::string_view::npos) return {};
  const auto rest = line.substr(found + key.size());
  return rest.substr(0, rest.find_first_of(" ,)"));
}

std::optional<Endpoint> to_endpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, colon));
  if (!address) return std::nullopt;
  return Endpoint{*address, to_number<uint16_t>(text.substr(colon + 1))};
}

std::chrono::seconds to_seconds(std::string_view text) {
  constexpr int64_t kMostOfAUnit = 1'000'000;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto length = static_cast<size_t>(end - text.data());
    if (error != std::errc() || length == text.size() || count < 0) break;
    total += std::min(count, kMostOfAUnit) * seconds_of(text[length]);
    text.remove_prefix(length + 1);
  }
  return std::chrono::seconds(total);
}

}  // namespace evenkeel::engines::l7_haproxy
