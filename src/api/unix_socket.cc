#include "api/unix_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace evenkeel::api {
namespace {

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the path of a socket has 1 to {} characters", sizeof address.sun_path - 1), path);
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Fd open_socket() {
  return Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Only a refused connection proves that nobody listens.
Result<> remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return fail(system_error("cannot look at it", path));
  }
  if (!S_ISSOCK(status.st_mode)) return fail(ErrorCode::kConflict, "is there already and is no socket", path);
  const Fd probe = open_socket();
  if (!probe.is_open()) return fail(system_error("cannot open a socket"));
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN) {
    return fail(ErrorCode::kConflict, "another evenkeeld listens there", path);
  }
  if (errno != ECONNREFUSED) return fail(system_error("cannot tell whether somebody listens there", path));
  if (unlink(path.c_str()) != 0) return fail(system_error("cannot remove the stale socket", path));
  return {};
}

}  // namespace

Result<Fd> listen_on(const std::string& path, mode_t mode, std::optional<gid_t> group) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  if (auto removed = remove_stale(path, *address); !removed) return fail(removed.error());
  Fd listening = open_socket();
  if (!listening.is_open()) return fail(system_error("cannot open a socket"));
  if (bind(listening.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return fail(system_error("cannot create the socket", path));
  }
  if (group && chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    return fail(system_error("cannot give the socket to its group", path));
  }
  if (chmod(path.c_str(), mode) != 0) return fail(system_error("cannot set the socket's mode", path));
  if (listen(listening.get(), SOMAXCONN) != 0) return fail(system_error("cannot listen", path));
  return listening;
}

Result<ino_t> inode_of(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return fail(system_error("cannot look at it", path));
  return status.st_ino;
}

void remove_socket_file(const std::string& path, ino_t inode) {
  const auto present = inode_of(path);
  if (present && *present == inode) unlink(path.c_str());
}

}  // namespace evenkeel::api
