#pragma once
// A mount and a network namespace of the test's own, without a name: whatever is mounted, pinned or created in them is
// gone with the process, however it ends.

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace evenkeel::engines::l4_xdp {

class Sandbox {
 public:
  Sandbox() {
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) throw std::runtime_error("needs root: no namespaces");
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) throw std::runtime_error("mount");
    char path[] = "/tmp/ekle-XXXXXX";
    if (mkdtemp(path) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = path;
    run("mount -t sysfs ekle /sys && ip link set lo up");
    run("mkdir " + bpffs() + " && mount -t bpf ekle " + bpffs());
  }
  ~Sandbox() {
    umount2(bpffs().c_str(), MNT_DETACH);
    rmdir(bpffs().c_str());
    rmdir(root_.c_str());
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  const std::string& root() const { return root_; }  // an ordinary directory; leave nothing in it
  std::string bpffs() const { return root_ + "/bpf"; }
  std::string pin_directory() const { return bpffs() + "/evenkeel"; }
  void run(const std::string& command) const {
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  }

 private:
  std::string root_;
};

}  // namespace evenkeel::engines::l4_xdp
