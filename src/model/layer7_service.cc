#include "model/layer7_service.h"

#include "model/kinds.h"
#include "model/layer7_json.h"
#include "model/layer7_names.h"
#include "model/parse_structure.h"

namespace evenkeel::model {
namespace {

constexpr const char* kProtocolHint =
    "layer 7 is TCP alone: it ends the clients' connections, and UDP has none. Give UDP a layer-4 virtual service with "
    "forwarding_method snat on the same address and port";
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
          integer<uint32_t>(0, 1000000)));
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
              {.name = "cookie_name", .help = "The name of the cookie, with persistence http_cookie."}, cookie_name()),
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
          field<&Layer7Service::maximum_connections>(
              {.name = "maximum_connections",
               .help = "How many clients' connections there may be at once; further ones wait to be accepted."},
              integer<uint32_t>(1, 1000000)),
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
  common.health_check = service.health_check;
  common.fallback.mode = service.fallback_address ? FallbackMode::kServer : FallbackMode::kNone;
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
