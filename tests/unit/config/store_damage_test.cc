// What may happen to a store: the process dies, the disk fills up, the file is damaged.

#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "base/utf8.h"
#include "config/restore_backup.h"
#include "store_fixture.h"

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
}

// Commits revision after revision and writes each number to the pipe once commit() has returned.
[[noreturn]] void commit_for_ever(const std::string& path, const Clock& clock, int acknowledge) {
  auto store = Store::open(path, clock);
  if (!store) _exit(1);
  for (int i = 1;; ++i) {
    model::Configuration configuration = sample();
    configuration.virtual_services[1].real_servers[0].weight = static_cast<uint16_t>(i);
    const auto revision = (*store)->commit(configuration, "root", "", std::nullopt, std::nullopt);
    if (!revision || ::write(acknowledge, &revision->number, sizeof revision->number) < 0) _exit(1);
  }
}

TEST_F(StoreTest, NoAcknowledgedCommitIsLostWhenTheProcessIsKilled) {
  open();
  store_.reset();
  int64_t acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) commit_for_ever(path_, clock_, ends[1]);
    ::close(ends[1]);
    // Killed in the middle of whatever follows the seventh acknowledgement.
    for (int i = 0; i < 7; ++i) ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), 8);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == 8) continue;
    ::close(ends[0]);
    open();
    EXPECT_GE((*store_->latest())->number, acknowledged);
    EXPECT_LE((*store_->latest())->number, acknowledged + 1);
    for (int64_t number = 1; number <= acknowledged; ++number) EXPECT_TRUE(store_->configuration(number)) << number;
    store_.reset();
  }
  EXPECT_GE(acknowledged, 35);
}

// No file may grow beyond `size` while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t size) {
    previous_handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit{size, previous_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &previous_);
    ::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int) = nullptr;
};

TEST_F(StoreTest, ACommitThatCannotBeWrittenChangesNothing) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  {
    const FileSizeLimit limit(std::filesystem::file_size(path_ + "-wal") + 100);
    const auto refused = commit(weighted(2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted) << to_string(refused.error());
    EXPECT_EQ((*store_->latest())->number, 1);
    EXPECT_EQ(*store_->configuration(1), weighted(1));
  }
  EXPECT_EQ(commit(weighted(2))->number, 2);
  open();
  EXPECT_EQ(*store_->configuration(2), weighted(2));
}

// A file system of a megabyte on the test's directory, in a mount namespace of this process.
class SmallDisk {
 public:
  explicit SmallDisk(std::string directory) : directory_(std::move(directory)) {
    is_mounted_ = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                  ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=1m") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }

 private:
  std::string directory_;
  bool is_mounted_ = false;
};

TEST_F(StoreTest, AFullDiskIsAnErrorAndTheStoreGoesOnAfterwards) {
  std::filesystem::create_directory(directory_);
  const SmallDisk disk(directory_.string());
  if (!disk.is_mounted()) GTEST_SKIP() << "needs root";
  open();
  const std::string filler = (directory_ / "filler").string();
  ASSERT_TRUE(commit(weighted(1)));
  std::ofstream(filler, std::ios::binary) << std::string(2 << 20, 'x');  // as much as there is room for
  int64_t last = 1;
  Result<Revision> refused = commit(weighted(2));
  for (; refused && last < 1000; ++last) refused = commit(weighted(3));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted) << to_string(refused.error());
  const auto in_force = (*store_->latest())->number;
  EXPECT_EQ(in_force, last);
  EXPECT_TRUE(store_->configuration(in_force));
  std::filesystem::remove(filler);
  EXPECT_EQ(commit(weighted(4))->number, in_force + 1);
  open();
  EXPECT_EQ(*store_->configuration(in_force + 1), weighted(4));
  store_.reset();
}

class DamagedStoreTest : public StoreTest {
 protected:
  DamagedStoreTest() {
    open();
    for (int i = 1; i <= 3; ++i) EXPECT_TRUE(commit(weighted(i)));
    EXPECT_TRUE(store_->record({.key = {"Print_Provider", "PS1"},
                                .state = model::OperatorState::kDrain,
                                .author = "anna",
                                .reason = "",
                                .at = clock_.wall_now()}));
    EXPECT_TRUE(commit(weighted(4)));
    store_.reset();
  }

