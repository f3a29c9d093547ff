#include "health/status_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace evenkeel::health {
namespace {

std::optional<int> parse_status(std::string_view digits) {
  int status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (error != std::errc{} || end != digits.data() + digits.size() || status < 100 || status > 599) return std::nullopt;
  return status;
}

}  // namespace

Result<StatusRanges> StatusRanges::parse(std::string_view text) {
  StatusRanges result;
  std::string_view rest = text;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view range = rest.substr(0, comma);
    const size_t dash = range.find('-');
    const auto first = parse_status(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_status(range.substr(dash + 1));
    if (!first || !last || *first > *last) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("\"{}\" is not a list of HTTP statuses like 200-299,302", text));
    }
    result.ranges_.emplace_back(*first, *last);
    if (comma == std::string_view::npos) return result;
    rest.remove_prefix(comma + 1);
  }
}

bool StatusRanges::contains(int status) const {
  return std::ranges::any_of(ranges_, [&](auto range) { return range.first <= status && status <= range.second; });
}

}  // namespace evenkeel::health
