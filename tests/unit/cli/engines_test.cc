#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/human.h"
#include "fake_world.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;

TEST(Engines, AreATable) {
  FakeWorld world;
  world.answer(R"([{"name": "haproxy", "wanted": true, "running": true, "since": "2026-11-26T08:00:00.000Z",
                    "version": "2.6.12", "pid": 4711, "restarts": 1,
                    "last_error": {"message": "it has ended by itself", "at": "2026-11-26T07:59:59.000Z"}},
                   {"name": "nginx-web", "wanted": false, "running": false, "since": null, "version": "", "pid": null,
                    "restarts": 0, "last_error": null},
                   {"name": "nginx-fallback", "wanted": true, "running": false, "since": null, "version": "",
                    "pid": null, "restarts": 0, "last_error": null}])");
  EXPECT_EQ(world.run({"engines"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests.at(0).target, "/api/v1/engines");
  const auto shown = world.out.str();
  EXPECT_THAT(shown, HasSubstr(local_time("2026-11-26T08:00:00.000Z")));
  EXPECT_THAT(shown, HasSubstr("4711"));
  EXPECT_THAT(shown, HasSubstr("last error " + local_time("2026-11-26T07:59:59.000Z") + ": it has ended by itself"));
  EXPECT_THAT(shown, HasSubstr("not needed"));
  EXPECT_THAT(shown, HasSubstr("not running"));
}

TEST(Engines, TheFileIsShownAsItIs) {
  FakeWorld world;
  world.answer("global\n    user haproxy\x1b[2J\n");
  EXPECT_EQ(world.run({"engines", "show", "haproxy"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests.at(0).target, "/api/v1/engines/haproxy/configuration");
  EXPECT_EQ(world.out.str(), "global\n    user haproxy\\x1b[2J\n");
}

TEST(Engines, ARestartSaysWhatCameOfIt) {
  FakeWorld world;
  world.answer(R"({"sentence": "haproxy was reloaded", "engine": {"name": "haproxy"}})");
  EXPECT_EQ(world.run({"engines", "restart", "haproxy"}), ExitCode::kOk);
  EXPECT_EQ(world.script.requests.at(0).method, "POST");
  EXPECT_EQ(world.script.requests.at(0).target, "/api/v1/engines/haproxy/restart");
  EXPECT_EQ(world.out.str(), "haproxy was reloaded.\n");
}

TEST(Engines, ARefusalIsARefusal) {
  FakeWorld world;
  world.answer(R"({"error": {"code": "conflict", "message": "nginx-web is not running, and has nothing to do"}})", 409);
  EXPECT_EQ(world.run({"engines", "restart", "nginx-web"}), ExitCode::kRefused);
  EXPECT_THAT(world.error.str(), HasSubstr("nothing to do"));
}

}  // namespace
}  // namespace evenkeel::cli
