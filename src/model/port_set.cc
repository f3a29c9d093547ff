#include "model/port_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "model/place.h"

namespace evenkeel::model {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Result<PortRange> parse_range(std::string_view item) {
  if (item.empty()) return fail(ErrorCode::kInvalidArgument, "a port is missing");
  const size_t dash = item.find('-');
  const auto first = parse_port(item.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_port(item.substr(dash + 1));
  if (!first || !last) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a port or range of ports", quoted(item)));
  }
  if (*last < *first) return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" runs backwards", item));
  return PortRange{*first, *last};
}

std::string to_text(const PortRange& range) {
  return range.first == range.last ? fmt::format("{}", range.first) : fmt::format("{}-{}", range.first, range.last);
}

Result<> check_no_overlap(std::vector<PortRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first > ranges[i - 1].last) continue;
    return fail(ErrorCode::kInvalidArgument, fmt::format("port {} is there twice: in \"{}\" and in \"{}\"",
                                                         ranges[i].first, to_text(ranges[i - 1]), to_text(ranges[i])));
  }
  return {};
}

}  // namespace

Result<PortSet> PortSet::parse(std::string_view text) {
  if (trimmed(text) == "*") return any();
  if (trimmed(text).empty()) return fail(ErrorCode::kInvalidArgument, "no port is given");
  std::vector<PortRange> ranges;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    auto range = parse_range(trimmed(text.substr(begin, comma - begin)));
    if (!range) return fail(range.error());
    ranges.push_back(*range);
    begin = comma + 1;
  }
  auto checked = check_no_overlap(ranges);
  if (!checked) return fail(checked.error());
  return PortSet(std::move(ranges));
}

bool PortSet::contains(uint16_t port) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const PortRange& range) { return range.first <= port && port <= range.last; });
}

bool PortSet::overlaps(const PortSet& other) const {
  // Within a set nothing overlaps, so one pass over both in order finds any overlap between them.
  std::vector<PortRange> mine = ranges_, theirs = other.ranges_;
  std::sort(mine.begin(), mine.end());
  std::sort(theirs.begin(), theirs.end());
  for (auto a = mine.begin(), b = theirs.begin(); a != mine.end() && b != theirs.end();) {
    if (a->last < b->first) {
      ++a;
    } else if (b->last < a->first) {
      ++b;
    } else {
      return true;
    }
  }
  return false;
}

std::string PortSet::to_string() const {
  if (is_any()) return "*";
  std::string text;
  for (const PortRange& range : ranges_) {
    if (!text.empty()) text += ',';
    text += to_text(range);
  }
  return text;
}

}  // namespace evenkeel::model
