#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "bpf/abi.h"
#include "config/plan.h"
#include "sample.h"

namespace evenkeel::config {
namespace {

using model::ForwardingMethod;
using model::HealthCheckType;
using model::PortSet;
using model::Problem;
using model::Protocol;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

static_assert(kShortRange == EK_EXPAND_PORTS && kMostLongRanges == EK_MAX_PORT_RANGES);
static_assert(kMostVirtualServices == EK_MAX_SERVICES && kMostRealServers == EK_MAX_REAL_SERVERS);
static_assert(kMostPorts == EK_MAX_SERVICE_KEYS);

using Services = std::vector<model::VirtualService>;

struct Case {
  const char* name;
  std::function<void(Services&)> edit;
  const char* path;
  const char* message;  // a part of it
  const char* hint;     // a part of it
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.name;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

PortSet ports(const std::string& text) {
  return *PortSet::parse(text);
}

// "1000-1064,2000-2064,..." : ranges one port longer than the engine expands.
std::string long_ranges(int count, int from) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const int first = from + i * 100;
    text += (i == 0 ? "" : ",") + std::to_string(first) + "-" + std::to_string(first + kShortRange);
  }
  return text;
}

class OneProblem : public ::testing::TestWithParam<Case> {
 protected:
  void expect_one(const std::vector<Problem>& problems) {
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].path, GetParam().path);
    EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
    EXPECT_THAT(problems[0].hint, HasSubstr(GetParam().hint));
    EXPECT_FALSE(problems[0].hint.empty());
  }
  model::Configuration edited() {
    model::Configuration configuration = sample();
    GetParam().edit(configuration.virtual_services);
    return configuration;
  }
};

using Validate = OneProblem;
TEST_P(Validate, SaysWhereAndWhatToDo) {
  expect_one(validate(edited()));
}

INSTANTIATE_TEST_SUITE_P(
    Services, Validate,
    ::testing::Values(
        Case{"DuplicateLabel", [](Services& s) { s[2].label = s[1].label; }, "$.virtual_services[2].label",
             "\"Print_Provider\" is taken: $.virtual_services[1] has it", "Print_Provider-2"},
        Case{"Unspecified", [](Services& s) { s[0].address = IpAddress(); }, "$.virtual_services[0].address",
             "0.0.0.0 is the unspecified address", "a free address"},
        Case{"Loopback", [](Services& s) { s[0].address = address("127.0.0.5"); }, "$.virtual_services[0].address",
             "a loopback address", "a free address"},
        Case{"Multicast", [](Services& s) { s[0].address = address("224.0.0.1"); }, "$.virtual_services[0].address",
             "a multicast or broadcast address", "a free address"},
        Case{"LinkLocal", [](Services& s) { s[0].address = address("169.254.1.1"); }, "$.virtual_services[0].address",
             "a link-local address", "a free address"},
        Case{"OtherInterface", [](Services& s) { s[2].interface = "eth1"; }, "$.virtual_services[2].interface",
             "10.77.0.100 has interface eth1 here and no interface named in virtual service Print_Provider",
             "write \"\""},
        Case{"SamePort", [](Services& s) { s[2].ports = ports("440-450"); }, "$.virtual_services[2].ports",
             "Print_Provider already has tcp or udp of these ports at 10.77.0.100: \"445\"", "another protocol"},
        Case{"AnyPort",
             [](Services& s) {
               s[2].ports = PortSet::any();
               s[2].protocol = Protocol::kTcp;
             },
             "$.virtual_services[2].ports", "Print_Provider already has tcp of these ports", "other ports"},
        Case{"CheckPortOfAnyPort", [](Services& s) { s[0].ports = PortSet::any(); },
             "$.virtual_services[0].health_check.check_port", "a negotiate check needs a port", "ping"},
        Case{"ConnectToUdp",
             [](Services& s) {
               s[2].protocol = Protocol::kUdp;
               s[2].health_check.check_port.reset();
             },
             "$.virtual_services[2].health_check.type", "says nothing about the UDP port 53", "use ping"},
        Case{"LongRanges",
             [](Services& s) {
               s[2].ports = ports(long_ranges(10, 1000));
               s.push_back(s[2]);
               s[3].label = "More";
               s[3].protocol = Protocol::kTcp;
               s[3].ports = ports(long_ranges(7, 5000));
             },
             "$.virtual_services[3].ports", "10.77.0.100 has more than 16 tcp ranges of more than 64 ports", "\"*\""}),
    name_of);

