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
      field<&HealthCheck::more_ports>(
          {.name = "more_ports",
           .help = "Further ports of the real servers that must pass the same check, such as 9192,9193; at most 16."},
          optional(port_set())),
      field<&HealthCheck::follow>(
          {.name = "follow",
           .help = "With type follow, the label of the virtual service whose health counts: the check passes while as "
                   "many of its real servers are well as its quorum says. What operators say there does not count."},
          label_text_or_empty()),
      field<&HealthCheck::protocol>({.name = "protocol", .help = "What a negotiate check speaks."},
                                    choice<NegotiateProtocol>()),
      field<&HealthCheck::virtual_host>(
          {.name = "virtual_host",
           .help =
               "The Host header of HTTP, and the name asked for in TLS (SNI) and verified in the certificate. Empty "
               "means the real server's address."},
          host_name()),
      field<&HealthCheck::request>(
          {.name = "request",
           .help = "What a negotiate check asks for. HTTP: path and query, such as "
                   "/api/health/application-server/status?disk-threshold-mb=1&Authorization=KEY. DNS: a name. MySQL, "
                   "PostgreSQL: a SELECT. LDAP: the entry to read. IPP: the path of the queue. simple_tcp, simple_udp: "
                   "the text to send. A key in it is masked wherever the request is shown.",
           .shown = Shown::kMasked},
          request_text(Shown::kMasked)),
      field<&HealthCheck::response_expected>(
          {.name = "response_expected",
           .help =
               "A regular expression (RE2) that must match somewhere in the answer (HTTP: in its body). Empty means "
               "that the protocol's own idea of success decides."},
          regular_expression()),
      field<&HealthCheck::allowed_status>(
          {.name = "allowed_status",
           .help = "The HTTP (or SIP) status codes that count as healthy, as codes and ranges: 200-299,301."},
          status_list()),
      field<&HealthCheck::method>({.name = "method", .help = "What an HTTP check sends."}, choice<HttpMethod>()),
      field<&HealthCheck::headers>(
          {.name = "headers",
           .help = "More headers of an HTTP request, \"Name: value\", one a line. A key in them "
                   "is masked wherever they are shown.",
           .shown = Shown::kMasked},
          header_lines(Shown::kMasked)),
      field<&HealthCheck::json_pointer>(
          {.name = "json_pointer",
           .help = "A place in the JSON body of an HTTP answer, such as /status, whose value must equal json_equals."},
          json_pointer()),
      field<&HealthCheck::json_equals>({.name = "json_equals", .help = "The value at json_pointer: OK, 5, true."},
                                       plain_text(512)),
      field<&HealthCheck::follow_redirects>(
          {.name = "follow_redirects",
           .help = "Follow an HTTP redirect, up to five times, as long as it stays on the same real server. One that "
                   "leads elsewhere is a failure: another server's answer says nothing about this one."},
          boolean()),
      field<&HealthCheck::starttls>(
          {.name = "starttls",
           .help = "SMTP, IMAP, POP3, NNTP, LDAP (STARTTLS), FTP (AUTH TLS), MySQL, PostgreSQL: begin in plain and "
                   "change to TLS before the login. A server that does not offer it fails the check."},
          boolean()),
      field<&HealthCheck::verify_certificate>(
          {.name = "verify_certificate",
           .help = "The certificate must be valid, for virtual_host if there is one, and signed by an authority that "
                   "the load balancer's system trusts. Off: any certificate will do."},
          boolean()),
      field<&HealthCheck::certificate_warning>(
          {.name = "certificate_warning",
           .help = "Checks over TLS warn in their reason when the certificate ends within so many days. 0: no warning.",
           .unit = "days"},
          integer<int>(0, 365)),
      field<&HealthCheck::login>({.name = "login", .help = "The user to log in as. Empty means no login."},
                                 plain_text(256)),
      field<&HealthCheck::password>(
          {.name = "password", .help = "The password that belongs to login.", .shown = Shown::kMasked}, secret_text()),
      field<&HealthCheck::secret>({.name = "secret",
                                   .help = "RADIUS: the shared secret. PaperCut: the key of the health API, from "
                                           "Options > Advanced > System Health Monitoring.",
                                   .shown = Shown::kMasked},
                                  secret_text()),
      field<&HealthCheck::database>(
          {.name = "database", .help = "The database that a MySQL or PostgreSQL check connects to."}, plain_text(64)),
      field<&HealthCheck::share>({.name = "share",
                                  .help = "The share that an SMB check connects to, such as the name of a print queue. "
                                          "Empty means that only the protocol is negotiated."},
                                 share_name()),
      field<&HealthCheck::script>(
          {.name = "script",
           .help = "external_script: the name of the program that decides, a file in evenkeeld's directory of scripts "
                   "(/var/lib/evenkeel/checks). It is run as an unprivileged user in a sandbox; exit status 0 is up."},
          script_name()),
      field<&HealthCheck::record_type>({.name = "record_type", .help = "What a DNS check asks for."},
                                       choice<DnsRecordType>()),
      field<&HealthCheck::accept_silence>(
          {.name = "accept_silence",
           .help = "simple_udp: a server that does not answer counts as healthy, unless its machine says that the port "
                   "is closed. Off: silence proves nothing, and the server's state is unknown."},
          boolean()),
      field<&HealthCheck::connects_per_negotiate>(
          {.name = "connects_per_negotiate",
           .help = "connects_then_negotiate: how many connects come between one negotiate and the next."},
          integer<int>(1, 1000)),
      field<&HealthCheck::interval>(
          {.name = "interval", .help = "From the start of one check to the start of the next.", .unit = "seconds"},
          integer<std::chrono::seconds>(1, 3600)),
      field<&HealthCheck::jitter>(
          {.name = "jitter",
           .help = "By how much each interval is made longer or shorter at random, so that several load balancers do "
                   "not check in step.",
           .unit = "percent"},
          integer<int>(0, 50)),
      field<&HealthCheck::insist>(
          {.name = "insist",
           .help = "PaperCut's health API (type papercut, and HTTP requests that begin with /api/health/) is asked at "
                   "most every 15 s, as each answer costs the Application Server work. On: as often as the interval "
                   "says."},
          boolean()),
      field<&HealthCheck::timeout>(
          {.name = "timeout",
           .help = "A check that has no full answer after this time has failed. Decimals are allowed: 0.5.",
           .unit = "seconds"},
          decimal_seconds(milliseconds(50), milliseconds(300000))),
      field<&HealthCheck::failure_count>(
          {.name = "failure_count", .help = "A server is taken out after this many failed checks in a row."},
          integer<int>(1, 100)),
      field<&HealthCheck::success_count>(
          {.name = "success_count",
           .help = "A server that was taken out is brought back after this many good checks in a row. One that has not "
                   "been checked before needs a single one."},
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