  // Refused, named, untouched; and what was in force can still be read.
  void expect_damaged(const std::string& newest_good_backup) {
    const bool is_there = std::filesystem::exists(path_);
    const std::string before = is_there ? bytes_of(path_) : "";
    const auto opened = Store::open(path_, clock_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << to_string(opened.error());
    EXPECT_THAT(opened.error().message, HasSubstr(newest_good_backup));
    EXPECT_EQ(std::filesystem::exists(path_), is_there);
    if (is_there) EXPECT_TRUE(bytes_of(path_) == before) << "opening changed the damaged file";
  }
};

TEST_F(DamagedStoreTest, NotADatabase) {
  overwrite(path_, 0, std::string(4096, 'x'));
  expect_damaged("evenkeel.db.backup-4");
  const auto salvaged = Store::salvage(path_);
  ASSERT_TRUE(salvaged);
  EXPECT_EQ(salvaged->revision.number, 4);
  EXPECT_EQ(salvaged->configuration, weighted(4));
  ASSERT_EQ(salvaged->operator_actions.size(), 1u);
  EXPECT_EQ(salvaged->operator_actions[0].state, model::OperatorState::kDrain);
  EXPECT_THAT(salvaged->source, HasSubstr("backup-4"));
  EXPECT_EQ(*Store::read_newest_backup(path_), weighted(4));
}

TEST_F(DamagedStoreTest, DamagedPages) {
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
  ASSERT_GT(size, 8192);
  overwrite(path_, 4096, std::string(static_cast<size_t>(size - 4096), '\x5a'));
  expect_damaged("evenkeel.db.backup-4");
  EXPECT_EQ(*Store::read_newest_backup(path_), weighted(4));
}

// Whatever SQLite makes of it: it may also call a text too long, or quote bytes that are none.
TEST_F(DamagedStoreTest, AnyBytes) {
  const std::string bytes = bytes_of(path_);
  for (uint32_t seed = 0; seed < 520; ++seed) {
    std::mt19937 random(seed);
    std::string damaged = bytes;
    std::generate(damaged.begin() + 1024, damaged.end(), [&] { return static_cast<char>(random()); });
    overwrite(path_, 0, damaged);
    const auto opened = Store::open(path_, clock_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << seed << ": " << to_string(opened.error());
    EXPECT_TRUE(is_utf8(opened.error().message)) << seed;
  }
}

// SQLite itself has no checksums: one flipped digit in the text of a revision is found by ours.
TEST_F(DamagedStoreTest, AChangedDigitInTheNewestRevision) {
  const std::string bytes = bytes_of(path_);
  const size_t newest = bytes.find("\"weight\":4,");
  ASSERT_NE(newest, std::string::npos);
  overwrite(path_, static_cast<std::streamoff>(newest + 9), "9");
  expect_damaged("evenkeel.db.backup-4");
  EXPECT_EQ(*Store::read_newest_backup(path_), weighted(4));
}

TEST_F(DamagedStoreTest, Truncated) {
  std::filesystem::resize_file(path_, 4096);
  expect_damaged("evenkeel.db.backup-4");
}

TEST_F(DamagedStoreTest, EmptyOrGone) {
  std::filesystem::resize_file(path_, 0);
  expect_damaged("evenkeel.db.backup-4");
  std::filesystem::remove(path_);
  expect_damaged("evenkeel.db.backup-4");
  EXPECT_EQ(*Store::read_newest_backup(path_), weighted(4));
}

TEST_F(DamagedStoreTest, NamesTheNewestBackupThatIsGood) {
  overwrite(path_, 0, std::string(100, 'x'));
  overwrite(path_ + ".backup-4", 0, std::string(100, 'x'));
  std::filesystem::resize_file(path_ + ".backup-3", 10);
  expect_damaged("evenkeel.db.backup-2");
  EXPECT_EQ(Store::salvage(path_)->revision.number, 2);
}

TEST_F(DamagedStoreTest, WithoutAnyBackupSaysSo) {
  for (int i = 1; i <= 4; ++i) std::filesystem::remove(path_ + ".backup-" + std::to_string(i));
  overwrite(path_, 0, std::string(100, 'x'));
  expect_damaged("there is no good backup");
  EXPECT_EQ(Store::salvage(path_).error().code, ErrorCode::kCorrupt);
}

TEST_F(DamagedStoreTest, AnOlderRevisionIsBetterThanNone) {
  for (int i = 1; i <= 4; ++i) std::filesystem::remove(path_ + ".backup-" + std::to_string(i));
  const size_t newest = bytes_of(path_).find("\"weight\":4,");
  ASSERT_NE(newest, std::string::npos);
  overwrite(path_, static_cast<std::streamoff>(newest + 9), "9");
  const auto salvaged = Store::salvage(path_);
  ASSERT_TRUE(salvaged);
  EXPECT_EQ(salvaged->configuration, weighted(3));
  EXPECT_EQ(salvaged->source, path_);
}

TEST_F(DamagedStoreTest, GoesBackToItsNewestGoodBackup) {
  EXPECT_EQ(restore_newest_backup(path_).error().code, ErrorCode::kConflict);  // it is sound
  overwrite(path_, 0, std::string(4096, 'x'));
  overwrite(path_ + ".backup-4", 0, std::string(100, 'x'));
  const auto restored = restore_newest_backup(path_);
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(restored->backup, path_ + ".backup-3");
  EXPECT_EQ(restored->set_aside, path_ + ".damaged");
  EXPECT_TRUE(std::filesystem::exists(restored->set_aside));
  open();
  EXPECT_EQ(*store_->configuration(3), weighted(3));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0600));
  EXPECT_TRUE(commit(weighted(5)));
}

TEST_F(DamagedStoreTest, GoesBackWhenItIsGoneAltogether) {
  std::filesystem::remove(path_);
  const auto restored = restore_newest_backup(path_);
  ASSERT_TRUE(restored) << to_string(restored.error());
  EXPECT_EQ(restored->set_aside, "");
  open();
  EXPECT_EQ(*store_->configuration(4), weighted(4));
}

TEST_F(DamagedStoreTest, CannotGoBackWithoutABackup) {
  for (int i = 1; i <= 4; ++i) std::filesystem::remove(path_ + ".backup-" + std::to_string(i));
  overwrite(path_, 0, std::string(100, 'x'));
  EXPECT_EQ(restore_newest_backup(path_).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(DamagedStoreTest, AnotherProgramsDatabase) {
  std::filesystem::remove(path_);
  std::filesystem::copy_file(path_ + ".backup-4", path_);
  overwrite(path_, 68, std::string("\0\0\0\1", 4));  // application_id
  expect_damaged("another program");
}

}  // namespace
}  // namespace evenkeel::config
