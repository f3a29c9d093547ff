#pragma once
// Rows of the connection table as people read them, and how they are asked for.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"

namespace evenkeel::observed {

// A row of "current connections", as ipvsadm -Lc has it.
struct Connection {
  std::string protocol;  // "TCP", "UDP"; "IP" for a persistence entry
  std::chrono::seconds expire{0};
  std::string state;  // "ESTABLISHED", "SYN_RECV", ..., "UDP"; "NONE" for a persistence entry
  Endpoint source;    // port 0 for a persistence entry
  Endpoint virtual_endpoint;
  Endpoint destination;
  std::optional<Endpoint> source_address;                   // SNAT: what the real server sees in place of the source
  std::string virtual_service, real_server;                 // labels
  int layer = 4;                                            // or 7: then what follows is known
  std::chrono::seconds age{0};                              // of the connection; in http mode of the request
  uint64_t bytes_in = 0, bytes_out = 0;                     // from the client, to it
  std::string source_name, virtual_name, destination_name;  // host names; empty: not asked for, or none
};

// A client, or its network, that persistence remembers.
struct PersistenceEntry {
  IpPrefix client;
  std::string key = {};  // at layer 7, what it is remembered by where that is no address: a cookie's value; masked
  std::string virtual_service, real_server;  // labels
  IpAddress destination;                     // of the real server
  std::chrono::seconds expire{0};
  bool is_confirmed = false;  // a handshake was completed; else the entry lasts as long as a half-open connection
};

// What is empty fits all. Labels that exist nowhere fit nothing.
struct ConnectionFilter {
  std::string virtual_service, real_server;
  std::string state, protocol;     // of connections: "ESTABLISHED", "TCP"
  std::optional<IpPrefix> client;  // an entry for a network fits when the two have addresses in common
};

// Tables are read in pages, so that neither memory nor any thread is taken for long by a large one.
template <class Row>
struct Page {
  std::vector<Row> rows;
  std::optional<uint64_t> next;  // where to go on; none: this was the last page
};

// A part of the persistence table, cleared.
struct ClearedPage {
  uint64_t cleared = 0;
  std::optional<uint64_t> next;
};

}  // namespace evenkeel::observed
