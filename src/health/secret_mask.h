#pragma once
// Keeps the keys of a request out of everything that is shown, also where the server's answer repeats them on their
// own, without the parameter's name before them.

#include <string>
#include <string_view>
#include <vector>

#include "model/health_check.h"

namespace evenkeel::health {

class SecretMask {
 public:
  // request: path and query as configured.
  explicit SecretMask(std::string_view request);
  // Its request, headers, password and secret, also as they are sent.
  explicit SecretMask(const model::HealthCheck& check);
  std::string apply(std::string_view text) const;

 private:
  void add_request(std::string_view request);
  void add_headers(std::string_view headers);
  void add(std::string secret);

  std::vector<std::string> secrets_;  // longest first
};

}  // namespace evenkeel::health
