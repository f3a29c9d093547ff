#include "config/store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <random>

#include "config/sqlite.h"
#include "store_fixture.h"

namespace evenkeel::config {
namespace {

using model::OperatorAction;
using model::OperatorState;
using model::RealServerKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST_F(StoreTest, BeginsEmpty) {
  open();
  EXPECT_EQ(*store_->latest(), std::nullopt);
  EXPECT_THAT(*store_->revisions(10), IsEmpty());
  EXPECT_THAT(*store_->operator_actions(), IsEmpty());
  EXPECT_THAT(*store_->verdicts(), IsEmpty());
  EXPECT_EQ(store_->configuration(1).error().code, ErrorCode::kNotFound);
}

TEST_F(StoreTest, KeepsRevisionsOverARestart) {
  open();
  ASSERT_TRUE(store_->commit(weighted(1), "root", "first", std::nullopt, 0));
  clock_.advance(std::chrono::seconds(90));
  ASSERT_TRUE(store_->commit(weighted(2), "anna", "second; \"quoted\"", std::nullopt, 1));
  ASSERT_TRUE(store_->commit(weighted(1), "root", "", 1, 2));
  open();
  const auto revisions = *store_->revisions(10);
  ASSERT_EQ(revisions.size(), 3u);
  EXPECT_EQ(revisions[0].number, 3);
  EXPECT_EQ(revisions[0].restores, 1);
  EXPECT_EQ(revisions[1].author, "anna");
  EXPECT_EQ(revisions[1].comment, "second; \"quoted\"");
  EXPECT_EQ(revisions[1].at, clock_.wall_now());
  EXPECT_EQ(revisions[1].restores, std::nullopt);
  EXPECT_EQ(revisions[2].at, clock_.wall_now() - std::chrono::seconds(90));
  EXPECT_EQ(store_->revisions(2)->size(), 2u);
  EXPECT_EQ((*store_->latest())->number, 3);
  EXPECT_EQ(*store_->configuration(1), weighted(1));
  EXPECT_EQ(*store_->configuration(2), weighted(2));
  EXPECT_EQ(store_->configuration(2)->virtual_services[0].health_check.request, "/api/health?Authorization=SECRETKEY");
}

TEST_F(StoreTest, KeepsWhyARevisionFailed) {
  open();
  ASSERT_TRUE(store_->commit(weighted(1), "root", "", std::nullopt, 0));
  ASSERT_TRUE(store_->commit(weighted(2), "root", "", std::nullopt, 1));
  ASSERT_TRUE(store_->note_failure(2, "HAProxy: cannot bind"));
  open();
  EXPECT_EQ(store_->revisions(10)->at(0).failure, "HAProxy: cannot bind");
  EXPECT_EQ(store_->revisions(10)->at(1).failure, "");
}

TEST_F(StoreTest, IsReadByItsOwnerOnly) {
  open();
  ASSERT_TRUE(commit(sample()));
  EXPECT_EQ(mode_of(directory_), 0700u);
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
  }
}

TEST_F(StoreTest, RefusesACommitThatMissedAnother) {
  open();
  auto second = std::move(*Store::open(path_, clock_));
  ASSERT_TRUE(commit(weighted(1), 0));
  const auto late = second->commit(weighted(2), "anna", "", std::nullopt, 0);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  EXPECT_THAT(late.error().message, HasSubstr("revision 1 is in force, not 0"));
  EXPECT_EQ(store_->revisions(10)->size(), 1u);
  EXPECT_TRUE(second->commit(weighted(2), "anna", "", std::nullopt, 1));
  EXPECT_TRUE(commit(weighted(3)));  // without expectation the last one wins
  EXPECT_EQ((*store_->latest())->number, 3);
}

OperatorAction action(const char* service, const char* server, OperatorState state, const Clock& clock) {
  return {
      .key = {service, server}, .state = state, .author = "anna", .reason = "driver update", .at = clock.wall_now()};
}

TEST_F(StoreTest, KeepsOperatorActionsOverRestartsAndRevisions) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  auto drain = action("Print_Provider", "PS1", OperatorState::kDrain, clock_);
  drain.deadline = clock_.wall_now() + std::chrono::minutes(10);
  const auto halt = action("MobilityPrint", "PS2", OperatorState::kHalt, clock_);
  ASSERT_TRUE(store_->record(drain));
  ASSERT_TRUE(store_->record(action("MobilityPrint", "PS2", OperatorState::kDrain, clock_)));
  ASSERT_TRUE(store_->record(halt));
  ASSERT_TRUE(commit(weighted(2)));
  open();
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(halt, drain));
  ASSERT_TRUE(store_->record(action("MobilityPrint", "PS2", OperatorState::kOnline, clock_)));
  ASSERT_TRUE(store_->record(action("Never", "Seen", OperatorState::kOnline, clock_)));
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
}

