#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "bpf/abi.h"
#include "config/plan.h"
#include "one_problem.h"

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

// "1000-1064,2000-2064,..." : ranges one port longer than the engine expands.
std::string long_ranges(int count, int from) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const int first = from + i * 100;
    text += (i == 0 ? "" : ",") + std::to_string(first) + "-" + std::to_string(first + kShortRange);
  }
  return text;
}

void follow(model::HealthCheck& check, const std::string& label) {
  check = {};
  check.type = HealthCheckType::kFollow;
  check.follow = label;
}

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
             "$.virtual_services[2].health_check.type", "says nothing about the UDP port 53", "simple_udp"},
        Case{"PingForUdp",
             [](Services& s) {
               s[2].protocol = Protocol::kUdp;
               s[2].health_check.type = HealthCheckType::kPing;
             },
             "$.virtual_services[2].health_check.type", "answers ping says nothing about the service", "dns"},
        Case{"MoreRequiredThanThereAre", [](Services& s) { s[0].required_checks = 2; },
             "$.virtual_services[0].required_checks", "2 checks are required, but there is one", "more_checks"},
        Case{"TooManyChecks", [](Services& s) { s[0].more_checks.resize(16); }, "$.virtual_services[0].more_checks",
             "17 checks, more than the 16", "more_ports"},
        Case{"TooManyPorts", [](Services& s) { s[0].health_check.more_ports = ports("1000-1016"); },
             "$.virtual_services[0].health_check.more_ports", "17 ports are more than the 16", "stand for"},
        Case{"AnotherCheckWithoutPath",
             [](Services& s) {
               s[0].more_checks.resize(2);
               s[0].more_checks[1].type = HealthCheckType::kNegotiate;
               s[0].more_checks[1].request = "status";
             },
             "$.virtual_services[0].more_checks[1].request", "this is not a path", "/api"},
        Case{"FollowsNobody", [](Services& s) { follow(s[0].health_check, ""); },
             "$.virtual_services[0].health_check.follow", "needs to know whose health", "label"},
        Case{"FollowsWhatIsNotThere", [](Services& s) { follow(s[0].more_checks.emplace_back(), "Gone"); },
             "$.virtual_services[0].more_checks[0].follow", "no virtual service \"Gone\"", "label of another"},
        Case{"FollowsItself", [](Services& s) { follow(s[0].health_check, s[0].label); },
             "$.virtual_services[0].health_check.follow", "Papercut_WUI cannot follow itself", "of its own"},
        Case{"NoPath", [](Services& s) { s[0].health_check.request = "status"; },
             "$.virtual_services[0].health_check.request", "negotiate with http: this is not a path", "/api"},
        Case{"SpaceInPath", [](Services& s) { s[0].health_check.request = "/a b"; },
             "$.virtual_services[0].health_check.request", "this is not a path", "%20"},
        Case{"UrlForPath", [](Services& s) { s[0].health_check.request = "http://10.0.0.9/status"; },
             "$.virtual_services[0].health_check.request", "this is a whole URL", "virtual_host"},
        Case{"PathForDns", [](Services& s) { s[0].health_check.protocol = model::NegotiateProtocol::kDns; },
             "$.virtual_services[0].health_check.request", "not a name that DNS", "www.example"},
        Case{"DropForSelect",
             [](Services& s) {
               s[0].health_check.protocol = model::NegotiateProtocol::kMysql;
               s[0].health_check.login = "monitor";
               s[0].health_check.request = "SELECT 1; DROP TABLE jobs";
             },
             "$.virtual_services[0].health_check.request", "not one SELECT", "SELECT 1"},
        Case{"RadiusWithoutSecret",
             [](Services& s) {
               s[0].health_check.protocol = model::NegotiateProtocol::kRadius;
               s[0].health_check.login = "monitor";
             },
             "$.virtual_services[0].health_check.secret", "negotiate with radius needs a secret", "give the secret"},
        Case{"NoScript",
             [](Services& s) {
               s[0].health_check = {};
               s[0].health_check.type = HealthCheckType::kExternalScript;
             },
             "$.virtual_services[0].health_check.script", "external_script needs a script", "give the script"},
        Case{"PapercutOverFtp",
             [](Services& s) {
               s[0].health_check.type = HealthCheckType::kPapercut;
               s[0].health_check.secret = "KEY";
               s[0].health_check.protocol = model::NegotiateProtocol::kFtp;
             },
             "$.virtual_services[0].health_check.protocol", "speaks http", "https"},
        Case{"EqualsWithoutPointer", [](Services& s) { s[0].health_check.json_equals = "OK"; },
             "$.virtual_services[0].health_check.json_pointer", "not which one", "/status"},
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
    SynFlood, Validate,
    ::testing::Values(Case{"CookiesWithDirectRouting", [](Services& s) { s[1].syn_flood = model::SynFlood::kCookies; },
                           "$.virtual_services[1].syn_flood", "answers do not pass by the load balancer", "twice"}),
    name_of);

