#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/plan.h"
#include "sample.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each follows the one that its letter names; "-" follows nobody.
std::vector<std::string> refused_follows(const std::string& follows) {
  auto configuration = sample();
  const auto like = configuration.virtual_services[0];
  configuration.virtual_services.clear();
  for (size_t i = 0; i < follows.size(); ++i) {
    auto& service = configuration.virtual_services.emplace_back(like);
    service.label = std::string(1, static_cast<char>('A' + i));
    service.ports = *model::PortSet::parse(std::to_string(8000 + i));
    if (follows[i] == '-') continue;
    auto& check = service.more_checks.emplace_back();
    check.type = model::HealthCheckType::kFollow;
    check.follow = follows[i];
  }
  std::vector<std::string> paths;
  for (const model::Problem& problem : validate(configuration)) paths.push_back(problem.path);
  return paths;
}

TEST(ValidateFollow, RefusesCirclesAndNothingElse) {
  EXPECT_THAT(refused_follows("-A"), IsEmpty());
  EXPECT_THAT(refused_follows("BCD-"), IsEmpty());
  EXPECT_THAT(refused_follows("--AB"), IsEmpty());
  EXPECT_THAT(refused_follows("BCAA-E"),
              ElementsAre("$.virtual_services[0].more_checks[0].follow", "$.virtual_services[1].more_checks[0].follow",
                          "$.virtual_services[2].more_checks[0].follow"));
}

TEST(ValidateFollow, OneOfLayer7MayBeFollowedButNotInACircle) {
  auto configuration = sample();
  configuration.virtual_services.resize(1);
  auto& follower = configuration.virtual_services[0].more_checks.emplace_back();
  follower.type = model::HealthCheckType::kFollow;
  follower.follow = "Web";
  auto& web = configuration.layer7_services.emplace_back();
  web.label = "Web";
  web.address = *IpAddress::parse("10.77.0.200");
  web.ports = *model::PortSet::parse("80");
  EXPECT_THAT(validate(configuration), IsEmpty());
  web.health_check.type = model::HealthCheckType::kFollow;
  web.health_check.follow = configuration.virtual_services[0].label;
  const auto problems = validate(configuration);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].path, "$.virtual_services[0].more_checks[0].follow");
  EXPECT_EQ(problems[1].path, "$.layer7_services[0].health_check.follow");
}

}  // namespace
}  // namespace evenkeel::config
