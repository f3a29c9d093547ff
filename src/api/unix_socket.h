#pragma once
// The listening socket's file: who may connect, and what to do with a file that is there already.

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::api {

// Replaces the socket of a process that is gone; kConflict when somebody listens there, or when it is no socket.
// Nobody can connect before mode and group are set.
Result<Fd> listen_on(const std::string& path, mode_t mode, std::optional<gid_t> group);

// Removes the file if it is still the one of this listening socket.
void remove_socket_file(const std::string& path, ino_t inode);

Result<ino_t> inode_of(const std::string& path);

}  // namespace evenkeel::api
