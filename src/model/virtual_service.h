#pragma once
// A virtual service: an address and ports on which clients find a group of real servers.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "model/health_check.h"
#include "model/persistence.h"
#include "model/port_set.h"
#include "model/real_server.h"

namespace evenkeel::model {

enum class Protocol { kTcp, kUdp, kTcpUdp };
enum class ForwardingMethod { kDirectRouting, kNat, kSnat, kTunnel };
enum class Scheduler { kWeightedLeastConnections, kWeightedRoundRobin, kSourceHash, kMaglev, kDestinationHash };

// What becomes of the established connections of a real server whose check fails.
enum class OnFailure {
  kKeep,   // they go on: the check may be wrong about them, and nobody else has them
  kReset,  // both ends are told that they are over
  kDrop,   // their packets are dropped and counted
};

// What becomes of the established connections of a real server that an operator halts.
enum class OnHalt { kReset, kDrop };

// What happens to clients that ask for a connection while the virtual service has half_open_limit half-open ones.
enum class SynFlood {
  kAutomatic,  // cookies with nat and snat, else make_room
  kCookies,    // they prove that they are there before a real server is asked: nat, snat
  kTwice,      // they have to ask twice, as every client does that gets no answer
  kRefuse,     // they are not let in until there are fewer
  kMakeRoom,   // the oldest half-open connections give way to them
};

// Who answers when no real server may take a new connection.
enum class FallbackMode {
  kLocal,   // whatever listens on the virtual service's port on the load balancer itself; on port 80 the page
  kPage,    // the load balancer's web server, with the fallback page, on each of the TCP ports
  kServer,  // another server, which is not checked; it may be one of the real servers
  kNone,    // nobody: new connections are dropped and counted
};

// What the fallback server is called among a virtual service's real servers.
inline constexpr std::string_view kFallbackLabel = "fallback";

inline constexpr size_t kLongestPage = size_t{64} << 10;  // bytes of a fallback page

struct Fallback {
  FallbackMode mode = FallbackMode::kLocal;
  std::optional<IpAddress> address;  // of the fallback server
  uint16_t port = 0;                 // where it listens; 0: the port that the client asked for
  bool masq = false;                 // reached by NAT, whatever the virtual service's forwarding method is
  std::string page;                  // HTML, in place of the page for all; empty: that one

  bool operator==(const Fallback&) const = default;
};

// Who says, beside the health check, how much of its weight a real server can take.
enum class FeedbackMethod {
  kNone,
  kAgent,  // a line of text over TCP, as HAProxy's agent-check
  kHttp,   // the body of a page
};

struct Feedback {
  FeedbackMethod method = FeedbackMethod::kNone;
  uint16_t port = 3333;
  std::string request;  // agent: what is sent first, empty: nothing; http: the path, empty: "/"; keys are masked

  bool operator==(const Feedback&) const = default;
};

inline constexpr size_t kMostSourceAddresses = 7;
inline constexpr size_t kMostChecks = 16;  // health_check and more_checks together

struct VirtualService {
  std::string label;  // unique; letters, digits, "_", "-", ".", at most 64
  IpAddress address;
  PortSet ports;
  Protocol protocol = Protocol::kTcp;
  std::string interface;  // that carries the address; empty: the one with a network that contains it
  ForwardingMethod forwarding_method = ForwardingMethod::kDirectRouting;
  std::vector<IpAddress> source_addresses;  // SNAT: what real servers see; empty: the virtual address; at most 7
  Scheduler scheduler = Scheduler::kWeightedLeastConnections;
  bool one_packet = false;  // UDP: each datagram is scheduled on its own, no connection is kept
  Persistence persistence;
  HealthCheck health_check;
  std::vector<HealthCheck> more_checks;  // beside health_check; at most kMostChecks together
  int required_checks = 0;               // 0..16; how many of them a real server must pass; 0: every one
  Feedback feedback;                     // asked at the health check's interval
  int panic_threshold = 0;  // percent, 0..100; with a smaller share of healthy real servers all are used; 0: never
  int quorum = 1;           // 1..65535; with fewer usable real servers the fallback answers
  int minimum_usable = 1;   // 1..65535; with fewer usable real servers in the tiers in force, the next tier is added
  bool failback = true;     // false: the tier that took over stays, although a more preferred one is back
  std::chrono::seconds slow_start{0};  // 0..3600; how long a real server that comes up takes to its full weight
  OnFailure on_failure = OnFailure::kKeep;
  OnHalt on_halt = OnHalt::kReset;  // halting means that connections end: clients learn of it at once
  int half_open_limit = 10000;      // 0..10,000,000; 0: none
  SynFlood syn_flood = SynFlood::kAutomatic;
  Fallback fallback;
  std::string alert_to, alert_from;  // mail addresses, in place of those of all alerts; empty: those
  std::vector<RealServer> real_servers;

  bool operator==(const VirtualService&) const = default;
};

}  // namespace evenkeel::model
