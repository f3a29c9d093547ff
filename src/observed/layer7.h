#pragma once
// What the proxy of layer 7 counts. Totals are those of all workers since evenkeeld began, or HAProxy if that was
// later; what is the most, the longest or an average is that of the worker that serves.

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/operator_action.h"

namespace evenkeel::observed {

// Of one part of what a request takes, or in tcp mode a connection.
struct ProxyTime {
  std::chrono::milliseconds average{0};  // of the last 1,024
  std::chrono::milliseconds longest{0};  // since the worker began
};

struct ProxyTimes {
  ProxyTime queue, connect, response, total;  // waiting for a server, for its acceptance, for its answer; all of it
};

struct Layer7Traffic {
  uint32_t connections = 0;  // now, with those that old workers still have
  uint32_t queued = 0;       // clients that wait for a real server
  uint64_t total = 0;        // connections; in http mode of a real server, requests
  uint32_t rate = 0;         // of them in the last second
  uint32_t request_rate = 0;
  uint64_t bytes_in = 0, bytes_out = 0;  // from clients, to clients
  uint64_t connect_errors = 0;
  uint64_t server_errors = 0;                                     // answers with 5xx, in http mode
  uint32_t most_connections = 0, most_queued = 0, most_rate = 0;  // at once; at once; in a second
  std::array<uint64_t, 6> answers{};                              // in http mode: with 1xx, 2xx, ..., 5xx, others
  ProxyTimes times = {};                                          // of a real server, and of all of a virtual service's
};

struct ProxyWorker {
  pid_t pid = 0;
  std::chrono::seconds age{0};
  bool is_old = false;       // it goes on only for the connections that it has
  uint64_t connections = 0;  // of clients
};

struct Layer7Report {
  std::map<std::string, Layer7Traffic> virtual_services;  // by label
  std::map<model::RealServerKey, Layer7Traffic> real_servers;
  int old_workers = 0;  // that go on for their connections' sake
  std::vector<ProxyWorker> workers;
};

}  // namespace evenkeel::observed
