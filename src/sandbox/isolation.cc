#include "sandbox/isolation.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/trouble.h"

namespace evenkeel::sandbox {
namespace {

void require(int result, const char* what) {
  if (result < 0) give_up(what);
}

void make_read_only(int directory, const char* path, unsigned flags) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
  require(mount_setattr(directory, path, flags, &attributes, sizeof(attributes)), "cannot make the files read-only");
}

}  // namespace

void unshare_machine() {
  require(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC), "cannot make namespaces");
}

void hide_machine(const std::string& script_directory) {
  constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV;
  constexpr mode_t kListable = 0755;
  require(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make the mounts private");
  // Taken along before /tmp is covered: the directory may be below it, or where the script's user may not look.
  const int scripts = open_tree(AT_FDCWD, script_directory.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  require(scripts, "cannot open the directory of scripts");
  make_read_only(scripts, "", AT_EMPTY_PATH);
  make_read_only(AT_FDCWD, "/", AT_RECURSIVE);
  require(mount("tmpfs", "/tmp", "tmpfs", kPlain, "size=16m,nr_inodes=1024,mode=1777"), "cannot make a /tmp");
  require(mkdir(kScripts, kListable), "cannot make a place for the scripts");
  require(move_mount(scripts, "", AT_FDCWD, kScripts, MOVE_MOUNT_F_EMPTY_PATH), "cannot show the scripts");
  require(mount("proc", "/proc", "proc", kPlain | MS_NOEXEC, nullptr), "cannot mount /proc");
  require(chdir("/tmp"), "cannot enter /tmp");
}

}  // namespace evenkeel::sandbox
