#pragma once
// The ports of a virtual service, as the guide writes them: "80", "9191,9192,9193", "800-900", "80,9000-9010", "*".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace evenkeel::model {

struct PortRange {
  uint16_t first = 0;  // 1..65535, host order
  uint16_t last = 0;   // inclusive, >= first
  auto operator<=>(const PortRange&) const = default;
};

class PortSet {
 public:
  PortSet() = default;
  // Order is kept as written ("first port" has a meaning: it is the default check port); overlaps are an error.
  static Result<PortSet> parse(std::string_view text);
  static PortSet any() { return PortSet({{1, 65535}}); }

  bool is_any() const { return ranges_.size() == 1 && ranges_[0] == PortRange{1, 65535}; }
  bool contains(uint16_t port) const;
  bool overlaps(const PortSet& other) const;
  uint16_t first() const { return ranges_.empty() ? 0 : ranges_[0].first; }
  const std::vector<PortRange>& ranges() const { return ranges_; }
  std::string to_string() const;

  bool operator==(const PortSet&) const = default;

 private:
  explicit PortSet(std::vector<PortRange> ranges) : ranges_(std::move(ranges)) {}
  std::vector<PortRange> ranges_;
};

}  // namespace evenkeel::model
