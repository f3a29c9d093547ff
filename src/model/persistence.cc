#include "model/persistence.h"

#include "model/kinds.h"

namespace evenkeel::model {

template <>
const Table& table<Persistence>() {
  static const Table table = make_table<Persistence>(
      "persistence", "Whether a client comes back to the real server that it had before.",
      field<&Persistence::enabled>(
          {.name = "enabled",
           .help = "Send a client to the same real server again, on all ports and protocols of the virtual service. "
                   "PaperCut and Windows print servers do not need it."},
          boolean()),
      field<&Persistence::timeout>({.name = "timeout",
                                    .help = "How long a client is remembered after its last new connection.",
                                    .unit = "seconds"},
                                   integer<std::chrono::seconds>(1, 2678400)),
      field<&Persistence::ipv4_prefix>(
          {.name = "ipv4_prefix",
           .help = "Clients whose IPv4 addresses share this many leading bits count as one: 24 keeps a whole "
                   "/24 network together, 32 tells every client from the others.",
           .unit = "bits"},
          integer<int>(1, 32)),
      field<&Persistence::ipv6_prefix>(
          {.name = "ipv6_prefix",
           .help = "The same for IPv6 addresses: 64 keeps a client together that changes its temporary address.",
           .unit = "bits"},
          integer<int>(1, 128)));
  return table;
}

}  // namespace evenkeel::model
