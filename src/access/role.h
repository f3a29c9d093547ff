#pragma once
// What somebody may do. Each role may do what those before it may.

#include <optional>
#include <string_view>

namespace evenkeel::access {

enum class Role {
  kNobody,         // has not signed in
  kViewer,         // sees everything but secrets, users and the audit trail
  kOperator,       // and takes real servers out and in, tests, clears persistence
  kAdministrator,  // and changes everything
};

const char* to_string(Role role);                       // "viewer"
std::optional<Role> parse_role(std::string_view name);  // of those that somebody can be given

}  // namespace evenkeel::access
