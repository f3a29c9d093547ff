#include "engines/l4_xdp/pin_directory.h"

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "scenario/l4_xdp/sandbox.h"

namespace evenkeel::engines::l4_xdp {
namespace {

bool is_bpffs(const std::string& path) {
  struct statfs info{};
  return statfs(path.c_str(), &info) == 0 && info.f_type == BPF_FS_MAGIC;
}

class PinDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    sandbox_ = std::make_unique<Sandbox>();
  }
  std::unique_ptr<Sandbox> sandbox_;
};

TEST_F(PinDirectoryTest, InsideABpfFileSystemItIsAPlainDirectory) {
  const auto pins = PinDirectory::open(sandbox_->pin_directory());
  ASSERT_TRUE(pins) << to_string(pins.error());
  EXPECT_TRUE(is_bpffs(pins->path()));
  EXPECT_TRUE(pins->names().empty());
  EXPECT_TRUE(PinDirectory::open(sandbox_->pin_directory())) << "a second time";
}

TEST_F(PinDirectoryTest, AnywhereElseItIsMountedAndHidesNothingBesideIt) {
  const std::string beside = sandbox_->root() + "/beside";
  const std::string path = sandbox_->root() + "/pins";
  std::ofstream(beside) << "still here";
  const auto pins = PinDirectory::open(path);
  ASSERT_TRUE(pins) << to_string(pins.error());
  EXPECT_TRUE(is_bpffs(path));
  EXPECT_TRUE(std::filesystem::exists(beside));
  EXPECT_TRUE(pins->names().empty()) << "the kernel's own files are not ours";
  umount2(path.c_str(), MNT_DETACH);
  std::filesystem::remove(path);
  std::filesystem::remove(beside);
}

TEST_F(PinDirectoryTest, WhereNothingCanBeMadeTheParentIsMounted) {
  const auto pins = PinDirectory::open("/sys/fs/bpf/evenkeel");  // a sysfs of the sandbox's own
  ASSERT_TRUE(pins) << to_string(pins.error());
  EXPECT_TRUE(is_bpffs("/sys/fs/bpf"));
  EXPECT_TRUE(pins->names().empty());
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
