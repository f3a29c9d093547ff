#include "daemon/feedback.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

TEST(FeedbackTargets, AreTheRealServersOfServicesThatAsk) {
  model::Configuration configuration;
  auto& service = configuration.virtual_services.emplace_back();
  service.label = "A";
  service.health_check.interval = std::chrono::seconds(7);
  service.health_check.failure_count = 3;
  service.real_servers.resize(2);
  EXPECT_TRUE(feedback_targets(configuration).empty());
  service.feedback.method = model::FeedbackMethod::kAgent;
  const auto targets = feedback_targets(configuration);
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].interval, std::chrono::seconds(7));
  EXPECT_EQ(targets[0].failure_count, 3);
  EXPECT_EQ(targets[0].feedback.port, 3333);
}

TEST(FeedbackEvents, TellWhoComesAndGoesButNotEveryPercent) {
  const observed::Feedback unknown{"unknown", {}, "", ""}, half{"ready", 50, "", ""}, full{"ready", 100, "", ""},
      none{"ready", 0, "", ""}, drain{"drain", 50, "", ""}, silent{"silent", {}, "", ""};
  EXPECT_FALSE(is_event(unknown, half));
  EXPECT_FALSE(is_event(half, full));
  EXPECT_TRUE(is_event(half, none));
  EXPECT_TRUE(is_event(none, half));
  EXPECT_TRUE(is_event(unknown, drain));
  EXPECT_TRUE(is_event(drain, half));
  EXPECT_TRUE(is_event(drain, silent));
  EXPECT_FALSE(is_event(silent, silent));
}

}  // namespace
}  // namespace evenkeel::daemon
