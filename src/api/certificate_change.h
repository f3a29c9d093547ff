#pragma once
// What people want done with certificates. Values: the key in them is a secret, and goes nowhere but into the store.

#include <string>
#include <variant>

#include "certificates/acme_record.h"
#include "certificates/issue.h"
#include "observed/certificate.h"

namespace evenkeel::api {

struct UploadedCertificate {
  std::string pem;     // certificates and key, in any order; without a key for a request that was signed
  std::string pkcs12;  // or PFX, DER
  std::string password;
};

struct IssuedCertificate {
  certificates::Subject subject;
  certificates::KeyKind key = certificates::KeyKind::kEcP256;
  int days = 0;  // self-signed, for so long; 0: a request, for an authority to sign
};

struct CertificateChange {
  std::string label;
  std::string author;
  bool replaces = false;  // one that is there; else there must be none, or only its request
  bool dry_run = false;
  // A record: one that we sign stands in until the ACME server has issued it.
  std::variant<UploadedCertificate, IssuedCertificate, certificates::AcmeRecord> wanted;
};

struct CertificateResult {
  observed::Certificate certificate;
  std::string layer7;  // what HAProxy takes for it: "commands", "reload"; empty: nothing
};

}  // namespace evenkeel::api
