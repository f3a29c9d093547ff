#pragma once
// The key by which an appliance signs its backups. A file beside the store; one that is lost is made anew, and backups
// from before count as another appliance's.

#include <string>

#include "base/result.h"

namespace evenkeel::backup {

struct Identity {
  std::string public_key;  // base64
  std::string secret_key;  // base64: a secret
};

Identity make_identity();
// Made when there is none; one that cannot be read is an error.
Result<Identity> load_identity(const std::string& path);

std::string sign(const Identity& identity, const std::string& message);  // base64
bool is_signed_by(const std::string& public_key, const std::string& message, const std::string& signature);

}  // namespace evenkeel::backup
