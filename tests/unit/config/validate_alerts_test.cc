#include "config/validate_alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/plan.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> paths(const std::vector<model::Problem>& problems) {
  std::vector<std::string> list;
  for (const auto& problem : problems) list.push_back(problem.path);
  return list;
}

model::Configuration with_mails() {
  model::Configuration configuration;
  configuration.alerts.email.smarthost = "smtp.example";
  configuration.alerts.email.from = "lb@example.org";
  configuration.alerts.email.to = "admin@example.org";
  return configuration;
}

TEST(ValidateAlerts, NobodyNeedsAlerts) {
  EXPECT_THAT(validate({}), IsEmpty());
  EXPECT_THAT(lint({}), IsEmpty());
  EXPECT_THAT(validate(with_mails()), IsEmpty());
  EXPECT_THAT(lint(with_mails()), IsEmpty());
}

TEST(ValidateAlerts, AMailNeedsSenderRecipientAndAWholeLogin) {
  auto configuration = with_mails();
  configuration.alerts.email.from = configuration.alerts.email.to = "";
  configuration.alerts.email.login = "lb";
  EXPECT_THAT(paths(validate(configuration)),
              ElementsAre("$.alerts.email.to", "$.alerts.email.from", "$.alerts.email.password"));
  configuration.alerts.email.login = "";
  configuration.alerts.email.password = "sesame";
  EXPECT_THAT(paths(validate_alerts(configuration)),
              ElementsAre("$.alerts.email.to", "$.alerts.email.from", "$.alerts.email.login"));
}

TEST(ValidateAlerts, RecipientsOfOneVirtualServiceWillDo) {
  auto configuration = with_mails();
  configuration.alerts.email.to = "";
  configuration.virtual_services.emplace_back().alert_to = "print@example.org";
  EXPECT_THAT(validate_alerts(configuration), IsEmpty());
  configuration.alerts.email.smarthost = "";
  EXPECT_THAT(paths(lint_alerts(configuration)), ElementsAre("$.alerts.email.smarthost"));
}

TEST(ValidateAlerts, WhatTravelsInClearTextIsWarnedOf) {
  auto configuration = with_mails();
  configuration.alerts.email.login = configuration.alerts.email.password = "x";
  configuration.alerts.email.security = model::MailSecurity::kNone;
  configuration.alerts.webhook = {.url = "http://hooks.example/", .bearer = "sesame"};
  EXPECT_THAT(paths(lint(configuration)), ElementsAre("$.alerts.email.security", "$.alerts.webhook.url"));
}

TEST(ValidateAlerts, AreInThePlanWithoutTheirSecrets) {
  auto to = with_mails();
  to.alerts.webhook.bearer = "sesame";
  const auto changes = plan({}, to).changes;
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].object, "configuration");
  EXPECT_THAT(changes[0].fields, ::testing::Contains(FieldChange{"alerts.webhook.bearer", "\"\"", "\"****\""}));
}

}  // namespace
}  // namespace evenkeel::config
