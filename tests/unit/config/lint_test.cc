#include "one_problem.h"

namespace evenkeel::config {
namespace {

using model::ForwardingMethod;
using model::HealthCheckType;
using model::Protocol;
using ::testing::IsEmpty;

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
             "$.virtual_services[2].one_packet", "with snat datagrams of a client go to the same real server",
             "direct_routing"},
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
        Case{"FeedbackOfAHash",
             [](Services& s) {
               s[0].feedback.method = model::FeedbackMethod::kAgent;
               s[0].scheduler = model::Scheduler::kSourceHash;
             },
             "$.virtual_services[0].feedback.method", "with source_hash every weight", "weighted_least_connections"},
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
        Case{"AskingPaperCutTooOften",
             [](Services& s) { s[0].health_check.request = "/api/health/application-server/status"; },
             "$.virtual_services[0].health_check.interval", "is asked every 15 s, not every 6 s", "insist"},
        Case{"OneOfSeveralIsAlwaysOn",
             [](Services& s) {
               s[1].health_check.type = HealthCheckType::kAlwaysOn;
               s[1].more_checks.resize(1);
               s[1].more_checks[0].check_port = 9163;
               s[1].required_checks = 1;
             },
             "$.virtual_services[1].required_checks", "always passes", "leave always_on out"},
        Case{"PanicOfTiers",
             [](Services& s) {
               s[0].panic_threshold = 50;
               s[0].real_servers[1].priority = 2;
             },
             "$.virtual_services[0].panic_threshold", "also those that stand by", "0"},
        Case{"QuorumAboveAll", [](Services& s) { s[0].quorum = 3; }, "$.virtual_services[0].quorum",
             "has only 2 real servers: it is never up", "smaller"},
        Case{"UnusedRequest", [](Services& s) { s[0].health_check.type = HealthCheckType::kConnect; },
             "$.virtual_services[0].health_check.type", "a connect check does not look at request", "negotiate"},
        Case{"UselessDatabase",
             [](Services& s) {
               s[0].health_check.protocol = model::NegotiateProtocol::kSmtp;
               s[0].health_check.database = "papercut";
             },
             "$.virtual_services[0].health_check.type",
             "a negotiate with smtp check does not look at request, database", "leave those fields out"}),
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
