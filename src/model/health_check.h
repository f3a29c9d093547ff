#pragma once
// What a virtual service asks of its real servers before it sends them clients.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel::model {

enum class HealthCheckType { kNegotiate, kConnect, kPing, kAlwaysOn, kAlwaysOff };
enum class NegotiateProtocol { kHttp, kHttps };

struct HealthCheck {
  HealthCheckType type = HealthCheckType::kConnect;
  std::optional<uint16_t> check_port;  // none: the real server's own port, else the virtual service's first
  NegotiateProtocol protocol = NegotiateProtocol::kHttp;
  std::string virtual_host;       // Host header (and SNI); empty: the real server's address
  std::string request = "/";      // path and query; may carry a key: masked wherever it is shown
  std::string response_expected;  // RE2 over the body; empty: the status alone decides
  std::string allowed_status = "200-299";
  std::chrono::seconds interval{6};
  std::chrono::milliseconds timeout{5000};  // of one whole probe
  int failure_count = 2;                    // consecutive failures until down; one success brings it back
  bool path_check = true;  // direct routing and tunnel: also ask at the virtual address, by the way that clients take

  bool operator==(const HealthCheck&) const = default;
};

}  // namespace evenkeel::model
