#include <gtest/gtest.h>

#include "fake_world.h"

namespace evenkeel::cli {
namespace {

struct AccessWorld : FakeWorld {
  std::vector<std::string> prompts;
  std::deque<std::string> typed;
  AccessWorld() {
    world.read_secret = [this](const std::string& prompt) -> Result<std::string> {
      prompts.push_back(prompt);
      std::string password = typed.front();
      typed.pop_front();
      return password;
    };
  }
};

TEST(CliAccess, SetupAsksTwiceAndMakesTheFirstUser) {
  AccessWorld world;
  world.typed = {"four quiet green boats", "four quiet green boats"};
  world.answer(R"({"users": []})");
  world.answer(R"({"name": "loadbalancer"})");
  ASSERT_EQ(world.run({"setup"}), ExitCode::kOk) << world.error.str();
  EXPECT_EQ(world.prompts.size(), 2u);
  EXPECT_EQ(world.script.requests[1].target, "/api/v1/users");
  EXPECT_EQ(world.script.requests[1].body,
            R"({"name":"loadbalancer","role":"administrator","source":"local","password":"four quiet green boats"})");
  EXPECT_EQ(world.out.str().find("quiet"), std::string::npos);
}

TEST(CliAccess, TwoDifferentPasswordsAreNotSent) {
  AccessWorld world;
  world.typed = {"four quiet green boats", "four quiet green cats"};
  world.answer(R"({"users": []})");
  EXPECT_EQ(world.run({"setup"}), ExitCode::kRefused);
  EXPECT_EQ(world.script.requests.size(), 1u);
  EXPECT_NE(world.error.str().find("differ"), std::string::npos);
}

TEST(CliAccess, ASecondSetupIsRefusedBeforeAPasswordIsTyped) {
  AccessWorld world;
  world.answer(R"({"users": [{"name": "loadbalancer"}]})");
  EXPECT_EQ(world.run({"setup"}), ExitCode::kRefused);
  EXPECT_TRUE(world.prompts.empty());
  EXPECT_NE(world.error.str().find("evenkeel user password loadbalancer"), std::string::npos);
}

TEST(CliAccess, APasswordComesFromStandardInputWhereWanted) {
  AccessWorld world;
  world.in.str("four quiet green boats\nmore\n");
  world.answer("{}");
  ASSERT_EQ(world.run({"user", "password", "ann", "--password-stdin"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests[0].target, "/api/v1/users/ann/password");
  EXPECT_EQ(world.script.requests[0].body, R"({"password":"four quiet green boats"})");
}

TEST(CliAccess, PamUsersHaveNoPassword) {
  AccessWorld world;
  world.answer("{}");
  ASSERT_EQ(world.run({"user", "add", "ann", "--pam", "--role", "operator"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests[0].body, R"({"name":"ann","role":"operator","source":"pam"})");
}

TEST(CliAccess, ATokensTimeIsSaidAsPeopleDo) {
  for (const auto& [said, sent] : std::vector<std::pair<std::string, std::string>>{
           {"90d", R"({"label":"ci","role":"viewer","expires_in":7776000})"},
           {"never", R"({"label":"ci","role":"viewer","expires_in":null})"}}) {
    AccessWorld world;
    world.answer(R"({"token": "ek_1"})");
    ASSERT_EQ(world.run({"token", "add", "ci", "--expires", said}), ExitCode::kOk);
    EXPECT_EQ(world.script.requests[0].body, sent);
    EXPECT_NE(world.out.str().find("Bearer ek_1"), std::string::npos);
  }
  AccessWorld world;
  EXPECT_EQ(world.run({"token", "add", "ci", "--expires", "soon"}), ExitCode::kUsage);
}

TEST(CliAccess, TheAuditTrailReadsLikeALog) {
  AccessWorld world;
  world.answer(R"({"audit": [{"at": "x", "user": "", "address": "192.0.2.1", "what": "sign-in failed"},
                             {"at": "x", "user": "ann", "address": "192.0.2.1", "what": "signed in"}]})");
  ASSERT_EQ(world.run({"audit", "--user", "ann", "--limit", "2"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests[0].target, "/api/v1/audit?limit=2&user=ann");
  EXPECT_LT(world.out.str().find("signed in"), world.out.str().find("sign-in failed"));
}

}  // namespace
}  // namespace evenkeel::cli
