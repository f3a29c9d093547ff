#include "access/role.h"

namespace evenkeel::access {

const char* to_string(Role role) {
  switch (role) {
    case Role::kNobody:
      return "nobody";
    case Role::kViewer:
      return "viewer";
    case Role::kOperator:
      return "operator";
    case Role::kAdministrator:
      return "administrator";
  }
  return "nobody";
}

std::optional<Role> parse_role(std::string_view name) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdministrator}) {
    if (name == to_string(role)) return role;
  }
  return std::nullopt;
}

}  // namespace evenkeel::access