void use_snat(Services& s, std::vector<IpAddress> sources) {
  s[0].forwarding_method = ForwardingMethod::kSnat;
  s[0].source_addresses = std::move(sources);
}

INSTANTIATE_TEST_SUITE_P(
    SourceAddresses, Validate,
    ::testing::Values(Case{"OfAnotherMethod", [](Services& s) { s[0].source_addresses = {address("10.77.0.9")}; },
                           "$.virtual_services[0].source_addresses",
                           "with direct_routing real servers see the client's own address", "snat"},
                      Case{"Loopback", [](Services& s) { use_snat(s, {address("127.0.0.1")}); },
                           "$.virtual_services[0].source_addresses[0]", "127.0.0.1 is a loopback address",
                           "a free address"},
                      Case{"Twice", [](Services& s) { use_snat(s, {address("10.77.0.9"), address("10.77.0.9")}); },
                           "$.virtual_services[0].source_addresses[1]", "10.77.0.9 is in the list twice", "once"},
                      Case{"OtherFamily", [](Services& s) { use_snat(s, {address("2001:db8::9")}); },
                           "$.virtual_services[0].source_addresses[0]",
                           "2001:db8::9 is IPv6 but the virtual address 10.77.0.101 is IPv4", "IPv4 address"},
                      Case{"VirtualAddress", [](Services& s) { use_snat(s, {s[1].address}); },
                           "$.virtual_services[0].source_addresses[0]",
                           "10.77.0.100 is the virtual address of Print_Provider", "a free address"},
                      Case{"RealServer",
                           [](Services& s) {
                             use_snat(s, {s[1].real_servers[0].address});
                             s.pop_back();
                           },
                           "$.virtual_services[1].real_servers[0].address",
                           "10.77.0.21 is a source address of Papercut_WUI", "(RIP)"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(OnePacket, Validate,
                         ::testing::Values(Case{"HasConnections",
                                                [](Services& s) {
                                                  s[2].one_packet = true;
                                                  s[2].persistence.enabled = false;
                                                },
                                                "$.virtual_services[2].one_packet", "tcp_udp has connections", "udp"},
                                           Case{"WithPersistence",
                                                [](Services& s) {
                                                  s[2].one_packet = true;
                                                  s[2].protocol = Protocol::kUdp;
                                                },
                                                "$.virtual_services[2].persistence.enabled",
                                                "every datagram is scheduled anew", "off"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    RealServers, Validate,
    ::testing::Values(
        Case{"DuplicateLabel", [](Services& s) { s[1].real_servers[1].label = "PS1"; },
             "$.virtual_services[1].real_servers[1].label", "\"PS1\" is taken: real_servers[0] has it", "its own"},
        Case{"DuplicateAddress", [](Services& s) { s[1].real_servers[1].address = s[1].real_servers[0].address; },
             "$.virtual_services[1].real_servers[1].address", "10.77.0.21 is already real server PS1", "weight"},
        Case{"OtherFamily", [](Services& s) { s[1].real_servers[0].address = address("2001:db8::21"); },
             "$.virtual_services[1].real_servers[0].address", "only the destination MAC address", "IPv4 address"},
        Case{"OtherFamilyOfTunnel",
             [](Services& s) {
               s[1].forwarding_method = ForwardingMethod::kTunnel;
               s[1].real_servers[0].address = address("2001:db8::21");
             },
             "$.virtual_services[1].real_servers[0].address", "layer 4 does not translate between the two",
             "IPv4 address"},
        Case{"PortOfDirectRouting", [](Services& s) { s[1].real_servers[0].port = 4450; },
             "$.virtual_services[1].real_servers[0].port",
             "with direct_routing the packet reaches the real server unchanged, so its port cannot differ",
             "nat or snat"},
        Case{"PortOfTunnel",
             [](Services& s) {
               s[1].forwarding_method = ForwardingMethod::kTunnel;
               s[1].real_servers[0].port = 4450;
             },
             "$.virtual_services[1].real_servers[0].port", "with tunnel the packet reaches the real server unchanged",
             "nat or snat"},
        Case{"OnePortForSeveral",
             [](Services& s) {
               s[0].forwarding_method = ForwardingMethod::kNat;
               s[0].real_servers[0].port = 9191;
             },
             "$.virtual_services[0].real_servers[0].port", "the ports \"9191,9192,9193\" are several",
             "one virtual service of each port"},
        Case{"OnePortForARange",
             [](Services& s) {
               s[1].forwarding_method = ForwardingMethod::kSnat;
               s[1].ports = ports("445-446");
               s[1].real_servers[0].port = 4450;
             },
             "$.virtual_services[1].real_servers[0].port", "the ports \"445-446\" are several", "leave the port out"},
        Case{"Loopback", [](Services& s) { s[1].real_servers[0].address = address("127.0.0.1"); },
             "$.virtual_services[1].real_servers[0].address", "a loopback address", "own address"},
        Case{"OwnVirtualAddress", [](Services& s) { s[1].real_servers[0].address = s[1].address; },
             "$.virtual_services[1].real_servers[0].address", "the virtual address of Print_Provider", "(RIP)"},
        Case{"OtherVirtualAddress", [](Services& s) { s[0].real_servers[0].address = s[2].address; },
             "$.virtual_services[0].real_servers[0].address", "the virtual address of Print_Provider", "(RIP)"},
        Case{"MinimumAboveMaximum",
             [](Services& s) {
               s[1].real_servers[1].minimum_connections = 11;
               s[1].real_servers[1].maximum_connections = 10;
             },
             "$.virtual_services[1].real_servers[1].minimum_connections", "the minimum 11 is above the maximum 10",
             "below the maximum"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Totals, Validate,
                         ::testing::Values(Case{"RealServers",
                                                [](Services& s) {
                                                  for (uint32_t i = 0; i <= kMostRealServers; ++i) {
                                                    auto server = real_server("S" + std::to_string(i), "10.0.0.0");
                                                    server.address = IpAddress::from_ipv4(
                                                        {11, uint8_t(i >> 16), uint8_t(i >> 8), uint8_t(i)});
                                                    s[0].real_servers.push_back(server);
                                                  }
                                                },
                                                "$.virtual_services", "real servers are more than the 65535 that fit",
                                                "several load balancers"}),
                         name_of);

TEST(Validate, AcceptsWhatIsRight) {
  EXPECT_THAT(validate(sample()), IsEmpty());
  EXPECT_THAT(validate({}), IsEmpty());
  const std::vector<std::function<void(Services&)>> edits = {
      [](Services& s) { s[2].interface = s[1].interface = "eth1"; },
      [](Services& s) {
        s[2].ports = s[1].ports;
        s[2].protocol = Protocol::kUdp;
      },
      [](Services& s) {
        s[0].ports = PortSet::any();
        s[0].health_check.type = HealthCheckType::kPing;
      },
      [](Services& s) {
        s[0].ports = PortSet::any();
        s[0].health_check.check_port = 9191;
      },
      [](Services& s) { s[2].protocol = Protocol::kUdp; },
      [](Services& s) { s[0].real_servers[0].minimum_connections = 5; },
      [](Services& s) { s[2].ports = ports(long_ranges(16, 1000)); },
      [](Services& s) {
        s[0].address = address("2001:db8::1");
        s[0].real_servers = {real_server("A", "2001:db8::2")};
      },
      [](Services& s) {
        s[1].forwarding_method = ForwardingMethod::kNat;
        s[1].real_servers[0].port = 4450;
        s[1].real_servers[1].address = s[1].real_servers[0].address;
        s[1].real_servers[1].port = 4451;
      },
      [](Services& s) {
        for (auto& service : s) {
          service.forwarding_method = ForwardingMethod::kSnat;
          service.source_addresses = {service.address, address("10.77.0.9")};
        }
      },
      [](Services& s) {
        s[2].protocol = Protocol::kUdp;
        s[2].one_packet = true;
        s[2].persistence.enabled = false;
      }};
  for (size_t i = 0; i < edits.size(); ++i) {
    model::Configuration configuration = sample();
    edits[i](configuration.virtual_services);
    EXPECT_THAT(validate(configuration), IsEmpty()) << "edit " << i;
  }
}

TEST(Validate, ReportsEveryProblemAtOnce) {
  model::Configuration configuration = sample();
  auto& services = configuration.virtual_services;
  services[1].label = services[0].label;
  services[1].real_servers[1].label = "PS1";
  services[2].real_servers[0].address = address("::1");
  EXPECT_EQ(validate(configuration).size(), 3u);
}

using Lint = OneProblem;
TEST_P(Lint, Warns) {
  EXPECT_THAT(validate(edited()), IsEmpty());
  expect_one(lint(edited()));
}

INSTANTIATE_TEST_SUITE_P(
    Warnings, Lint,
    ::testing::Values(
        Case{"OneAddressForTheWholeFarm",
             [](Services& s) {
               s[0].address = s[1].address;
               s.pop_back();
             },
             "$.virtual_services[1].address",
             "PS1 holds that address for Print_Provider, so what it sends to Papercut_WUI there stays on its own "
             "loopback",
             "an address of its own"},
        Case{"Nat", [](Services& s) { s[0].forwarding_method = ForwardingMethod::kNat; },
             "$.virtual_services[0].forwarding_method", "it must be the default gateway of the real servers", "snat"},
        Case{"Tunnel", [](Services& s) { s[0].forwarding_method = ForwardingMethod::kTunnel; },
             "$.virtual_services[0].forwarding_method",
             "each real server needs 10.77.0.101 on a tunnel interface, without answering ARP for it; a packet grows "
             "by 20 bytes",
             "MTU"},
        Case{"TunnelOfIpv6",
             [](Services& s) {
               s[0].forwarding_method = ForwardingMethod::kTunnel;
               s[0].address = address("2001:db8::1");
               s[0].real_servers = {real_server("A", "2001:db8::2")};
             },
             "$.virtual_services[0].forwarding_method", "a packet grows by 40 bytes", "MTU"},
        Case{"OnePacketWithAnswers",
             [](Services& s) {
               s[2].protocol = Protocol::kUdp;
               s[2].forwarding_method = ForwardingMethod::kSnat;
               s[2].one_packet = true;
               s[2].persistence.enabled = false;
             },
             "$.virtual_services[2].one_packet", "with snat and one_packet nothing is remembered", "syslog"},
        Case{"StayingWithTheOnlyTier", [](Services& s) { s[0].failback = false; }, "$.virtual_services[0].failback",
             "there is no tier to stay with", "higher priority number"},
        Case{"AddingToTheOnlyTier", [](Services& s) { s[0].minimum_usable = 2; },
             "$.virtual_services[0].minimum_usable", "there is no tier to add", "higher priority number"},
        Case{"MinimumAboveAll",
             [](Services& s) {
               s[0].minimum_usable = 3;
               s[0].real_servers[1].priority = 2;
             },
             "$.virtual_services[0].minimum_usable", "Papercut_WUI has only 2 real servers", "smaller"},
        Case{"SlowStartOfAHash",
             [](Services& s) {
               s[0].slow_start = std::chrono::seconds(30);
               s[0].scheduler = model::Scheduler::kMaglev;
             },
             "$.virtual_services[0].slow_start", "with maglev every step", "weighted_least_connections"},
        Case{"NoRealServer", [](Services& s) { s[0].real_servers.clear(); }, "$.virtual_services[0].real_servers",
             "Papercut_WUI has no real server", "add"},
        Case{"NoWeight",
             [](Services& s) {
               for (auto& server : s[0].real_servers) server.weight = 0;
             },
             "$.virtual_services[0].real_servers", "every real server of Papercut_WUI has weight 0", "100"},
        Case{"SlowCheck", [](Services& s) { s[0].health_check.timeout = std::chrono::seconds(7); },
             "$.virtual_services[0].health_check.timeout", "longer than the interval", "shorter"},
        Case{"MinimumAlone", [](Services& s) { s[1].real_servers[1].minimum_connections = 5; },
             "$.virtual_services[1].real_servers[1].minimum_connections", "without a maximum", "maximum_connections"},
        Case{"UnusedRequest", [](Services& s) { s[0].health_check.type = HealthCheckType::kConnect; },
             "$.virtual_services[0].health_check.type", "a connect check does not look at request", "negotiate"}),
    name_of);

TEST(Lint, IsSilentAboutAGoodConfiguration) {
  EXPECT_THAT(lint(sample()), IsEmpty());
  auto one_address = sample();
  for (auto& service : one_address.virtual_services) {
    service.address = address("10.77.0.100");
    service.forwarding_method = ForwardingMethod::kSnat;
  }
  EXPECT_THAT(lint(one_address), IsEmpty()) << "with snat no real server holds the virtual address";
}

}  // namespace
}  // namespace evenkeel::config
