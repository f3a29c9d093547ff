#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_world.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;

TEST(Logs, AreListed) {
  FakeWorld world;
  world.answer(R"([{"name": "nginx", "title": "nginx of the web interface"}])");
  EXPECT_EQ(world.run({"logs"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests.at(0).target, "/api/v1/logs");
  EXPECT_THAT(world.out.str(), HasSubstr("nginx of the web interface"));
  EXPECT_THAT(world.out.str(), HasSubstr("haproxy  "));
}

TEST(Logs, OneIsNarrowed) {
  FakeWorld world;
  world.answer(R"({"name": "evenkeeld", "more": false, "lines": [
      {"time": "2026-11-26T08:00:00.000Z", "level": "warning", "text": "slow\u001b[2J"},
      {"time": null, "level": null, "text": "older"}]})");
  EXPECT_EQ(world.run({"logs", "evenkeeld", "--limit", "5", "--contains", "s o"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests.at(0).target, "/api/v1/logs/evenkeeld?limit=5&contains=s%20o");
  EXPECT_EQ(world.out.str(), "2026-11-26T08:00:00.000Z warning slow\\x1b[2J\n- -       older\n");
}

TEST(Logs, OneIsFollowed) {
  FakeWorld world;
  world.script.streamed.push_back(
      {Response{.status = 200, .body = ""},
       ": the log\n\nevent: line\ndata: {\"time\":null,\"level\":\"info\",\"text\":\"new\"}\n\n"});
  EXPECT_EQ(world.run({"logs", "haproxy-engine", "--follow", "--contains", "new"}), ExitCode::kRefused);
  EXPECT_EQ(world.script.streams.at(0).target, "/api/v1/logs/haproxy-engine/stream?contains=new");
  EXPECT_EQ(world.out.str(), "- info    new\n");
}

}  // namespace
}  // namespace evenkeel::cli
