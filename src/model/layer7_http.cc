#include "model/layer7_http.h"

#include "model/kinds.h"
#include "model/layer7_rule_names.h"

namespace evenkeel::model {

template <>
const Table& table<Layer7Http>() {
  static const Table table = make_table<Layer7Http>(
      "layer7_http", "How HTTP itself is treated.",
      field<&Layer7Http::client_x_forwarded_for>(
          {.name = "client_x_forwarded_for",
           .help = "With x_forwarded_for, what becomes of such a header that the client has sent."},
          choice<ClientForwardedFor>()),
      field<&Layer7Http::hsts>({.name = "hsts",
                                .help = "Tell browsers to come by HTTPS alone from now on (HTTP Strict Transport "
                                        "Security). They only listen to it on a connection with TLS."},
                               boolean()),
      field<&Layer7Http::hsts_months>(
          {.name = "hsts_months", .help = "How long browsers remember it.", .unit = "months"},
          integer<int>(kLeastHstsMonths, kMostHstsMonths)),
      field<&Layer7Http::compression>(
          {.name = "compression",
           .help =
               "Compress text, JSON, JavaScript and SVG with gzip for clients that accept it, where the real server "
               "has not done it. Costs processor time."},
          boolean()),
      field<&Layer7Http::h2>(
          {.name = "h2", .help = "Speak HTTP/2 with clients that begin with it; without it they get HTTP/1.1."},
          boolean()),
      field<&Layer7Http::server_h2>(
          {.name = "server_h2", .help = "Speak HTTP/2 with real servers, without asking before. They must expect it."},
          boolean()),
      field<&Layer7Http::connections>(
          {.name = "connections", .help = "What becomes of the connections when a request is answered."},
          choice<ConnectionMode>()),
      field<&Layer7Http::reuse>(
          {.name = "reuse",
           .help = "Whether clients' requests share connections to real servers. Never for servers that take a "
                   "connection for a person, as NTLM does."},
          choice<ConnectionReuse>()),
      field<&Layer7Http::pretend_keepalive>(
          {.name = "pretend_keepalive",
           .help = "Do not tell real servers that the connection will be closed, for those that then answer in pieces "
                   "or badly. With connections server_close or close."},
          boolean()),
      field<&Layer7Http::accept_invalid>(
          {.name = "accept_invalid",
           .help = "Let requests and answers pass that break the rules for headers and URLs. Only until the program at "
                   "fault is mended: such requests can be attacks."},
          boolean()));
  return table;
}

}  // namespace evenkeel::model
