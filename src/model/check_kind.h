#pragma once
// Which kinds of check there are, declared once: what each speaks over, its usual port, which fields it looks at, which
// it cannot do without, and what its request looks like. Validation, documentation and the command line use this; the
// probes are in the same order in health/probes.cc.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/health_check.h"

namespace evenkeel::model {

enum class Transport {
  kNone,
  kIcmp,
  kTcp,
  kUdp,
  kTcpOrUdp,  // as the virtual service is
  kScript,    // whatever the script does, with the port that it is given
};
enum class RequestSyntax { kNone, kPath, kUrl, kText, kDnsName, kSelect, kEntry, kQueue };

struct CheckKind {
  Transport transport;
  RequestSyntax request;
  uint16_t usual_port;            // 0: none
  std::string_view fields;        // names of those that it looks at, separated by spaces
  std::string_view required;      // names of those that must not be empty
  std::string_view tls_fields{};  // names of those that it looks at as well when starttls is on
};

// Of a type that has a protocol, both: connects_then_negotiate with smtp looks at the fields of either.
const CheckKind& kind_of(HealthCheckType type);
const CheckKind& kind_of(NegotiateProtocol protocol);

bool has_protocol(HealthCheckType type);
// "negotiate with smtp", "ping"
std::string kind_name(const HealthCheck& check);
Transport transport_of(const HealthCheck& check);

// Always on, always off: nothing is asked.
bool is_constant(const HealthCheck& check);
// PaperCut's health API, by its own type or by a request of HTTP.
bool asks_papercut(const HealthCheck& check);
// How often it is really asked: PaperCut's health API at most every 15 s, unless the operator insists.
std::chrono::seconds interval_of(const HealthCheck& check);

// All that decides what a probe does and when, but for the port: equal texts, equal probes. For comparing only: it has
// secrets in plain.
std::string settings_text(const HealthCheck& check);

// Names of fields that this check looks at, or does not look at although they differ from their defaults, or needs.
std::vector<std::string_view> used_fields(const HealthCheck& check);
std::vector<std::string_view> useless_fields(const HealthCheck& check);
std::vector<std::string_view> missing_fields(const HealthCheck& check);

struct Objection {
  std::string message;
  std::string hint;
};
// What is wrong with the check's request for its protocol.
std::optional<Objection> object_to_request(const HealthCheck& check);

}  // namespace evenkeel::model
