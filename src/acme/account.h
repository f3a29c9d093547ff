#pragma once
// The key by which ACME servers know us: one for all of them. It is in a file of its own, which root alone may read.

#include <string>

#include "base/result.h"

namespace evenkeel::acme {

// Makes the key when there is none; its thumbprint comes back, which is what HTTP-01 is answered with. Blocks.
// `directory`: see Tools.
Result<std::string> open_account(const std::string& directory);

// The key, PEM: a secret. Empty: there is none.
std::string read_account(const std::string& directory);
// In place of the one that there is; durable when it returns. Blocks.
Result<> write_account(const std::string& directory, const std::string& key);

}  // namespace evenkeel::acme