// As a version without deadlines wrote it.
void remove_deadlines(const std::string& path) {
  auto database = Database::open(path, Database::Access::kReadWrite);
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute(
      "ALTER TABLE operator_action DROP COLUMN deadline; DROP TABLE certificate; "
      "ALTER TABLE revision DROP COLUMN failure; DROP TABLE confirmation; DROP TABLE rest_of_restore; "
      "PRAGMA user_version = 1"));
}

TEST_F(StoreTest, AnOlderStoreGoesOn) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  auto drain = action("Print_Provider", "PS1", OperatorState::kDrain, clock_);
  ASSERT_TRUE(store_->record(drain));
  store_.reset();
  remove_deadlines(path_);
  const auto salvaged = Store::salvage(path_);
  ASSERT_TRUE(salvaged) << to_string(salvaged.error());
  EXPECT_THAT(salvaged->operator_actions, ElementsAre(drain));
  open();
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
  drain.deadline = clock_.wall_now();
  ASSERT_TRUE(store_->record(drain));
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
}

TEST_F(StoreTest, WhatWasSaidGoesAlongWithARename) {
  open();
  ASSERT_TRUE(commit(sample()));
  auto drain = action("Print_Provider", "PS1", OperatorState::kDrain, clock_);
  ASSERT_TRUE(store_->record(drain));
  ASSERT_TRUE(store_->record(action("SMB", "Two", OperatorState::kHalt, clock_)));  // of a server long gone
  const RememberedVerdict down{.key = drain.key, .is_up = false, .since = clock_.wall_now(), .reason = "refused"};
  ASSERT_TRUE(store_->remember_verdicts({down}));
  open();
  auto renamed = sample();
  renamed.virtual_services[1].label = "SMB";
  renamed.virtual_services[1].real_servers[0].label = "One";
  renamed.virtual_services[1].real_servers[1].label = "Two";
  ASSERT_TRUE(commit(renamed));
  drain.key = {"SMB", "One"};
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
  EXPECT_EQ(store_->verdicts()->at(0).key, drain.key);
  // Saying it again changes nothing; a plain rename moves it on.
  ASSERT_TRUE(store_->rename({"Print_Provider", "PS1"}, {"SMB", "One"}));
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
  ASSERT_TRUE(store_->rename({"SMB", "One"}, {"SMB", "1"}));
  EXPECT_EQ(store_->operator_actions()->at(0).key, (RealServerKey{"SMB", "1"}));
}

TEST_F(StoreTest, RemembersVerdicts) {
  open();
  const RememberedVerdict up{.key = {"A", "R"}, .is_up = true, .since = clock_.wall_now(), .reason = "HTTP 200"};
  const RememberedVerdict down{.key = {"A", "S"}, .is_up = false, .since = clock_.wall_now(), .reason = ""};
  ASSERT_TRUE(store_->remember_verdicts({up, down}));
  open();
  EXPECT_THAT(*store_->verdicts(), ElementsAre(up, down));
  ASSERT_TRUE(store_->remember_verdicts({down}));
  EXPECT_THAT(*store_->verdicts(), ElementsAre(down));
}

TEST_F(StoreTest, KeepsTheLastFiveBackups) {
  open();
  for (int i = 1; i <= 8; ++i) ASSERT_TRUE(commit(weighted(i)));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    const std::string name = entry.path().filename().string();
    if (name.find("backup") != std::string::npos) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_THAT(names, ElementsAre("evenkeel.db.backup-4", "evenkeel.db.backup-5", "evenkeel.db.backup-6",
                                 "evenkeel.db.backup-7", "evenkeel.db.backup-8"));
}

TEST_F(StoreTest, ABackupCopiedBackIsTheStore) {
  open();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(commit(weighted(i)));
  const auto drain = action("Print_Provider", "PS1", OperatorState::kDrain, clock_);
  ASSERT_TRUE(store_->record(drain));
  ASSERT_TRUE(commit(weighted(4)));
  store_.reset();
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  std::filesystem::copy_file(path_ + ".backup-4", path_);
  open();
  EXPECT_EQ(store_->revisions(10)->size(), 4u);
  EXPECT_EQ(*store_->configuration(4), weighted(4));
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drain));
  EXPECT_EQ(commit(weighted(5))->number, 5);
}

TEST_F(StoreTest, RefusesTheStoreOfANewerVersion) {
  open();
  store_.reset();
  // user_version is at offset 60 of the header, big-endian.
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(60);
  file.write("\0\0\0\x63", 4);
  file.close();
  const auto opened = Store::open(path_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(opened.error().message, HasSubstr("schema 99"));
}

TEST_F(StoreTest, SaysWhyItCannotOpen) {
  path_ = root_ / "no/such/evenkeel.db";
  const auto opened = Store::open(path_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kSystem);
  EXPECT_THAT(to_string(opened.error()), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace evenkeel::config
