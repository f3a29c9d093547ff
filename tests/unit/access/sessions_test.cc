#include "access/sessions.h"

#include <gtest/gtest.h>

#include "access/secret.h"

namespace evenkeel::access {
namespace {

using std::chrono::seconds;

class SessionsTest : public testing::Test {
 protected:
  SessionsTest() { clock_.advance(std::chrono::hours(24 * 365 * 50)); }
  bool use(const std::string& token) {
    bool must_remember = false;
    return sessions_.use(token, must_remember) != nullptr;
  }

  FakeClock clock_;
  Sessions sessions_{clock_, {}};
};

TEST_F(SessionsTest, ASessionIsOverWhenNobodyUsesIt) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  clock_.advance(seconds(899));
  ASSERT_TRUE(use(begun.token));
  clock_.advance(seconds(899));
  EXPECT_NE(sessions_.find(begun.token), nullptr);  // which is no use
  clock_.advance(seconds(1));
  EXPECT_FALSE(use(begun.token));
  EXPECT_EQ(sessions_.find(begun.token), nullptr);
}

TEST_F(SessionsTest, ItIsOverAfterTwelveHoursHoweverMuchItIsUsed) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  for (int minutes = 0; minutes < 12 * 60; minutes += 10) {
    ASSERT_TRUE(use(begun.token)) << minutes;
    clock_.advance(std::chrono::minutes(10));
  }
  EXPECT_FALSE(use(begun.token));
}

TEST_F(SessionsTest, AClockThatWasPutBackEndsIt) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  clock_.advance(-seconds(59));
  EXPECT_NE(sessions_.find(begun.token), nullptr);
  clock_.advance(-seconds(10));
  EXPECT_EQ(sessions_.find(begun.token), nullptr);
}

TEST_F(SessionsTest, WhatIsNoTokenHasNoSession) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  for (const std::string& text : {std::string(), begun.token.substr(1), begun.token + "A", begun.session.fingerprint}) {
    EXPECT_FALSE(use(text)) << text;
  }
  EXPECT_TRUE(sessions_.end(begun.token));
  EXPECT_FALSE(sessions_.end(begun.token));
  EXPECT_FALSE(use(begun.token));
}

TEST_F(SessionsTest, TheTwentyFirstOfAUserEndsTheOneThatWasIdleLongest) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 20; ++i) {
    tokens.push_back(sessions_.begin("ann", "192.0.2.1").token);
    clock_.advance(seconds(1));
  }
  const auto other = sessions_.begin("bob", "192.0.2.2");
  ASSERT_TRUE(use(tokens[0]));
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  EXPECT_EQ(begun.ended, std::vector{fingerprint(tokens[1])});
  EXPECT_TRUE(use(tokens[0]));
  EXPECT_FALSE(use(tokens[1]));
  EXPECT_TRUE(use(other.token));
}

TEST_F(SessionsTest, AllOfAUserEndButOne) {
  const auto first = sessions_.begin("ann", "192.0.2.1");
  const auto second = sessions_.begin("ann", "192.0.2.1");
  const auto other = sessions_.begin("bob", "192.0.2.1");
  EXPECT_EQ(sessions_.end_all_of("ann", second.token), std::vector{first.session.fingerprint});
  EXPECT_FALSE(use(first.token));
  EXPECT_TRUE(use(second.token));
  EXPECT_TRUE(use(other.token));
}

TEST_F(SessionsTest, WhatIsRestoredGoesOnAsLongAsItWould) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  Sessions after(clock_, {});
  after.restore({begun.session});
  clock_.advance(seconds(899));
  EXPECT_NE(after.find(begun.token), nullptr);
  clock_.advance(seconds(1));
  Sessions later(clock_, {});
  later.restore({begun.session});
  EXPECT_EQ(later.find(begun.token), nullptr);
}

TEST_F(SessionsTest, TheStoreLearnsOfUseOnceAMinute) {
  const auto begun = sessions_.begin("ann", "192.0.2.1");
  bool must_remember = true;
  clock_.advance(seconds(59));
  sessions_.use(begun.token, must_remember);
  EXPECT_FALSE(must_remember);
  clock_.advance(seconds(1));
  sessions_.use(begun.token, must_remember);
  EXPECT_TRUE(must_remember);
  sessions_.use(begun.token, must_remember);
  EXPECT_FALSE(must_remember);
}

TEST(Csrf, EachSessionHasItsOwnAndItIsNotTheToken) {
  const std::string one = random_text(32);
  const std::string other = random_text(32);
  EXPECT_EQ(csrf_token_of(one), csrf_token_of(one));
  EXPECT_NE(csrf_token_of(one), csrf_token_of(other));
  EXPECT_NE(csrf_token_of(one), one);
  EXPECT_NE(csrf_token_of(one), fingerprint(one));
}

}  // namespace
}  // namespace evenkeel::access
