#pragma once
// What the proxy of layer 7 counts. Since its worker began: a reload begins anew.

#include <cstdint>
#include <map>
#include <string>

#include "model/operator_action.h"

namespace evenkeel::observed {

struct Layer7Traffic {
  uint32_t connections = 0;  // now, with those that old workers still have
  uint32_t queued = 0;       // clients that wait for a real server
  uint64_t total = 0;        // connections; in http mode of a real server, requests
  uint32_t rate = 0;         // of them in the last second
  uint32_t request_rate = 0;
  uint64_t bytes_in = 0, bytes_out = 0;  // from clients, to clients
  uint64_t connect_errors = 0;
  uint64_t server_errors = 0;  // answers with 5xx, in http mode
};

struct Layer7Report {
  std::map<std::string, Layer7Traffic> virtual_services;  // by label
  std::map<model::RealServerKey, Layer7Traffic> real_servers;
  int old_workers = 0;  // that go on for their connections' sake
};

}  // namespace evenkeel::observed
