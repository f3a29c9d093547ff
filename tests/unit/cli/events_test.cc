#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/fake_world.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;

std::string event(int id, const std::string& message) {
  const std::string number = std::to_string(id);
  return "id: " + number + "\nevent: real_server_up\ndata: {\"id\": " + number +
         ", \"at\": \"\", \"kind\": \"real_server_up\", \"object\": \"virtual_service/A/real_server/B\", \"message\": "
         "\"" +
         message + "\"}\n\n";
}

Response ended() {
  return {200, ""};
}
Result<Response> nobody() {
  return fail(ErrorCode::kUnavailable, "cannot connect");
}

TEST(Events, ShowsWhatIsRememberedAndEnds) {
  FakeWorld fake;
  fake.script.streamed.push_back({ended(), event(1, "one") + event(2, "two")});
  EXPECT_EQ(fake.run({"events"}), ExitCode::kOk);
  EXPECT_EQ(fake.out.str(), "real server up  real server B of A: one\nreal server up  real server B of A: two\n");
  ASSERT_EQ(fake.script.streams.size(), 1U);
  EXPECT_EQ(fake.script.streams[0].last_event_id, "0");
  EXPECT_TRUE(fake.script.streams[0].idle_limit);
}

TEST(Events, FollowsFromNowOn) {
  FakeWorld fake;
  fake.script.streamed.push_back({ended(), event(7, "seven")});
  EXPECT_EQ(fake.run({"events", "--follow", "--json"}), ExitCode::kOk);
  EXPECT_EQ(fake.script.streams[0].last_event_id, std::nullopt);
  EXPECT_FALSE(fake.script.streams[0].idle_limit);
  EXPECT_EQ(fake.out.str(),
            "{\"id\":7,\"at\":\"\",\"kind\":\"real_server_up\",\"object\":\"virtual_service/A/real_server/B\","
            "\"message\":\"seven\"}\n");
}

TEST(Events, ResumesAfterABrokenConnection) {
  FakeWorld fake;
  fake.pauses_left = 1;
  fake.script.streamed.push_back({ended(), event(7, "seven")});
  fake.script.streamed.push_back({ended(), event(8, "eight")});
  EXPECT_EQ(fake.run({"events", "-f"}), ExitCode::kOk);
  EXPECT_EQ(fake.script.streams.at(1).last_event_id, "7");
  EXPECT_THAT(fake.error.str(),
              HasSubstr("evenkeeld has gone away; trying until it is back\nevenkeel: evenkeeld is back\n"));
}

TEST(Events, BeginsAnewWithADaemonThatWasRestarted) {
  FakeWorld fake;
  fake.pauses_left = 3;
  fake.script.streamed.push_back({ended(), event(7, "seven")});
  fake.script.streamed.push_back({nobody(), ""});
  fake.script.streamed.push_back({nobody(), ""});
  fake.script.streamed.push_back({ended(), event(1, "started")});
  EXPECT_EQ(fake.run({"events", "-f"}), ExitCode::kOk);
  ASSERT_EQ(fake.script.streams.size(), 4U);
  EXPECT_EQ(fake.script.streams[1].last_event_id, "7");
  EXPECT_EQ(fake.script.streams[3].last_event_id, "0");
  EXPECT_THAT(fake.out.str(), HasSubstr("started"));
}

TEST(Events, SaysWhenSomeAreLost) {
  FakeWorld fake;
  fake.script.streamed.push_back(
      {ended(), "event: lost\ndata: {\"message\": \"no longer known\"}\n\nid: 9\ndata: junk\n\n"});
  EXPECT_EQ(fake.run({"events", "--after", "3"}), ExitCode::kOk);
  EXPECT_EQ(fake.script.streams[0].last_event_id, "3");
  EXPECT_EQ(fake.out.str(), "lost: no longer known\n");
  EXPECT_THAT(fake.error.str(), HasSubstr("not JSON"));
}

TEST(Events, IsRefusedOrUnreachableLikeEverythingElse) {
  FakeWorld refused, unreachable;
  refused.script.streamed.push_back({Response{403, R"({"error": {"message": "not you"}})"}, ""});
  EXPECT_EQ(refused.run({"events", "-f"}), ExitCode::kRefused);
  EXPECT_EQ(refused.error.str(), "evenkeel: not you\n");
  unreachable.script.streamed.push_back({nobody(), ""});
  EXPECT_EQ(unreachable.run({"events", "-f"}), ExitCode::kUnreachable);
}

}  // namespace
}  // namespace evenkeel::cli
