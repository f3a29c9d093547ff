#pragma once
// Keeps the keys of a request out of everything that is shown, also where the server's answer repeats them on their
// own, without the parameter's name before them.

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::health {

class SecretMask {
 public:
  // request: path and query as configured.
  explicit SecretMask(std::string_view request);
  std::string apply(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace evenkeel::health
