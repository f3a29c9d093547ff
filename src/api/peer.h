#pragma once
// Who may use the socket: root, evenkeeld's own user, and the members of a group.

#include <sys/types.h>

#include <optional>
#include <string>

#include "api/http.h"
#include "base/result.h"

namespace evenkeel::api {

// None when the system has no such group.
std::optional<gid_t> find_group(const std::string& name);

// What the kernel remembers of the moment the client connected. kPermission when it may not use the API.
Result<Peer> identify(int socket, std::optional<gid_t> allowed_group);

}  // namespace evenkeel::api
