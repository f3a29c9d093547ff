#pragma once
// A backup as it is kept: one JSON object. Its content is encrypted with a key made of the passphrase (Argon2id,
// AES-256-GCM), which also shows every change of any part. The appliance that made it signs all of it (Ed25519), which
// tells a wrong passphrase from a damaged document, and whose it is.
//
// Sealing and opening take a tenth of a second and 64 MiB of memory: for a worker.

#include <boost/json.hpp>
#include <string>

#include "backup/identity.h"
#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::backup {

inline constexpr int64_t kVersion = 1;
inline constexpr size_t kFewestCharacters = 8;  // of a passphrase
inline constexpr size_t kMostCharacters = 1024;

struct Origin {
  std::string made_at;  // ISO 8601
  std::string made_by;  // Evenkeel's version
  std::string host;
  int64_t revision = 0;
};

Result<boost::json::object> seal(const boost::json::object& content, const Origin& origin,
                                 const std::string& passphrase, const Identity& identity);

struct Opened {
  boost::json::value content;
  Origin origin;
  bool is_own = false;  // made by the appliance of this identity
};
// kInvalidArgument: it is no backup, is damaged, or the passphrase is wrong: the sentence says which. kUnsupported:
// another version.
Result<Opened> open(const boost::json::value& document, const std::string& passphrase, const Identity& identity);

}  // namespace evenkeel::backup
