#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desired/compute.h"

namespace evenkeel::desired {
namespace {

using model::OperatorState;

// One letter for each real server: U up, D down, ? unknown; d down and drained, h up and halted, s up and standing by
// in the second tier, f down in the second tier.
struct Farm {
  explicit Farm(const std::string& letters) {
    service.label = "Print_Provider";
    service.address = *IpAddress::parse("10.0.0.100");
    service.ports = model::PortSet::any();
    for (const char letter : letters) {
      model::RealServer server;
      server.label = "PS" + std::to_string(service.real_servers.size());
      server.address = *IpAddress::parse("10.0.0." + std::to_string(20 + service.real_servers.size()));
      server.priority = letter == 's' || letter == 'f' ? 2 : 1;
      const model::RealServerKey key{service.label, server.label};
      const bool is_up = letter == 'U' || letter == 'h' || letter == 's';
      if (letter != '?') health[key] = is_up ? Health::kUp : Health::kDown;
      if (letter == 'd') said[key] = OperatorState::kDrain;
      if (letter == 'h') said[key] = OperatorState::kHalt;
      service.real_servers.push_back(server);
    }
  }
  VirtualService compute() const {
    const model::Configuration configuration{{service}};
    return compute_virtual_service(service, {configuration, health, said, {}, {}, feedback});
  }

  model::VirtualService service;
  std::map<model::RealServerKey, Health> health;
  std::map<model::RealServerKey, OperatorState> said;
  std::map<model::RealServerKey, Feedback> feedback;
};

// '+' for each real server that takes new connections, '-' for the others.
std::string takers(const VirtualService& service) {
  std::string text;
  for (const RealServer& server : service.real_servers) text += server.takes_new ? '+' : '-';
  return text;
}

struct Case {
  int threshold;
  const char* servers;
  bool panic;
  const char* takers;
};

class Panic : public testing::TestWithParam<Case> {};

TEST_P(Panic, UsesTheseRealServers) {
  Farm farm(GetParam().servers);
  farm.service.panic_threshold = GetParam().threshold;
  const auto computed = farm.compute();
  EXPECT_EQ(computed.panic, GetParam().panic) << GetParam().servers;
  EXPECT_EQ(takers(computed), GetParam().takers) << GetParam().servers;
}

INSTANTIATE_TEST_SUITE_P(All, Panic,
                         testing::Values(Case{0, "UDDD", false, "+---"}, Case{0, "DDDD", false, "----"},
                                         Case{50, "UUDD", false, "++--"}, Case{50, "UDDD", true, "++++"},
                                         Case{50, "DDDD", true, "++++"}, Case{100, "UUUD", true, "++++"},
                                         Case{100, "UUUU", false, "++++"},
                                         // What is not known yet may be healthy, and is never sent anybody.
                                         Case{50, "U?DD", false, "+---"}, Case{60, "U?DD", true, "+-++"},
                                         // What the operator took out neither counts nor comes back.
                                         Case{50, "UDdh", false, "+---"}, Case{60, "UDdh", true, "++--"},
                                         Case{50, "Uddd", false, "+---"}, Case{50, "dd", false, "--"},
                                         // All tiers.
                                         Case{50, "DDsf", true, "++++"}, Case{25, "DDsf", false, "--+-"}));

TEST(Panic, EndsWhatFailureBegan) {
  Farm farm("UDD");
  farm.service.panic_threshold = 50;
  farm.service.on_failure = model::OnFailure::kReset;
  const auto server = farm.compute().real_servers[1];
  EXPECT_FALSE(server.failed);
  EXPECT_EQ(server.established, Established::kKeep);
}

TEST(Panic, HeedsWhatAgentsSayOfTheirServers) {
  Farm farm("UUUU");
  farm.service.panic_threshold = 60;
  farm.feedback[{"Print_Provider", "PS1"}] = {.is_down = true};
  farm.feedback[{"Print_Provider", "PS2"}] = {.takes_new = false};
  EXPECT_EQ(takers(farm.compute()), "+--+");  // two of three
  farm.feedback[{"Print_Provider", "PS3"}] = {.percent = 0};
  EXPECT_EQ(takers(farm.compute()), "++--");  // one of two
}

TEST(Quorum, IsNotReached) {
  Farm farm("UUDs");
  farm.service.quorum = 3;
  farm.service.minimum_usable = 1;
  auto computed = farm.compute();
  EXPECT_EQ(takers(computed), "----");
  EXPECT_TRUE(computed.is_below_quorum);
  EXPECT_TRUE(computed.fallback_active);
  farm.service.minimum_usable = 3;  // then those that stand by help
  computed = farm.compute();
  EXPECT_EQ(takers(computed), "++-+");
  EXPECT_FALSE(computed.is_below_quorum);
  EXPECT_FALSE(computed.fallback_active);
}

TEST(Quorum, CountsWhatAPanicAdds) {
  Farm farm("UDD");
  farm.service.quorum = 2;
  EXPECT_TRUE(farm.compute().fallback_active);
  farm.service.panic_threshold = 50;
  EXPECT_EQ(takers(farm.compute()), "+++");
}

TEST(Quorum, IsNotMissedByWhoHasNobody) {
  Farm farm("DD");
  farm.service.quorum = 2;
  EXPECT_FALSE(farm.compute().is_below_quorum);
  EXPECT_TRUE(farm.compute().fallback_active);
}

}  // namespace
}  // namespace evenkeel::desired
