#pragma once
// How an ACME server (RFC 8555) is to be asked for a certificate, and again before its end.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace evenkeel::certificates {

// How a name is shown to be ours.
enum class Challenge {
  kHttp01,  // HAProxy answers on port 80 of the virtual address
  kDns01,   // the operator's hook puts a record into the DNS
};
const char* to_string(Challenge challenge);  // "http-01", "dns-01"

struct AcmeRecord {
  std::string directory;           // URL of the server's directory
  std::vector<std::string> names;  // host names; "*.example.com" with kDns01
  std::string email;               // that the server may write to; empty: none
  Challenge challenge = Challenge::kHttp01;
  std::string hook;             // file name of the script for kDns01, in the directory of scripts; else empty
  std::string key = "ec-p256";  // kind of the certificate's key, as key_kind() takes it
  bool operator==(const AcmeRecord&) const = default;
};

// kInvalidArgument: what is wrong; the error's object is the field.
Result<> validate(const AcmeRecord& record);

std::string to_stored(const AcmeRecord& record);
// kCorrupt: that is not what to_stored() has made.
Result<AcmeRecord> acme_record_from_stored(std::string_view text);

}  // namespace evenkeel::certificates
