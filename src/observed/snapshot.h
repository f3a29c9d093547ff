#pragma once
// Facts, as they are now: what the API, CLI and UI show. Immutable once published.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "model/layer7_service.h"
#include "model/operator_action.h"
#include "model/virtual_service.h"
#include "observed/alert_status.h"
#include "observed/layer7.h"

namespace evenkeel::observed {

struct Counters {
  uint64_t packets = 0, bytes = 0, connections = 0;  // since the real server was added
  uint32_t active = 0, inactive = 0;                 // connections now; active = ESTABLISHED
  uint64_t packets_out = 0, bytes_out = 0;           // answers of NAT and SNAT; others' do not pass by
};

// Per second, over a window of time.
struct Rate {
  double connections = 0, packets = 0, bytes = 0, packets_out = 0, bytes_out = 0;
};
// The windows that are shown. None: there are no two readings for it yet.
template <class T>
struct Windows {
  std::optional<T> second, ten_seconds, minute;
};

// One word for a real server, from what the operator said, health, and the engines.
enum class RealServerState {
  kUp,       // takes new connections
  kStandby,  // healthy, but a more preferred tier takes the connections
  kDown,     // its check failed
  kUnknown,  // not checked yet
  kDrained,  // by the operator, its weight or its feedback agent
  kHalted,   // by the operator
  kFailed,   // an engine refused it: see reason
};

// One lamp: what a check says by itself, whatever the operator or an engine says besides.
struct Lamp {
  enum class State { kUp, kDown, kUnknown };
  State state = State::kUnknown;
  WallTime since;
  std::string reason;  // the last probe in words; secrets masked
  std::optional<WallTime> last_probe;
};

// What a real server's feedback agent says.
struct Feedback {
  std::string state;  // "ready", "drain", "maint", "down"; "silent": it does not answer; "unknown": not asked yet
  std::optional<int> percent;  // 0..100 of the weight; none: it has not said
  std::string answer;          // its last words
  std::string reason;          // in a sentence; secrets masked
};

struct RealServer {
  model::RealServer configuration;
  RealServerState state = RealServerState::kUnknown;
  WallTime since;
  std::string reason;  // why it is in this state, in words; secrets masked
  std::optional<model::OperatorAction> operator_action;
  uint16_t effective_weight = 0;
  std::optional<WallTime> last_probe;
  std::chrono::microseconds last_probe_duration{0};
  Lamp server_check;                 // at its own address
  std::optional<Lamp> path_check;    // at the virtual address, by the way of the clients; none: not asked for
  std::optional<Feedback> feedback;  // none: no agent is asked
  std::string next_hop;              // "02:00:00:00:00:21 on eth0", or what is wrong with it
  std::string alarm;                 // what will fail soon, such as source ports that run out; empty: nothing
  Counters counters;
  Windows<Rate> rates;
};

enum class VirtualServiceState {
  kUp,        // every real server is up
  kDegraded,  // some are
  kDown,      // all failed: fallback
  kOffline,   // all taken offline by the operator: fallback
  kFailed,    // an engine refused it: see reason
};

struct ReasonCount {  // of one virtual service
  std::string name;   // as in Snapshot::reasons, where the words are
  uint64_t packets = 0;
  Windows<double> rates;  // packets per second
};

struct VirtualService {
  model::VirtualService configuration;
  VirtualServiceState state = VirtualServiceState::kDown;
  bool fallback_active = false;
  bool panic = false;  // too few real servers are healthy: those that fail their checks are used too
  std::string reason;
  int active_tier = 0;          // of real servers, that takes the connections; 0: none has taken over
  std::string layer7_fallback;  // label of the layer-7 virtual service that is its fallback; empty: none is
  std::string interface;        // that carries the virtual address; empty when none does
  std::string alarm;       // no source ports, a flood of SYNs, or the first of its real servers' alarms; empty: nothing
  uint64_t half_open = 0;  // TCP connections whose clients have not completed the handshake
  Counters counters;
  Windows<Rate> rates;
  std::vector<ReasonCount> reasons = {};  // that happened to its packets; layer 4 only
  std::vector<RealServer> real_servers;
};

// `common` is what both layers have in common: states, reasons, who takes clients.
struct Layer7Service {
  model::Layer7Service configuration;
  VirtualService common;
  Layer7Traffic traffic;
  std::vector<Layer7Traffic> real_servers;  // in the order of common's
};

struct Notice {
  std::string object;   // "interface/eth0"
  std::string message;  // "generic XDP: about half the speed; the driver veth ..."
};

struct Reason {  // a named drop or pass reason and its count, of the whole machine
  std::string name, description;
  uint64_t packets = 0;
  std::string remedy;     // what to do about it, in words
  Windows<double> rates;  // packets per second
};

struct Snapshot {
  std::string version;
  int64_t revision = 0;    // in force; 0: none yet
  bool read_only = false;  // the store is damaged: changes are refused
  WallTime at;
  std::vector<Notice> notices;
  std::vector<VirtualService> virtual_services;
  std::vector<Layer7Service> layer7_services = {};
  std::vector<ProxyWorker> proxy_workers = {};
  std::vector<Reason> reasons;
  std::vector<AlertStatus> alerts;  // one for each way to be told; empty: there is none
  uint64_t connection_table_size = 0, connection_table_used = 0;
};

struct ExplainQuery {
  std::string virtual_service;  // label
  Endpoint client;
  std::optional<uint16_t> port;             // of the virtual service; none: its first
  std::optional<model::Protocol> protocol;  // kTcp or kUdp; none: the service's (TCP of TCP/UDP)
};
struct Explanation {
  std::string decision;  // "scheduler", "connection", "persistence", "fallback", "drop", "local", "not_ours"
  std::string sentence;  // why, in words
  std::string virtual_service, real_server;  // labels; empty when none
};

}  // namespace evenkeel::observed
