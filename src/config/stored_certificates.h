#pragma once
// Certificates in the store: beside the revisions, which only name them. The key is in no revision, plan or difference.

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certificates/acme_record.h"

namespace evenkeel::config {

class Database;

struct StoredCertificate {
  std::string label;
  std::string origin;   // "uploaded", "self_signed", "requested", "acme"
  std::string chain;    // PEM, the certificate first; empty: an authority has not signed the request yet
  std::string key;      // PEM: a secret. Empty: certificates of authorities
  std::string request;  // CSR, PEM; empty: there was none
  std::string ocsp;     // DER; empty: none is known
  WallTime at;          // added or replaced
  std::optional<certificates::AcmeRecord> acme = {};  // how it is issued, and again before its end
  bool operator==(const StoredCertificate&) const = default;
};

// Empty for a store from before there were any.
Result<std::vector<StoredCertificate>> read_certificates(Database& database);
Result<> write_certificate(Database& database, const StoredCertificate& certificate);
// Does nothing when it was replaced or removed meanwhile.
Result<> write_ocsp(Database& database, const StoredCertificate& certificate);
Result<> delete_certificate(Database& database, const std::string& label);

}  // namespace evenkeel::config
