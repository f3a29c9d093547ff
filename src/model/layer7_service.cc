#include "model/layer7_service.h"

#include "model/kinds.h"
#include "model/layer7_json.h"
#include "model/layer7_names.h"
#include "model/parse_structure.h"

namespace evenkeel::model {
namespace {

constexpr const char* kProtocolHint =
    "layer 7 is TCP alone: it ends the clients' connections, and UDP has none. Give UDP a layer-4 virtual service with "
    "forwarding_method snat on the same address and port: evenkeel layer7-service udp-companion, or udp_companion in "
    "the API";
constexpr int64_t kLongestTimeout = 604800;

std::shared_ptr<const Kind<std::chrono::seconds>> timeout() {
  return integer<std::chrono::seconds>(1, kLongestTimeout);
}

}  // namespace

template <>
const Table& table<Layer7Server>() {
  static const Table table = make_table<Layer7Server>(
      "layer7_server", "A server that answers the clients of one layer-7 virtual service.",
      field<&Layer7Server::label>({.name = "label",
                                   .help = "The real server's name, unique within its virtual service, such as PS1.",
                                   .need = Need::kRequired},
                                  label_text()),
      field<&Layer7Server::address>({.name = "address",
                                     .help = "The real server's own IP address. It may be in any network that the load "
                                             "balancer has a route to, and IPv6 where the virtual address is IPv4.",
                                     .need = Need::kRequired},
                                    ip_address()),
      field<&Layer7Server::port>({.name = "port",
                                  .help = "The port that the real server listens on. 0 means the port that the client "
                                          "asked for."},
                                 integer<uint16_t>(0, 65535)),
      field<&Layer7Server::weight>({.name = "weight",
                                    .help = "This server's share of the clients beside the others' weights: 200 gets "
                                            "twice as many as 100. 0 takes no new ones."},
                                   integer<uint16_t>(0, 256)),
      field<&Layer7Server::minimum_connections>(
          {.name = "minimum_connections",
           .help = "How many connections the server gets at once while the virtual service has few clients; the limit "
                   "grows with them up to maximum_connections. 0 means that the maximum always holds."},
          integer<uint32_t>(0, 1000000)),
      field<&Layer7Server::maximum_connections>(
          {.name = "maximum_connections",
           .help = "How many connections the server gets at once; further clients wait until one has ended. 0 means no "
                   "limit."},
          integer<uint32_t>(0, 1000000)),
      field<&Layer7Server::backup>(
          {.name = "backup",
           .help = "Only takes clients while no other real server does. Of several, the first that can takes all."},
          boolean()));
  return table;
}

template <>
const Table& table<Layer7Service>() {
  static const Table table =
      make_table<Layer7Service>(
          "layer7_service",
          "An address and TCP ports where the load balancer's proxy answers clients and asks a real server for them.",
          field<&Layer7Service::label>(
              {.name = "label",
               .help = "The virtual service's name, unique over both layers, such as Papercut_WUI.",
               .need = Need::kRequired},
              label_text()),
          field<&Layer7Service::address>(
              {.name = "address",
               .help = "The virtual IP address that clients connect to. The load balancer adds it to an interface.",
               .need = Need::kRequired},
              ip_address()),
          field<&Layer7Service::ports>({.name = "ports",
                                        .help = "The TCP ports that clients connect to: one, a list (9191,9192,9193), "
                                                "or short ranges. Not \"*\".",
                                        .need = Need::kRequired},
                                       port_set()),
          field<&Layer7Service::interface>(
              {.name = "interface",
               .help = "The network interface that carries the virtual address, such as eth0. Empty means the one with "
                       "a network that contains the address."},
              interface_name()),
          field<&Layer7Service::mode>({.name = "mode", .help = "What the proxy understands of what passes through it."},
                                      choice<Layer7Mode>()),
          field<&Layer7Service::scheduler>(
              {.name = "scheduler", .help = "Which real server gets a new connection, or in http mode a request."},
              choice<Layer7Scheduler>()),
          field<&Layer7Service::persistence>(
              {.name = "persistence", .help = "Whether a client comes back to the real server that it had before."},
              choice<Layer7Persistence>()),
          field<&Layer7Service::persistence_timeout>(
              {.name = "persistence_timeout",
               .help = "How long a client is remembered after its last connection or request.",
               .unit = "seconds"},
              integer<std::chrono::seconds>(1, 2147483)),
          field<&Layer7Service::cookie_name>(
              {.name = "cookie_name",
               .help = "The name of the load balancer's cookie, with persistence http_cookie and "
                       "http_cookie_source_ip. It ends after persistence_timeout without a request."},
              cookie_name()),
          field<&Layer7Service::cookie_maximum_life>(
              {.name = "cookie_maximum_life",
               .help = "How long the load balancer's cookie is good for, however often it is used.",
               .unit = "seconds"},
              integer<std::chrono::seconds>(1, 2147483)),
          field<&Layer7Service::application_cookie_name>(
              {.name = "application_cookie_name",
               .help = "The name of the real servers' own cookie, with persistence application_cookie."},
              cookie_name()),
          field<&Layer7Service::x_forwarded_for_position>(
              {.name = "x_forwarded_for_position",
               .help = "With persistence x_forwarded_for, which of the header's addresses counts: 1 is the first, -1 "
                       "the last, which the nearest proxy has added. Not 0."},
              integer<int>(-10, 10)),
          field<&Layer7Service::persistence_table_size>(
              {.name = "persistence_table_size",
               .help = "How many clients are remembered, where persistence does without a cookie; the oldest are "
                       "forgotten first."},
              integer<uint32_t>(1, 10000000)),
          field<&Layer7Service::forget_on_drain>(
              {.name = "forget_on_drain",
               .help = "A drained real server gets no clients that persistence brings back either: they go to the "
                       "others at once."},
              boolean()),
          field<&Layer7Service::x_forwarded_for>(
              {.name = "x_forwarded_for",
               .help = "In http mode, tell real servers the client's address in an X-Forwarded-For header."},
              boolean()),
          field<&Layer7Service::force_https>(
              {.name = "force_https",
               .help = "In http mode, answer every request with a redirection to HTTPS. The virtual service then needs "
                       "no real servers."},
              boolean()),
          field<&Layer7Service::https_port>(
              {.name = "https_port", .help = "The port that force_https sends clients to, such as PaperCut's 9192."},
              integer<uint16_t>(1, 65535)),
          field<&Layer7Service::redirect_code>(
              {.name = "redirect_code",
               .help = "The status that force_https answers with: 301 and 308 are remembered by browsers, 307 and 308 "
                       "keep the method."},
              integer<int>(301, 308)),
          field<&Layer7Service::accept_proxy>(
              {.name = "accept_proxy",
               .help =
                   "Expect a PROXY protocol header (v1 or v2) at the beginning of each connection, and believe what "
                   "it says about the client. Connections without one are closed."},
              boolean()),
          field<&Layer7Service::send_proxy>(
              {.name = "send_proxy",
               .help = "Tell real servers the client's address with the PROXY protocol. They must expect it."},
              choice<SendProxy>()),
          field<&Layer7Service::redispatch>(
              {.name = "redispatch",
               .help = "Where a real server does not accept the connection, try another one, also when persistence "
                       "names the first."},
              boolean()),
          field<&Layer7Service::source_address>(
              {.name = "source_address",
               .help =
                   "The address that real servers see, such as the virtual address. The load balancer adds it to an "
                   "interface. null means the load balancer's own."},
              optional(ip_address())),
          field<&Layer7Service::transparent_proxy>(
              {.name = "transparent_proxy",
               .help = "Real servers see the client's own address (TPROXY). Their default gateway must be the load "
                       "balancer, and clients must be beyond it. HAProxy's workers keep root's rights for it."},
              boolean()),
          field<&Layer7Service::tcp_keepalive>(
              {.name = "tcp_keepalive",
               .help = "Let the kernel ask now and then whether silent clients and real servers are still there."},
              boolean()),
          field<&Layer7Service::maximum_connections>(
              {.name = "maximum_connections",
               .help = "How many clients' connections there may be at once; further ones wait to be accepted."},
              integer<uint32_t>(1, 1000000)),
          field<&Layer7Service::full_connections>(
              {.name = "full_connections",
               .help = "With how many clients' connections the limit of real servers that have minimum_connections has "
                       "grown to their maximum_connections. null means a tenth of the virtual service's."},
              optional(integer<uint32_t>(1, 1000000))),
          field<&Layer7Service::connect_timeout>(
              {.name = "connect_timeout",
               .help = "How long a real server may take to accept a connection.",
               .unit = "seconds"},
              decimal_seconds(std::chrono::milliseconds(10), std::chrono::seconds(600))),
          field<&Layer7Service::client_timeout>({.name = "client_timeout",
                                                 .help = "How long a client may be silent when it is its turn.",
                                                 .unit = "seconds"},
                                                timeout()),
          field<&Layer7Service::server_timeout>({.name = "server_timeout",
                                                 .help = "How long a real server may take to answer a request.",
                                                 .unit = "seconds"},
                                                timeout()),
          field<&Layer7Service::tunnel_timeout>(
              {.name = "tunnel_timeout",
               .help = "How long an established connection of tcp mode, or a WebSocket, may be silent on both sides.",
               .unit = "seconds"},
              timeout()),
          field<&Layer7Service::request_timeout>(
              {.name = "request_timeout",
               .help =
                   "In http mode, how long a client may take to send a request's headers: no place for clients that "
                   "send them byte by byte.",
               .unit = "seconds"},
              timeout()),
          field<&Layer7Service::log>({.name = "log", .help = "Which requests and connections HAProxy notes."},
                                     choice<Layer7Log>()),
          field<&Layer7Service::fallback_address>(
              {.name = "fallback_address",
               .help = "The server that answers when no real server may take a new connection. It is not checked. null "
                       "means that nobody does: clients of http mode get a 503, those of tcp mode are disconnected."},
              optional(ip_address())),
          field<&Layer7Service::fallback_port>(
              {.name = "fallback_port",
               .help = "Where the fallback server listens. 0 means the port that the client asked for."},
              integer<uint16_t>(0, 65535)),
          field<&Layer7Service::fallback_page>(
              {.name = "fallback_page",
               .help =
                   "HTML of a fallback page of this virtual service's own, for http mode without a fallback_address. "
                   "Empty means the page that all have in common."},
              page_text()),
          field<&Layer7Service::fallback_persistent>(
              {.name = "fallback_persistent",
               .help =
                   "Persistence holds for the fallback server too: who came to it stays, although others are back."},
              boolean()),
          field<&Layer7Service::slow_start>(
              {.name = "slow_start",
               .help = "How long a real server that comes up again, after it was down or halted, takes to its full "
                       "weight: it begins with a tenth and gets a tenth more in equal steps. 0 means at once.",
               .unit = "seconds"},
              integer<std::chrono::seconds>(0, 3600)),
          field<&Layer7Service::feedback>({.name = "feedback", .help = "Weights that the real servers say themselves."},
                                          structure<Feedback>()),
          field<&Layer7Service::http>({.name = "http", .help = "How HTTP itself is treated, in http mode."},
                                      structure<Layer7Http>()),
          field<&Layer7Service::rules>(
              {.name = "rules",
               .help = "What is done with requests in particular: use some of the real servers, redirect, deny. The "
                       "first that fits decides."},
              inline_list<Layer7Rule>()),
          field<&Layer7Service::header_rules>(
              {.name = "header_rules",
               .help = "Headers that are added, set, deleted or replaced in requests and responses, in that order."},
              inline_list<Layer7HeaderRule>()),
          field<&Layer7Service::manual_configuration>(
              {.name = "manual_configuration",
               .help = "Lines in HAProxy's own language that are put at the end of the virtual service's section. "
                       "HAProxy checks them; it reads files that they name with root's rights."},
              shaped_text({.type = "lines of plain characters",
                           .range = "up to 16,384 characters of printable ASCII, tabs and line ends, or empty",
                           .pattern = "[ -~\\t\\n]*",
                           .hint = "write HAProxy's keywords for a listen section, one a line, in ASCII",
                           .longest = 16384})),
          field<&Layer7Service::tls>({.name = "tls", .help = "TLS with clients, which ends at the load balancer."},
                                     structure<Tls>()),
          field<&Layer7Service::server_tls>({.name = "server_tls", .help = "TLS with real servers."},
                                            structure<ServerTls>()),
          field<&Layer7Service::health_check>(
              {.name = "health_check", .help = "What a real server must do to be sent clients."},
              structure<HealthCheck>()),
          field<&Layer7Service::real_servers>(
              {.name = "real_servers", .help = "The servers that answer this virtual service's clients."},
              list<Layer7Server>()))
          .explain("protocol", kProtocolHint)
          .explain("forwarding_method", "at layer 7 the load balancer always connects to the real server itself");
  return table;
}

VirtualService common_part(const Layer7Service& service) {
  VirtualService common;
  common.label = service.label;
  common.address = service.address;
  common.ports = service.ports;
  common.interface = service.interface;
  common.forwarding_method = ForwardingMethod::kSnat;
  common.persistence.enabled = service.persistence != Layer7Persistence::kNone;
  common.slow_start = service.slow_start;
  common.feedback = service.feedback;
  common.health_check = service.health_check;
  common.fallback.mode = service.fallback_address            ? FallbackMode::kServer
                         : service.mode == Layer7Mode::kHttp ? FallbackMode::kPage
                                                             : FallbackMode::kNone;
  common.fallback.address = service.fallback_address;
  common.fallback.port = service.fallback_port;
  for (const auto& server : service.real_servers) {
    common.real_servers.push_back({.label = server.label,
                                   .address = server.address,
                                   .port = server.port,
                                   .weight = server.weight,
                                   .minimum_connections = server.minimum_connections,
                                   .maximum_connections = server.maximum_connections});
  }
  return common;
}

boost::json::value to_json(const Layer7Service& service, Secrets secrets) {
  return table<Layer7Service>().to_json(&service, secrets);
}

boost::json::value to_json(const Layer7Server& server, Secrets secrets) {
  return table<Layer7Server>().to_json(&server, secrets);
}

Parsed<Layer7Service> parse_layer7_service(const boost::json::value& document) {
  return parse_structure<Layer7Service>(document);
}

}  // namespace evenkeel::model
