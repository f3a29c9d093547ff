#include "api/peer.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace evenkeel::api {
namespace {

constexpr size_t kLargestEntry = 1 << 20;  // of the user and group database: a group with very many members

// Calls getpwuid_r or getgrnam_r with a buffer that is large enough.
template <class Entry, class Lookup>
bool look_up(Entry& entry, std::vector<char>& buffer, Lookup lookup) {
  for (buffer.resize(4096); buffer.size() <= kLargestEntry; buffer.resize(buffer.size() * 4)) {
    Entry* found = nullptr;
    const int error = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error != ERANGE) return error == 0 && found != nullptr;
  }
  return false;
}

std::string user_name(uid_t uid) {
  passwd entry{};
  std::vector<char> buffer;
  const auto by_uid = [uid](auto... arguments) { return getpwuid_r(uid, arguments...); };
  return look_up(entry, buffer, by_uid) ? entry.pw_name : fmt::format("uid {}", uid);
}

Result<std::vector<gid_t>> supplementary_groups(int socket) {
  std::vector<gid_t> groups(64);
  for (;;) {
    auto length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
    groups.resize(length / sizeof(gid_t));
    if (result == 0) return groups;
    if (errno != ERANGE) return fail(system_error("cannot read the peer's groups"));
  }
}

}  // namespace

std::optional<gid_t> find_group(const std::string& name) {
  group entry{};
  std::vector<char> buffer;
  const auto by_name = [&name](auto... arguments) { return getgrnam_r(name.c_str(), arguments...); };
  if (!look_up(entry, buffer, by_name)) return std::nullopt;
  return entry.gr_gid;
}

Result<Peer> identify(int socket, std::optional<gid_t> allowed_group) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return fail(system_error("cannot read the peer's credentials"));
  }
  Peer peer{credentials.uid, user_name(credentials.uid), access::Role::kAdministrator, "local"};
  if (peer.is_root() || peer.uid == geteuid()) return peer;
  if (allowed_group) {
    if (credentials.gid == *allowed_group) return peer;
    const auto groups = supplementary_groups(socket);
    if (!groups) return fail(groups.error());
    if (std::find(groups->begin(), groups->end(), *allowed_group) != groups->end()) return peer;
  }
  return fail(ErrorCode::kPermission,
              fmt::format("{} may not use the API: only root and members of the group evenkeel may", peer.name));
}

}  // namespace evenkeel::api
