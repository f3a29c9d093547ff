#include "model/real_server.h"

#include "model/kinds.h"

namespace evenkeel::model {

namespace {

constexpr const char* kOnePort =
    "a real server answers on the virtual service's ports; with nat and snat, \"port\" names another one; for a health "
    "check on another port use health_check.check_port";

}  // namespace

template <>
const Table& table<RealServer>() {
  static const Table table =
      make_table<RealServer>(
          "real_server", "A server that answers the clients of one virtual service.",
          field<&RealServer::label>({.name = "label",
                                     .help = "The real server's name, unique within its virtual service, such as PS1.",
                                     .need = Need::kRequired},
                                    label_text()),
          field<&RealServer::address>(
              {.name = "address",
               .help =
                   "The real server's own IP address. In direct routing the load balancer needs an interface in the "
                   "same subnet, and the real server must also hold the virtual address without answering ARP for it.",
               .need = Need::kRequired},
              ip_address()),
          field<&RealServer::port>(
              {.name = "port",
               .help = "The port that the real server listens on, where the virtual service has one port and its "
                       "forwarding method is nat or snat. 0 means the port that the client asked for."},
              integer<uint16_t>(0, 65535)),
          field<&RealServer::priority>(
              {.name = "priority",
               .help = "The tier that the real server belongs to. The lowest number is the first choice; the next tier "
                       "stands by until too few real servers of the tiers before it are usable."},
              integer<int>(1, 255)),
          field<&RealServer::weight>(
              {.name = "weight",
               .help =
                   "This server's share of the connections beside the others' weights: 200 gets twice as many as 100. "
                   "0 takes no new connections."},
              integer<uint16_t>(0, 65535)),
          field<&RealServer::minimum_connections>(
              {.name = "minimum_connections",
               .help = "A server that had reached its maximum takes new connections again once it has fewer than this. "
                       "0 means three quarters of the maximum."},
              integer<uint32_t>(0, 4294967295)),
          field<&RealServer::maximum_connections>(
              {.name = "maximum_connections",
               .help =
                   "With this many connections the server gets no new ones until some have ended. 0 means no limit."},
              integer<uint32_t>(0, 4294967295)))
          .explain("ports", kOnePort);
  return table;
}

}  // namespace evenkeel::model
