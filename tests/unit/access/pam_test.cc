#include "access/pam.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::access {
namespace {

class PamTest : public testing::Test {
 protected:
  Result<> ask(const std::string& rules, const std::string& password = "secret") {
    if (!rules.empty()) std::ofstream(directory_ / "evenkeel") << rules;
    return authenticate_by_pam({"evenkeel", directory_.path(), "ann", password, "192.0.2.1"});
  }

  TemporaryDirectory directory_;
};

TEST_F(PamTest, ItsModulesDecide) {
  EXPECT_TRUE(ask("auth required pam_permit.so\naccount required pam_permit.so\n"));
  EXPECT_EQ(ask("auth required pam_deny.so\naccount required pam_permit.so\n").error().code, ErrorCode::kPermission);
}

TEST_F(PamTest, AnAccountThatIsClosedIsRefusedWithTheRightPassword) {
  EXPECT_FALSE(ask("auth required pam_permit.so\naccount required pam_deny.so\n"));
}

// The service "other" would be asked instead, which may be the machine's own accounts.
TEST_F(PamTest, WithoutRulesOfOurOwnNobodyIsAsked) {
  const auto answer = ask("");
  ASSERT_FALSE(answer);
  EXPECT_NE(to_string(answer.error()).find("PAM is not set up for Evenkeel"), std::string::npos);
}

TEST_F(PamTest, RulesThatCannotBeReadAreNoRefusalOfTheUser) {
  EXPECT_EQ(ask("auth required no_such_module.so\naccount required pam_permit.so\n").error().code,
            ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace evenkeel::access
