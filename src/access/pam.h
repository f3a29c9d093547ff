#pragma once
// Passwords that somebody else knows: PAM, and so LDAP, Active Directory and RADIUS, as /etc/pam.d/evenkeel says.

#include <string>

#include "base/result.h"

namespace evenkeel::access {

struct PamRequest {
  std::string service;    // "evenkeel"
  std::string directory;  // "/etc/pam.d"
  std::string user;
  std::string password;
  std::string address;  // of the client, for PAM's own rules and logs
};

// Blocks for as long as the modules do: never on the control loop. kPermission: PAM says no. kUnavailable: PAM could
// not find out, or is not set up.
Result<> authenticate_by_pam(const PamRequest& request);

}  // namespace evenkeel::access
