#pragma once
// Has the authority taken the certificate back? Asked by us and stapled to the handshake, so that clients need not ask.
// Pure functions, but for fetch_ocsp().

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::certificates {

struct OcspAnswer {
  std::string der;  // what is stapled
  WallTime this_update;
  WallTime next_update;        // until when it holds
  std::string objection = {};  // "the authority has revoked the certificate"; empty: it is good
};

// `chain`: as in Bundle, with the issuer in it. DER.
Result<std::string> make_ocsp_request(const std::string& chain);

// kInvalidArgument: it is no answer about this certificate, not signed by whom it must be, or not valid at `now`.
// kUnsupported: the authority does not know the certificate.
Result<OcspAnswer> read_ocsp_response(std::string_view der, const std::string& chain, WallTime now);

// Asks the certificate's responder; blocks for 10 s at most. kUnavailable: no answer.
Result<OcspAnswer> fetch_ocsp(const std::string& chain, const std::string& responder, WallTime now);

}  // namespace evenkeel::certificates
