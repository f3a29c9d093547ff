#pragma once
// Passwords of Evenkeel's own users: argon2id. Both functions take a tenth of a second and 64 MiB: never on the control
// loop.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel::access {

struct PasswordCost {
  unsigned long long operations = 2;
  size_t memory = 64 << 20;  // bytes
};

Result<std::string> hash_password(std::string_view password, PasswordCost cost);
bool is_password(const std::string& hash, std::string_view password);

// Fits no password, and costs as much to find out: for users that do not exist.
extern const std::string kNobodysHash;

// What is wrong with it, as a sentence; none: it will do.
std::optional<std::string> weakness_of(std::string_view password, std::string_view user);

}  // namespace evenkeel::access
