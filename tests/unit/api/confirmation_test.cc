#include "api_fixture.h"

namespace evenkeel::api {
namespace {

constexpr const char* kServer = "/api/v1/virtual-services/Print_Provider/real-servers/PS1";

TEST_F(ApiTest, NothingWaitsToBeConfirmed) {
  EXPECT_EQ(ask("GET", "/api/v1/confirmation").value(), nullptr);
  EXPECT_EQ(ask("POST", "/api/v1/confirmation/confirm").status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/confirmation/revert").status, 404);
}

TEST_F(ApiTest, AChangeMayBeToldToWaitForItsConfirmation) {
  ASSERT_EQ(ask("PATCH", std::string(kServer) + "?confirm_within=60", R"({"weight": 5})").status, 200);
  EXPECT_EQ(control_.last_change->confirm_within, std::chrono::seconds(60));
  ASSERT_EQ(ask("PATCH", kServer, R"({"weight": 6})").status, 200);
  EXPECT_EQ(control_.last_change->confirm_within, std::nullopt);
  for (const char* seconds : {"9", "3601", "soon", ""}) {
    EXPECT_EQ(ask("PATCH", std::string(kServer) + "?confirm_within=" + seconds, R"({"weight": 7})").status, 400);
  }
}

TEST_F(ApiTest, WhatWaitsIsShownAndConfirmedOrTakenBack) {
  control_.waiting = config::Confirmation{2, 1, WallTime(std::chrono::seconds(60)), "ann"};
  EXPECT_EQ(ask("GET", "/api/v1/confirmation").value(),
            json::parse(R"({"revision": 2, "until": "1970-01-01T00:01:00.000Z", "author": "ann", "back_to": 1})"));
  const auto confirmed = ask("POST", "/api/v1/confirmation/confirm");
  EXPECT_EQ(confirmed.value(), json::parse(R"({"confirmed": 2})")) << confirmed.body;
  EXPECT_FALSE(control_.confirmed_by.empty());
  control_.waiting = config::Confirmation{2, 1, WallTime(std::chrono::seconds(60)), "ann"};
  const auto reverted = ask("POST", "/api/v1/confirmation/revert");
  ASSERT_EQ(reverted.status, 200) << reverted.body;
  EXPECT_EQ(reverted.value().at("revision"), control_.revision());
}

}  // namespace
}  // namespace evenkeel::api
