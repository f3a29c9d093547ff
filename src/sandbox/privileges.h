#pragma once
// Who the script is, and how much it may use.

#include <sys/resource.h>
#include <sys/types.h>

namespace evenkeel::sandbox {

struct User {
  uid_t uid;
  gid_t gid;
};

// Of that name in the machine's user database; root is refused.
User find_user(const char* name);

// For this process and its children, for good. `cpu_seconds`: of each process.
void limit_resources(rlim_t cpu_seconds);
// Becomes the user, without groups, capabilities, or a way to more privileges.
void drop_privileges(const User& user);

}  // namespace evenkeel::sandbox
