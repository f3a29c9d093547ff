#include <gmock/gmock.h>

#include "store_fixture.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;

model::OperatorAction drained(const std::string& real_server) {
  return {.key = {"Print_Provider", real_server},
          .state = model::OperatorState::kDrain,
          .author = "anna",
          .reason = "",
          .at = WallTime(std::chrono::seconds(5))};
}

StoredCertificate certificate(const std::string& label) {
  return {.label = label, .origin = "uploaded", .chain = "C", .key = "K", .request = "", .ocsp = "", .at = WallTime()};
}

TEST_F(StoreTest, AWholeReplacesAllThatThereWas) {
  open();
  ASSERT_TRUE(store_->commit(weighted(1), "root", "", std::nullopt, 0, clock_.wall_now()));
  ASSERT_TRUE(store_->record(drained("PS1")));
  ASSERT_TRUE(store_->save(certificate("old")));
  const auto revision =
      store_->replace({weighted(2), {drained("PS2")}, {certificate("new")}, "rest"}, "root", "why", 1);
  ASSERT_TRUE(revision) << to_string(revision.error());
  EXPECT_EQ(revision->number, 2);
  EXPECT_EQ(revision->comment, "why");
  open();
  EXPECT_EQ(*store_->configuration(2), weighted(2));
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drained("PS2")));
  EXPECT_THAT(*store_->certificates(), ElementsAre(certificate("new")));
  EXPECT_EQ(*store_->confirmation(), std::nullopt);
  EXPECT_EQ(*store_->rest_of_restore(), "rest");
  ASSERT_TRUE(store_->finish_restore());
  EXPECT_EQ(*store_->rest_of_restore(), "");
}

TEST_F(StoreTest, AWholeThatCameTooLateChangesNothing) {
  open();
  ASSERT_TRUE(commit(weighted(1)));
  ASSERT_TRUE(store_->record(drained("PS1")));
  EXPECT_EQ(store_->replace({weighted(2), {}, {}, "rest"}, "root", "", 7).error().code, ErrorCode::kConflict);
  EXPECT_THAT(*store_->operator_actions(), ElementsAre(drained("PS1")));
  EXPECT_EQ(*store_->rest_of_restore(), "");
}

}  // namespace
}  // namespace evenkeel::config
