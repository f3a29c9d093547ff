#include "engines/l4_xdp/pin_directory.h"

#include <bpf/bpf.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace evenkeel::engines::l4_xdp {
namespace {

bool is_bpffs(const std::string& path) {
  struct statfs info{};
  return statfs(path.c_str(), &info) == 0 && info.f_type == BPF_FS_MAGIC;
}

Result<> mount_bpffs(const std::string& path) {
  if (mount("bpf", path.c_str(), "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0)
    return fail(system_error("cannot mount a BPF file system", path));
  return {};
}

// The directory itself is mounted where it can be made, so that nothing beside it is hidden. Below /sys/fs/bpf nothing
// can be made before that is mounted, as it usually is.
Result<> ensure_bpffs(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  if (is_bpffs(path) || is_bpffs(parent)) return {};
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return mount_bpffs(error ? parent.string() : path);
}

}  // namespace

Result<PinDirectory> PinDirectory::open(const std::string& path) {
  if (auto ensured = ensure_bpffs(path); !ensured) return fail(ensured.error());
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail(system_error("cannot create the directory", path));
  return PinDirectory(path);
}

std::vector<std::string> PinDirectory::names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    auto name = entry.path().filename().string();
    // Nothing with a dot can be pinned: those are the kernel's own (maps.debug, progs.debug).
    if (!name.contains('.')) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

bool PinDirectory::has(const std::string& name) const {
  return access(path_of(name).c_str(), F_OK) == 0;
}

Result<Fd> PinDirectory::get(const std::string& name) const {
  Fd fd(bpf_obj_get(path_of(name).c_str()));
  if (fd.is_open()) return fd;
  if (errno == ENOENT) return fail(ErrorCode::kNotFound, "nothing is pinned there", path_of(name));
  return fail(system_error("cannot open what is pinned", path_of(name)));
}

Result<> PinDirectory::pin(int fd, const std::string& name) const {
  if (bpf_obj_pin(fd, path_of(name).c_str()) != 0) return fail(system_error("cannot pin", path_of(name)));
  return {};
}

Result<> PinDirectory::replace(int fd, const std::string& name) const {
  const std::string fresh = name + "_new";
  if (auto removed = remove(fresh); !removed) return removed;
  if (auto pinned = pin(fd, fresh); !pinned) return pinned;
  if (rename(path_of(fresh).c_str(), path_of(name).c_str()) != 0)
    return fail(system_error("cannot replace what is pinned", path_of(name)));
  return {};
}

Result<> PinDirectory::remove(const std::string& name) const {
  if (unlink(path_of(name).c_str()) != 0 && errno != ENOENT) return fail(system_error("cannot unpin", path_of(name)));
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
