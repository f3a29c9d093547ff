#pragma once
// The thumbprint of a key (RFC 7638), by which ACME knows an account. Pure.

#include <string>

#include "base/result.h"

namespace evenkeel::certificates {

// base64url without padding. `key`: PEM. kUnsupported: it is no EC P-256 key.
Result<std::string> thumbprint_of(const std::string& key);

}  // namespace evenkeel::certificates
