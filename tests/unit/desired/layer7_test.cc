#include "desired/layer7.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desired/compute.h"

namespace evenkeel::desired {
namespace {

using model::OperatorState;
using testing::Contains;
using testing::Field;
using testing::IsEmpty;

IpAddress address(const char* text) {
  return IpAddress::parse(text).value();
}

struct Farm {
  model::Configuration configuration;
  std::map<model::RealServerKey, Health> health;
  std::map<model::RealServerKey, OperatorState> operator_said;
  const std::map<model::RealServerKey, int> no_slow_start = {};
  const std::map<std::string, int> no_tiers = {};
  const std::map<model::RealServerKey, Feedback> no_feedback = {};

  Farm() {
    auto& service = configuration.layer7_services.emplace_back();
    service.label = "Print_Provider";
    service.address = address("10.0.0.100");
    service.ports = model::PortSet::parse("445").value();
    service.real_servers = {{.label = "PS1", .address = address("10.0.0.21")}};
  }
  model::Layer7Service& service() { return configuration.layer7_services[0]; }
  State compute() const {
    return desired::compute({configuration, health, operator_said, no_slow_start, no_tiers, no_feedback});
  }
};

struct Case {
  Health health;
  OperatorState said;
  Admission admission;
  bool ends_connections;
};

class AdmissionRules : public testing::TestWithParam<Case> {};
TEST_P(AdmissionRules, FollowHealthAndOperator) {
  Farm farm;
  farm.health[{"Print_Provider", "PS1"}] = GetParam().health;
  farm.operator_said[{"Print_Provider", "PS1"}] = GetParam().said;
  const auto server = farm.compute().layer7.services[0].real_servers[0];
  EXPECT_EQ(server.admission, GetParam().admission);
  EXPECT_EQ(server.ends_connections, GetParam().ends_connections);
}
INSTANTIATE_TEST_SUITE_P(All, AdmissionRules,
                         testing::Values(Case{Health::kUp, OperatorState::kOnline, Admission::kAll, false},
                                         Case{Health::kUp, OperatorState::kDrain, Admission::kKnown, false},
                                         Case{Health::kUp, OperatorState::kHalt, Admission::kNone, true},
                                         Case{Health::kDown, OperatorState::kOnline, Admission::kNone, false},
                                         Case{Health::kDown, OperatorState::kDrain, Admission::kNone, false},
                                         Case{Health::kUnknown, OperatorState::kOnline, Admission::kNone, false}));

TEST(Layer7, TheFallbackIsActiveWhileNobodyTakesAll) {
  Farm farm;
  farm.health[{"Print_Provider", "PS1"}] = Health::kDown;
  EXPECT_TRUE(farm.compute().layer7.services[0].fallback_active) << "the page";
  farm.service().mode = model::Layer7Mode::kTcp;
  EXPECT_FALSE(farm.compute().layer7.services[0].fallback_active) << "there is none";
  farm.service().fallback_address = address("10.0.0.77");
  EXPECT_TRUE(farm.compute().layer7.services[0].fallback_active);
  farm.health[{"Print_Provider", "PS1"}] = Health::kUp;
  EXPECT_FALSE(farm.compute().layer7.services[0].fallback_active);
}

TEST(Layer7, ItsAddressesAreHeldAndItsRealServersAreTheKernelsToFind) {
  Farm farm;
  farm.service().source_address = address("10.0.0.101");
  const auto network = farm.compute().network;
  EXPECT_THAT(network.virtual_addresses, Contains(Field(&VirtualAddress::address, address("10.0.0.100"))));
  EXPECT_THAT(network.virtual_addresses, Contains(Field(&VirtualAddress::address, address("10.0.0.101"))));
  EXPECT_THAT(network.next_hops, IsEmpty());
  EXPECT_THAT(farm.compute().layer4.virtual_services, IsEmpty());
}

// "www" is issued by HTTP-01, "other" is not.
Layer7 with_challenge(Farm& farm) {
  const Certificates certificates{{"www", {.chain = "chain", .key = "key", .ocsp = "", .thumbprint = "THUMB"}},
                                  {"other", {.chain = "chain", .key = "key", .ocsp = ""}}};
  return compute_layer7({farm.configuration, farm.health, farm.operator_said, farm.no_slow_start, farm.no_tiers,
                         farm.no_feedback, &certificates});
}

TEST(HttpChallenge, IsAnsweredWhereItsCertificateIsUsed) {
  Farm farm;
  EXPECT_EQ(with_challenge(farm).challenge.thumbprint, "THUMB");
  EXPECT_THAT(with_challenge(farm).challenge.addresses, IsEmpty());
  farm.service().tls.certificates = {"other"};
  EXPECT_THAT(with_challenge(farm).challenge.addresses, IsEmpty());
  farm.service().tls.certificates = {"other", "www"};
  EXPECT_THAT(with_challenge(farm).challenge.addresses, testing::ElementsAre(address("10.0.0.100")));
  EXPECT_EQ(farm.compute().layer7.challenge, desired::HttpChallenge());
}

TEST(HttpChallenge, APortOfAVirtualServiceIsThatOnes) {
  Farm farm;
  farm.service().tls.certificates = {"www"};
  auto web = farm.service();
  web.label = "Web";
  web.tls.certificates.clear();
  web.ports = model::PortSet::parse("80").value();
  farm.configuration.layer7_services.push_back(web);
  EXPECT_THAT(with_challenge(farm).challenge.addresses, IsEmpty());
  farm.configuration.layer7_services.pop_back();
  auto& layer4 = farm.configuration.virtual_services.emplace_back();
  layer4.address = address("10.0.0.100");
  layer4.ports = model::PortSet::parse("80").value();
  EXPECT_THAT(with_challenge(farm).challenge.addresses, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::desired
