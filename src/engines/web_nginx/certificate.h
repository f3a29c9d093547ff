#pragma once
// The certificate of the web interface: made when there is none, and looked at before it is used.

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "base/result.h"

namespace evenkeel::engines::web_nginx {

// What a certificate says.
struct Certificate {
  std::string subject;  // "CN=lb1.print.example"
  std::string issuer;
  std::vector<std::string> names;  // host names and addresses that it is for
  WallTime not_before, not_after;
  std::string fingerprint;    // SHA-256, "AB:CD:..."
  std::string fingerprints;   // of it and of all that come after it: "AB:CD:..., ..."
  bool is_generated = false;  // by generate()
};

// Host names and addresses that browsers may come by.
struct Subject {
  std::string host_name;
  std::vector<IpAddress> addresses;
};

// A private key (ECDSA P-256) and a certificate that it signs itself, for 824 days (browsers take 825 at most), both in
// one PEM text.
Result<std::string> generate(const Subject& subject, WallTime now);

// The first certificate of a PEM text. kCorrupt: there is none.
Result<Certificate> describe(const std::string& pem);

// Which of the two texts is wrong.
struct PairProblem {
  enum class Where { kCertificate, kKey } where;
  std::string message, hint;
};

// A certificate with its chain and the private key, as nginx will have them: in one PEM text, the key first. Refused:
// no PEM, longer than 64 kB, expired or not valid yet, a chain in the wrong order, a key with a passphrase or of
// another certificate, RSA below 2048 bits.
std::expected<std::string, PairProblem> join(const std::string& certificate, const std::string& key, WallTime now);

}  // namespace evenkeel::engines::web_nginx
