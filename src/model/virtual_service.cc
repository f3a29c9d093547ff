#include "model/virtual_service.h"

#include "model/kinds.h"

namespace evenkeel::model {

template <>
const Table& table<Fallback>() {
  static const Table table = make_table<Fallback>(
      "fallback", "Who answers when no real server may take a new connection.",
      field<&Fallback::mode>({.name = "mode",
                              .help = "Who answers when every real server is down, drained, "
                                      "halted or full."},
                             choice<FallbackMode>()),
      field<&Fallback::address>(
          {.name = "address",
           .help = "With mode server, the server that answers then. It is not health checked, and "
                   "may be one of the real servers. In direct routing it must hold the virtual "
                   "address and answer on the virtual service's own ports."},
          optional(ip_address())),
      field<&Fallback::port>({.name = "port",
                              .help = "The port that the fallback server listens on, where masq or the forwarding "
                                      "method allows another one. 0 means the port that the client asked for."},
                             integer<uint16_t>(0, 65535)),
      field<&Fallback::masq>({.name = "masq",
                              .help = "Reach the fallback server by NAT (MASQ) instead of the virtual service's own "
                                      "forwarding method: it needs no virtual address then and may listen on another "
                                      "port, but its answers must come back through the load balancer."},
                             boolean()),
      field<&Fallback::page>({.name = "page",
                              .help = "HTML of a fallback page of this virtual service's own. Empty means the page "
                                      "that all have in common."},
                             page_text()));
  return table;
}

template <>
const Table& table<Feedback>() {
  static const Table table = make_table<Feedback>(
      "feedback", "Weights that the real servers say themselves.",
      field<&Feedback::method>(
          {.name = "method",
           .help = "Whether an agent on each real server says how much of its weight it can take now. It is asked at "
                   "the interval of the health check, with its timeout and failure count; while it is silent the "
                   "weight is the configured one."},
          choice<FeedbackMethod>()),
      field<&Feedback::port>({.name = "port", .help = "The port of the agent, or of the page, on the real servers."},
                             integer<uint16_t>(1, 65535)),
      field<&Feedback::request>(
          {.name = "request",
           .help =
               "agent: a text that is sent to the agent first, with \\n for a line end; mostly none is needed. http: "
               "the path of the page, such as /load. A key in it is masked wherever the request is shown.",
           .shown = Shown::kMasked},
          request_text(Shown::kMasked)));
  return table;
}

template <>
const Table& table<VirtualService>() {
  static const Table table = make_table<VirtualService>(
      "virtual_service", "An address and ports on which clients find a group of real servers.",
      field<&VirtualService::label>({.name = "label",
                                     .help = "The virtual service's unique name, such as Papercut_WUI.",
                                     .need = Need::kRequired},
                                    label_text()),
      field<&VirtualService::address>(
          {.name = "address",
           .help = "The virtual IP address that clients connect to. The load balancer adds it to an interface.",
           .need = Need::kRequired},
          ip_address()),
      field<&VirtualService::ports>(
          {.name = "ports",
           .help = "The ports that clients connect to: one, a list (9191,9192,9193), ranges (800-900), a mix, or * for "
                   "all. All ports of one virtual service share health and persistence.",
           .need = Need::kRequired},
          port_set()),
      field<&VirtualService::protocol>({.name = "protocol", .help = "The transport protocol; DNS needs tcp_udp."},
                                       choice<Protocol>()),
      field<&VirtualService::interface>(
          {.name = "interface",
           .help = "The network interface that carries the virtual address, such as eth0. Empty means the one with a "
                   "network that contains the address."},
          interface_name()),
      field<&VirtualService::forwarding_method>(
          {.name = "forwarding_method", .help = "How packets get to the real servers."}, choice<ForwardingMethod>()),
      field<&VirtualService::source_addresses>(
          {.name = "source_addresses",
           .help =
               "With snat, the addresses that real servers see instead of the client's. The load balancer adds them "
               "to an interface, as it does the virtual address. Each carries about 64,000 connections to one real "
               "server and port. Empty means the virtual address itself."},
          ip_addresses(kMostSourceAddresses)),
      field<&VirtualService::scheduler>({.name = "scheduler", .help = "Which real server gets a new connection."},
                                        choice<Scheduler>()),
      field<&VirtualService::one_packet>(
          {.name = "one_packet",
           .help =
               "Schedule every datagram on its own and keep no connection, for UDP whose clients send everything "
               "from one port, such as syslog or RADIUS proxies. weighted_round_robin gives each its weight's share, "
               "weighted_least_connections draws lots, since nothing is counted. Not together with persistence."},
          boolean()),
      field<&VirtualService::persistence>(
          {.name = "persistence", .help = "Whether a client comes back to the real server that it had before."},
          structure<Persistence>()),
      field<&VirtualService::health_check>(
          {.name = "health_check", .help = "What a real server must do to be sent clients."}, structure<HealthCheck>()),
      field<&VirtualService::more_checks>(
          {.name = "more_checks",
           .help = "Further checks beside health_check, each with all of its settings; at most 15."},
          list<HealthCheck>()),
      field<&VirtualService::required_checks>(
          {.name = "required_checks",
           .help = "How many of the checks a real server must pass. 0 means every one, 1 means any."},
          integer<int>(0, kMostChecks)),
      field<&VirtualService::feedback>({.name = "feedback", .help = "Weights that the real servers say themselves."},
                                       structure<Feedback>()),
      field<&VirtualService::panic_threshold>(
          {.name = "panic_threshold",
           .help = "With a smaller share of healthy real servers, those that fail their checks are used again too, of "
                   "all tiers, so that the last ones are not overrun. Drained and halted ones stay out. 0 means never: "
                   "right for active and passive servers.",
           .unit = "percent"},
          integer<int>(0, 100)),
      field<&VirtualService::quorum>(
          {.name = "quorum",
           .help = "How many real servers must be usable for the virtual service to be up: with fewer, none gets new "
                   "connections and the fallback answers."},
          integer<int>(1, 65535)),
      field<&VirtualService::minimum_usable>(
          {.name = "minimum_usable",
           .help = "How many real servers must be usable: with fewer in the tiers in force, the tier of the next "
                   "priority is added."},
          integer<int>(1, 65535)),
      field<&VirtualService::failback>(
          {.name = "failback",
           .help = "Whether a more preferred tier takes over again as soon as it is usable. Without it the tier that "
                   "took over stays until it fails or an operator asks for failback."},
          boolean()),
      field<&VirtualService::slow_start>(
          {.name = "slow_start",
           .help = "How long a real server that comes up again, after it was down or halted, takes to its full weight: "
                   "it begins with a tenth and gets a tenth more in equal steps. 0 means at once.",
           .unit = "seconds"},
          integer<std::chrono::seconds>(0, 3600)),
      field<&VirtualService::on_failure>(
          {.name = "on_failure",
           .help = "What becomes of the established connections of a real server whose check fails."},
          choice<OnFailure>()),
      field<&VirtualService::on_halt>(
          {.name = "on_halt",
           .help = "What becomes of the established connections of a real server that an operator halts."},
          choice<OnHalt>()),
      field<&VirtualService::half_open_limit>(
          {.name = "half_open_limit",
           .help = "From how many TCP connections on whose clients have not completed the handshake new ones are taken "
                   "for a flood of SYNs. 0 means never."},
          integer<int>(0, 10000000)),
      field<&VirtualService::syn_flood>(
          {.name = "syn_flood",
           .help = "What happens to clients that ask for a connection while there are as many half-open ones as "
                   "half_open_limit says."},
          choice<SynFlood>()),
      field<&VirtualService::fallback>(
          {.name = "fallback", .help = "Who answers when no real server may take a new connection."},
          structure<Fallback>()),
      field<&VirtualService::alert_to>(
          {.name = "alert_to",
           .help = "Who gets mails about this virtual service: addresses, separated by commas. Empty means those of "
                   "alerts.email."},
          mail_addresses()),
      field<&VirtualService::alert_from>(
          {.name = "alert_from",
           .help = "Whom mails about this virtual service are from. Empty means what alerts.email says."},
          mail_address()),
      field<&VirtualService::real_servers>(
          {.name = "real_servers", .help = "The servers that answer this virtual service's clients."},
          list<RealServer>()));
  return table;
}

}  // namespace evenkeel::model
