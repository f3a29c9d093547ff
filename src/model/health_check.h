#pragma once
// What a virtual service asks of its real servers before it sends them clients.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "model/port_set.h"

namespace evenkeel::model {

enum class HealthCheckType {
  kNegotiate,
  kConnect,
  kPing,
  kAlwaysOn,
  kAlwaysOff,
  kConnectsThenNegotiate,
  kTls,
  kSyn,
  kPapercut,
  kExternalScript,
  kFollow,
};
enum class NegotiateProtocol {
  kHttp,
  kHttps,
  kHttpProxy,
  kSimpleTcp,
  kSimpleUdp,
  kFtp,
  kSmtp,
  kSmtps,
  kImap,
  kImaps,
  kPop,
  kPops,
  kNntp,
  kDns,
  kSip,
  kRadius,
  kLdap,
  kLdaps,
  kMysql,
  kPostgresql,
  kSmb,
  kIpp,
  kIpps,
};
enum class HttpMethod { kGet, kHead };
enum class DnsRecordType { kA, kAaaa, kPtr, kNs, kSoa, kMx, kSrv, kTxt, kCname };

// Which of the fields a check looks at depends on its type and protocol: model/check_kind.h.

inline constexpr int kMostCheckPorts = 16;  // of more_ports

struct HealthCheck {
  HealthCheckType type = HealthCheckType::kConnect;
  std::optional<uint16_t> check_port;  // none: the real server's own port, else the virtual service's first
  std::optional<PortSet> more_ports;   // that must pass as well; at most kMostCheckPorts
  std::string follow;                  // follow: the label of the virtual service whose health it takes over
  NegotiateProtocol protocol = NegotiateProtocol::kHttp;
  std::string virtual_host;       // Host header (and SNI); empty: the real server's address
  std::string request;            // what is asked for; empty: the protocol's own default; keys in it are masked
  std::string response_expected;  // RE2 over the answer; empty: the protocol's own idea of success decides
  std::string allowed_status = "200-299";
  HttpMethod method = HttpMethod::kGet;
  std::string headers;       // "Name: value", one a line; keys in it are masked
  std::string json_pointer;  // into the body; empty: not looked at
  std::string json_equals;   // text as it is, everything else as JSON
  bool follow_redirects = false;
  bool starttls = false;  // begin in plain and change to TLS before anything else is said
  bool verify_certificate = false;
  int certificate_warning = 14;  // days before its end
  std::string login;
  std::string password;
  std::string secret;    // shared secret (RADIUS), key of the health API (PaperCut)
  std::string database;  // MySQL, PostgreSQL
  std::string share;     // SMB; empty: no tree connect
  std::string script;    // name of a file in evenkeeld's directory of scripts
  DnsRecordType record_type = DnsRecordType::kA;
  bool accept_silence = false;      // UDP: no answer and no "port unreachable" counts as healthy
  int connects_per_negotiate = 10;  // connects_then_negotiate
  std::chrono::seconds interval{6};
  int jitter = 0;                           // percent, 0..50, by which each interval is longer or shorter at random
  bool insist = false;                      // ask PaperCut's health API more often than every 15 s, if interval says so
  std::chrono::milliseconds timeout{5000};  // of one whole probe
  int failure_count = 2;                    // consecutive failures until down
  int success_count = 1;                    // consecutive successes until one that is down is up again
  bool path_check = true;  // direct routing and tunnel: also ask at the virtual address, by the way that clients take

  bool operator==(const HealthCheck&) const = default;
};

}  // namespace evenkeel::model
