#include "model/health_check.h"

#include "model/kinds.h"

namespace evenkeel::model {

using std::chrono::milliseconds;

template <>
const Table& table<HealthCheck>() {
  static const Table table = make_table<HealthCheck>(
      "health_check", "What a real server must do to be sent clients.",
      field<&HealthCheck::type>({.name = "type",
                                 .help = "How real servers are checked. A TCP connection only proves that something "
                                         "listens; negotiate also looks at what it answers."},
                                choice<HealthCheckType>()),
      field<&HealthCheck::check_port>(
          {.name = "check_port",
           .help = "The port to check on the real servers. Empty (null) means the real server's own port, else the "
                   "first port of the virtual service; needed when its ports are \"*\"."},
          optional(integer<uint16_t>(1, 65535))),
      field<&HealthCheck::protocol>({.name = "protocol", .help = "What a negotiate check speaks."},
                                    choice<NegotiateProtocol>()),
      field<&HealthCheck::virtual_host>(
          {.name = "virtual_host",
           .help = "The Host header of a negotiate check, and the name asked for in TLS. Empty means the real server's "
                   "address."},
          host_name()),
      field<&HealthCheck::request>(
          {.name = "request",
           .help = "The path and query that a negotiate check asks for, such as "
                   "/api/health/application-server/status?disk-threshold-mb=1&Authorization=KEY. A key in it is masked "
                   "wherever the request is shown.",
           .shown = Shown::kMasked},
          request_target(Shown::kMasked)),
      field<&HealthCheck::response_expected>(
          {.name = "response_expected",
           .help = "A regular expression (RE2) that must match somewhere in the body of the answer. Empty means that "
                   "the status alone decides."},
          regular_expression()),
      field<&HealthCheck::allowed_status>(
          {.name = "allowed_status",
           .help = "The HTTP status codes that count as healthy, as codes and ranges: 200-299,301."},
          status_list()),
      field<&HealthCheck::interval>(
          {.name = "interval", .help = "From the start of one check to the start of the next.", .unit = "seconds"},
          integer<std::chrono::seconds>(1, 3600)),
      field<&HealthCheck::timeout>(
          {.name = "timeout",
           .help = "A check that has no full answer after this time has failed. Decimals are allowed: 0.5.",
           .unit = "seconds"},
          decimal_seconds(milliseconds(50), milliseconds(300000))),
      field<&HealthCheck::failure_count>(
          {.name = "failure_count",
           .help = "A server is taken out after this many failed checks in a row. One good check brings it back."},
          integer<int>(1, 100)),
      field<&HealthCheck::path_check>(
          {.name = "path_check",
           .help =
               "Direct routing and tunnel: also ask each real server at the virtual address, by the way that clients' "
               "packets take, so that one that lacks that address on its loopback gets no clients. With the same "
               "interval, timeout and failure count. No meaning for NAT, SNAT, always on and always off."},
          boolean()));
  return table;
}

}  // namespace evenkeel::model
