#include "access/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "config/sqlite.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::access {
namespace {

class AccessStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open() { return std::move(Store::open(path_).value()); }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "access.db";
  const WallTime now_{std::chrono::seconds(1'800'000'000)};
};

TEST_F(AccessStoreTest, WhatWasStoredIsThereAfterwards) {
  {
    const auto store = open();
    ASSERT_TRUE(store->save(User{.name = "ann", .role = Role::kOperator, .password_hash = "hash", .created = now_}));
    ASSERT_TRUE(store->save(User{.name = "bob", .source = Source::kPam, .totp_secret = "ABC", .totp_used = 7}));
    ASSERT_TRUE(store->save(Session{"print", "ann", "192.0.2.1", now_, now_, now_ + std::chrono::hours(12)}));
    EXPECT_EQ(store->add({.label = "ci", .fingerprint = "f", .created_by = "ann", .created = now_}).value(), 1);
    ASSERT_TRUE(store->append({0, now_, "ann", "192.0.2.1", "signed in"}));
  }
  const auto store = open();
  const auto users = store->users().value();
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].role, Role::kOperator);
  EXPECT_EQ(users[0].password_hash, "hash");
  EXPECT_EQ(users[0].created, now_);
  EXPECT_EQ(users[0].last_sign_in, std::nullopt);
  EXPECT_EQ(users[1].source, Source::kPam);
  EXPECT_EQ(users[1].totp_used, 7);
  EXPECT_EQ(store->sessions().value().at(0).ends, now_ + std::chrono::hours(12));
  EXPECT_EQ(store->tokens().value().at(0).label, "ci");
  EXPECT_EQ(store->tokens().value().at(0).expires, std::nullopt);
  EXPECT_EQ(store->audit({}).value().at(0).what, "signed in");
}

TEST_F(AccessStoreTest, AllOrNothing) {
  const auto store = open();
  const auto done = store->together([&]() -> Result<> {
    if (auto saved = store->save(User{.name = "ann"}); !saved) return saved;
    return fail(ErrorCode::kInternal, "on purpose");
  });
  EXPECT_FALSE(done);
  EXPECT_TRUE(store->users().value().empty());
}

TEST_F(AccessStoreTest, TheAuditTrailCannotBeChangedOrShortened) {
  const auto store = open();
  ASSERT_TRUE(store->append({0, now_, "ann", "local", "something"}));
  auto database = config::Database::open(path_, config::Database::Access::kReadWrite);
  ASSERT_TRUE(database);
  EXPECT_FALSE(database->execute("UPDATE audit SET user = 'eve'"));
  EXPECT_FALSE(database->execute("DELETE FROM audit"));
  EXPECT_EQ(store->audit({}).value().size(), 1u);
}

TEST_F(AccessStoreTest, BeyondAMillionTheOldestEntriesGo) {
  const auto store = open();
  auto database = config::Database::open(path_, config::Database::Access::kReadWrite);
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute(
      "INSERT INTO audit (id, at, user, address, what) VALUES (1, 0, '', '', 'old'), (1500000, 0, '', '', 'new')"));
  for (int entry = 0; entry < 1000; ++entry) {
    ASSERT_TRUE(store->together([&] { return store->append({0, now_, "ann", "local", "more"}); }));
  }
  EXPECT_EQ(store->audit({.limit = 5000}).value().size(), 1001u);
}

TEST_F(AccessStoreTest, OnlyItsOwnerCanReadIt) {
  open();
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(AccessStoreTest, WhatIsNoStoreIsRefusedAndLeftAlone) {
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_FALSE(Store::open(path_));
  EXPECT_EQ(std::filesystem::file_size(path_), 8192u);
}

}  // namespace
}  // namespace evenkeel::access
