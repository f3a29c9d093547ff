#include "alerts/channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/delivery.h"

namespace evenkeel::alerts {
namespace {

using observed::EventKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kAll = "e-mail from lb@example.org to admin@example.org, help@example.org";

model::Configuration with_mails() {
  model::Configuration configuration;
  configuration.alerts.email.smarthost = "smtp.example";
  configuration.alerts.email.from = "lb@example.org";
  configuration.alerts.email.to = "admin@example.org , help@example.org";
  return configuration;
}

observed::Event event(EventKind kind, const std::string& object = "") {
  return {.id = 1, .at = {}, .kind = kind, .object = object, .message = ""};
}

observed::Event down(const std::string& service) {
  return event(EventKind::kRealServerDown, "virtual_service/" + service + "/real_server/RS1");
}

TEST(ChannelsTest, NobodyIsToldUnlessSaid) {
  EXPECT_THAT(Channels(model::Configuration{}).concerned(down("VS")), IsEmpty());
}

TEST(ChannelsTest, AVirtualServiceMayHaveItsOwnRecipientsAndSender) {
  auto configuration = with_mails();
  configuration.alerts.webhook.url = "https://hooks.example/";
  for (const char* label : {"A", "B", "C"}) configuration.virtual_services.emplace_back().label = label;
  configuration.virtual_services[1].alert_to = "print@example.org";
  configuration.virtual_services[2].alert_from = "c@example.org";
  const Channels channels(configuration);
  EXPECT_THAT(channels.concerned(down("A")), ElementsAre("webhook", kAll));
  EXPECT_THAT(channels.concerned(down("B")), ElementsAre("webhook", "e-mail from lb@example.org to print@example.org"));
  EXPECT_THAT(channels.concerned(down("C")),
              ElementsAre("webhook", "e-mail from c@example.org to admin@example.org, help@example.org"));
  EXPECT_THAT(channels.concerned(event(EventKind::kAddressConflict, "virtual_address/10.0.0.1")),
              ElementsAre("webhook", kAll));
}

TEST(ChannelsTest, ASeverityIsTheLeastThatIsTold) {
  auto configuration = with_mails();
  const auto is_told = [&](model::Severity minimum, EventKind kind) {
    configuration.alerts.minimum_severity = minimum;
    return !Channels(configuration).concerned(event(kind)).empty();
  };
  using enum model::Severity;
  EXPECT_TRUE(is_told(kInformation, EventKind::kOperatorAction));
  EXPECT_FALSE(is_told(kWarning, EventKind::kOperatorAction));
  EXPECT_TRUE(is_told(kWarning, EventKind::kSynFlood));
  EXPECT_FALSE(is_told(kProblem, EventKind::kSynFlood));
  EXPECT_TRUE(is_told(kProblem, EventKind::kRealServerDown));
  EXPECT_TRUE(is_told(kProblem, EventKind::kRealServerUp)) << "its end is told too";
}

TEST(ChannelsTest, NoAlertIsAboutAlerts) {
  auto configuration = with_mails();
  configuration.alerts.minimum_severity = model::Severity::kInformation;
  EXPECT_THAT(Channels(configuration).concerned(event(EventKind::kAlertFailed)), IsEmpty());
  EXPECT_THAT(Channels(configuration).concerned(event(EventKind::kAlertDelivered)), IsEmpty());
}

TEST(DeliveryTest, ThePortIsThatOfTheSecurityUnlessSaid) {
  model::EmailAlerts server;
  server.smarthost = "smtp.example";
  EXPECT_EQ(place_of(server), "smtp.example:587");
  server.security = model::MailSecurity::kTls;
  EXPECT_EQ(place_of(server), "smtp.example:465");
  server.security = model::MailSecurity::kNone;
  EXPECT_EQ(place_of(server), "smtp.example:25");
  server.port = 2525;
  server.smarthost = "2001:db8::25";
  EXPECT_EQ(place_of(server), "[2001:db8::25]:2525");
}

}  // namespace
}  // namespace evenkeel::alerts
