#include "access/replace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::access {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ReplaceTest : public testing::Test {
 protected:
  ReplaceTest() {
    store_ = Store::open(directory_ / "access.db").value();
    for (const char* user : {"ann", "bob", "cleo"}) {
      EXPECT_TRUE(store_->save(User{.name = user, .role = Role::kAdministrator, .password_hash = "H", .totp_used = 9}));
      EXPECT_TRUE(store_->save(Session{
          .fingerprint = std::string("S") + user, .user = user, .address = "", .began = {}, .used = {}, .ends = {}}));
    }
    EXPECT_TRUE(
        store_->add({.label = "old", .role = Role::kViewer, .fingerprint = "F1", .created_by = "ann", .created = {}}));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(ReplaceTest, UsersAndTokensAreThoseGivenAndWhoIsAnotherIsSignedOut) {
  const std::vector<User> wanted{{.name = "ann", .role = Role::kAdministrator, .password_hash = "H", .totp_used = 3},
                                 {.name = "bob", .role = Role::kViewer, .password_hash = "H"},
                                 {.name = "dan", .role = Role::kViewer, .password_hash = "D"}};
  const auto replaced =
      replace_all(*store_, wanted,
                  {{.label = "new", .role = Role::kViewer, .fingerprint = "F2", .created_by = "ann", .created = {}}});
  ASSERT_TRUE(replaced) << to_string(replaced.error());
  EXPECT_THAT(replaced->signed_out, ElementsAre("bob", "cleo"));
  const auto users = *store_->users();
  ASSERT_THAT(users, SizeIs(3));
  EXPECT_EQ(users[0].totp_used, 9);  // a code that was used stays used
  EXPECT_EQ(users[1].role, Role::kViewer);
  EXPECT_EQ(users[2].name, "dan");
  ASSERT_THAT(*store_->sessions(), SizeIs(1));
  EXPECT_EQ(store_->sessions()->front().user, "ann");
  ASSERT_THAT(*store_->tokens(), SizeIs(1));
  EXPECT_EQ(store_->tokens()->front().label, "new");
  EXPECT_EQ(replaced->tokens.front().id, store_->tokens()->front().id);
}

TEST_F(ReplaceTest, DoneTwiceIsDoneOnce) {
  const std::vector<User> wanted{{.name = "ann", .role = Role::kAdministrator, .password_hash = "H"}};
  ASSERT_TRUE(replace_all(*store_, wanted, {}));
  const auto again = replace_all(*store_, wanted, {});
  ASSERT_TRUE(again);
  EXPECT_THAT(again->signed_out, IsEmpty());
  EXPECT_THAT(*store_->users(), SizeIs(1));
}

}  // namespace
}  // namespace evenkeel::access
