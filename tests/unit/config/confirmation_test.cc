#include "store_fixture.h"

namespace evenkeel::config {
namespace {

TEST_F(StoreTest, AConfirmationOutlivesARestart) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  EXPECT_EQ(*store_->confirmation(), std::nullopt);
  const WallTime until = clock_.wall_now() + std::chrono::seconds(60);
  ASSERT_TRUE(store_->commit(weighted(2), "ann", "", std::nullopt, 1, until));
  open();
  EXPECT_EQ(*store_->confirmation(), (Confirmation{2, 1, until, "ann"}));
  ASSERT_TRUE(store_->confirm());
  open();
  EXPECT_EQ(*store_->confirmation(), std::nullopt);
  EXPECT_EQ(*store_->configuration(2), weighted(2));
}

TEST_F(StoreTest, ARefusedCommitLeavesNothingToConfirm) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  EXPECT_FALSE(store_->commit(weighted(2), "ann", "", std::nullopt, 7, clock_.wall_now()));
  EXPECT_EQ(*store_->confirmation(), std::nullopt);
}

TEST_F(StoreTest, TheNextCommitSettlesWhatWaited) {
  open();
  ASSERT_TRUE(store_->commit(weighted(1), "ann", "", std::nullopt, 0, clock_.wall_now()));
  EXPECT_EQ((*store_->confirmation())->back_to, 0);
  ASSERT_TRUE(commit(weighted(2)));
  EXPECT_EQ(*store_->confirmation(), std::nullopt);
}

TEST_F(StoreTest, OnlyTheNewestRevisionsAreKept) {
  open();
  for (int i = 1; i <= Store::kRevisionsKept + 5; ++i) ASSERT_TRUE(commit(weighted(i)));
  const auto revisions = *store_->revisions(10'000);
  ASSERT_EQ(revisions.size(), static_cast<size_t>(Store::kRevisionsKept));
  EXPECT_EQ(revisions.front().number, Store::kRevisionsKept + 5);
  EXPECT_EQ(revisions.back().number, 6);
  EXPECT_EQ(store_->configuration(5).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*store_->configuration(6), weighted(6));
}

}  // namespace
}  // namespace evenkeel::config
