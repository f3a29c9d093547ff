#pragma once
// How it stands with the web interface's front.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace evenkeel::observed {

struct WebCertificate {
  std::string subject, issuer;
  std::vector<std::string> names;
  WallTime not_before, not_after;
  std::string fingerprint;  // SHA-256, "AB:CD:..."
  bool is_generated = false;
  std::string stored;  // label of the stored certificate that it follows; empty: none
};

struct WebStatus {
  bool is_on = false;  // evenkeeld was told an address
  bool is_serving = false;
  std::string reason;                  // why not, or why not with the certificate that it is to have
  std::vector<std::string> addresses;  // "0.0.0.0:9443"
  std::optional<WebCertificate> certificate;
};

boost::json::object to_json(const WebStatus& status);

}  // namespace evenkeel::observed
