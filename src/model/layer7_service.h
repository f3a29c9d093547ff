#pragma once
// A layer-7 virtual service: clients' TCP connections end at the load balancer's proxy, which makes its own to a real
// server. So it knows what HTTP says, reaches real servers anywhere, and hides the client's address from them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "model/health_check.h"
#include "model/layer7_http.h"
#include "model/layer7_rule.h"
#include "model/port_set.h"
#include "model/tls.h"
#include "model/virtual_service.h"

namespace evenkeel::model {

enum class Layer7Mode { kHttp, kTcp };
enum class Layer7Scheduler { kWeightedLeastConnections, kWeightedRoundRobin, kSourceHash };
enum class Layer7Persistence {
  kNone,
  kSourceIp,
  kHttpCookie,          // that the load balancer sets
  kHttpCookieSourceIp,  // that cookie, and the client's address where there is none
  kApplicationCookie,   // that the real servers set
  kXForwardedFor,       // the address that such a header names, else the client's
  kSslSessionId,
  kRdpCookie,        // by the user's name
  kMsSessionBroker,  // by the token that Microsoft's connection broker gives to clients
  kLastSuccessful,   // all clients of a virtual service on one real server, until that fails
};
enum class SendProxy { kOff, kV1, kV2, kV2Ssl, kV2SslCn };
enum class Layer7Log { kNone, kErrors, kAll };

struct Layer7Server {
  std::string label;  // unique within its virtual service
  IpAddress address;
  uint16_t port = 0;                 // where it listens; 0: the port that the client asked for
  uint16_t weight = 100;             // 0..256; 0 takes no new clients
  uint32_t minimum_connections = 0;  // the limit while the service is idle; it grows to the maximum. 0: always maximum
  uint32_t maximum_connections = 0;  // at once; further ones wait in a queue. 0: no limit
  bool backup = false;               // only while no other real server takes clients

  bool operator==(const Layer7Server&) const = default;
};

struct Layer7Service {
  std::string label;  // unique over the virtual services of both layers
  IpAddress address;
  PortSet ports;  // TCP; single ports, no "*"
  std::string interface;
  Layer7Mode mode = Layer7Mode::kHttp;
  Layer7Scheduler scheduler = Layer7Scheduler::kWeightedLeastConnections;
  Layer7Persistence persistence = Layer7Persistence::kNone;
  std::chrono::seconds persistence_timeout{1800};  // since the client's last connection or request
  std::string cookie_name = "SERVERID";
  std::chrono::seconds cookie_maximum_life{43200};  // however often it is used
  std::string application_cookie_name = "JSESSIONID";
  int x_forwarded_for_position = -1;  // -10..10, not 0: of the addresses in the header; -1 is the last
  uint32_t persistence_table_size = 102400;
  bool forget_on_drain = false;  // drained: nor those that persistence knows
  bool x_forwarded_for = true;
  bool force_https = false;
  uint16_t https_port = 443;  // where force_https sends clients
  int redirect_code = 302;    // 301, 302, 303, 307 or 308
  bool accept_proxy = false;  // clients' connections begin with a PROXY header
  SendProxy send_proxy = SendProxy::kOff;
  bool redispatch = true;
  std::optional<IpAddress> source_address;  // what real servers see; none: the load balancer's own
  bool transparent_proxy = false;           // real servers see the client's own address
  bool tcp_keepalive = true;
  uint32_t maximum_connections = 40000;      // of clients; further ones wait
  std::optional<uint32_t> full_connections;  // with so many, real servers get their maximum; none: a tenth of it
  std::chrono::milliseconds connect_timeout{4000};
  std::chrono::seconds client_timeout{43};
  std::chrono::seconds server_timeout{45};
  std::chrono::seconds tunnel_timeout{43200};
  std::chrono::seconds request_timeout{5};
  Layer7Log log = Layer7Log::kErrors;  // which requests and connections are noted
  std::optional<IpAddress> fallback_address;
  uint16_t fallback_port = 0;        // 0: the port that the client asked for
  std::string fallback_page;         // HTML, in place of the page for all; empty: that one
  bool fallback_persistent = false;  // who came to it stays there
  std::chrono::seconds slow_start{0};
  Feedback feedback;
  Layer7Http http;
  std::vector<Layer7Rule> rules;  // the first that fits decides
  std::vector<Layer7HeaderRule> header_rules;
  std::string manual_configuration;  // lines in HAProxy's own language, after ours
  Tls tls;
  ServerTls server_tls;
  HealthCheck health_check;
  std::vector<Layer7Server> real_servers;

  bool operator==(const Layer7Service&) const = default;
};

// What both layers have in common: who is checked and how, who answers when nobody else does. In every other field
// the defaults.
VirtualService common_part(const Layer7Service& service);

}  // namespace evenkeel::model
