#pragma once
// Which ciphers there are, as OpenSSL names them. Pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::certificates {

// The words of a list for TLS up to 1.2, such as "ECDHE+AESGCM:!aNULL:@SECLEVEL=1", that OpenSSL does not know.
std::vector<std::string> unknown_ciphers(std::string_view list);
// Those of a list of suites of TLS 1.3, such as "TLS_AES_128_GCM_SHA256".
std::vector<std::string> unknown_suites(std::string_view list);

}  // namespace evenkeel::certificates
