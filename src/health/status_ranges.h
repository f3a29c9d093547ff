#pragma once
// Which HTTP statuses a check accepts: "200-299", "200,302,400-404".

#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace evenkeel::health {

class StatusRanges {
 public:
  // 100..599, ranges inclusive; an empty list is an error.
  static Result<StatusRanges> parse(std::string_view text);
  bool contains(int status) const;

 private:
  std::vector<std::pair<int, int>> ranges_;
};

}  // namespace evenkeel::health
