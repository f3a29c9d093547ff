#pragma once
// What a certificate says, and what is to be said about it. Pure functions, but for the authorities that the system
// knows.

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::certificates {

struct Description {
  std::string subject;             // "CN=www.example.com,O=Example"
  std::string issuer;              // of the certificate itself
  std::vector<std::string> names;  // that it is for: "www.example.com", "10.0.0.1"; without any, its common name
  std::string serial;              // "0A:1B"
  std::string fingerprint;         // SHA-256: "AB:CD:..."
  std::string key;                 // "RSA 2048", "EC P-256"
  WallTime not_before, not_after;
  std::vector<std::string> chain;  // the subjects of its issuers, as far as they are there
  std::string missing_issuer;      // that neither the chain nor the system has; empty: none is missing
  std::string ocsp_responder;      // URL; empty: none
  bool is_self_signed = false;
  bool is_authority = false;
};

// `chain`: as in Bundle. Of certificates of authorities, the first is described.
Result<Description> describe(const std::string& chain);

// Sentences: it has expired, is not valid yet, lacks an issuer.
std::vector<std::string> warnings_about(const Description& description, WallTime now);

// Whole days until it expires, rounded down; below zero: it has.
int days_left(const Description& description, WallTime now);

// The certificate and its issuer are both in the chain and the certificate names a responder: what stapling needs.
bool can_be_stapled(const Description& description);

}  // namespace evenkeel::certificates