void use_fallback(Services& s, const char* server, uint16_t port = 0) {
  s[1].fallback.mode = model::FallbackMode::kServer;
  s[1].fallback.address = address(server);
  s[1].fallback.port = port;
}

INSTANTIATE_TEST_SUITE_P(
    Fallback, Validate,
    ::testing::Values(
        Case{"NoAddress", [](Services& s) { s[1].fallback.mode = model::FallbackMode::kServer; },
             "$.virtual_services[1].fallback.address", "needs the address", "local"},
        Case{"LeftOver", [](Services& s) { s[1].fallback.address = address("10.77.0.50"); },
             "$.virtual_services[1].fallback.mode", "with the mode local there is no fallback server",
             "make the mode server"},
        Case{"LeftOverMasq", [](Services& s) { s[1].fallback.masq = true; }, "$.virtual_services[1].fallback.mode",
             "with the mode local there is no fallback server", "make the mode server"},
        Case{"Loopback", [](Services& s) { use_fallback(s, "127.0.0.1"); }, "$.virtual_services[1].fallback.address",
             "127.0.0.1 is a loopback address", "make the mode local"},
        Case{"VirtualAddress", [](Services& s) { use_fallback(s, "10.77.0.101"); },
             "$.virtual_services[1].fallback.address", "10.77.0.101 is an address that the load balancer itself holds",
             "another server"},
        Case{"OtherFamily", [](Services& s) { use_fallback(s, "2001:db8::50"); },
             "$.virtual_services[1].fallback.address", "are not both IPv4 or both IPv6", "IPv4 address"},
        Case{"PortOfDirectRouting", [](Services& s) { use_fallback(s, "10.77.0.50", 80); },
             "$.virtual_services[1].fallback.port",
             "with direct_routing the packet reaches the fallback server unchanged, so its port cannot differ", "masq"},
        Case{"OnePortForSeveral",
             [](Services& s) {
               use_fallback(s, "10.77.0.50", 80);
               s[1].fallback.masq = true;
               s[1].ports = ports("445,139");
             },
             "$.virtual_services[1].fallback.port", "the ports \"445,139\" are several", "write 0"},
        Case{"RealServerByMasq",
             [](Services& s) {
               use_fallback(s, "10.77.0.21");
               s[1].fallback.masq = true;
             },
             "$.virtual_services[1].fallback.masq", "10.77.0.21 is real server PS1, which is reached by direct_routing",
             "masq off"},
        Case{"TakenLabel",
             [](Services& s) {
               use_fallback(s, "10.77.0.50");
               s[1].real_servers[1].label = "fallback";
             },
             "$.virtual_services[1].real_servers[1].label", "\"fallback\" is its label", "another label"}),
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
      [](Services& s) { use_fallback(s, "10.77.0.50"); },
      [](Services& s) { use_fallback(s, "10.77.0.21"); },
      [](Services& s) {
        use_fallback(s, "192.0.2.50", 80);
        s[1].fallback.masq = true;
      },
      [](Services& s) { s[1].real_servers[1].label = "fallback"; },
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

}  // namespace
}  // namespace evenkeel::config
