#pragma once
// Facts as the JSON of docs/api.md. Every sentence that may quote a request passes through model::mask_secrets here.

#include <boost/json.hpp>

#include "observed/arp_report.h"
#include "observed/connection.h"
#include "observed/event.h"
#include "observed/proxy_log.h"
#include "observed/snapshot.h"
#include "observed/source_ports.h"

namespace evenkeel::observed {

const char* to_string(RealServerState state);
const char* to_string(VirtualServiceState state);

boost::json::object to_json(const Counters& counters);
boost::json::object to_json(const Reason& reason);
// Of real servers: each of them in "real_servers", or only how many are in which state, in "server_states".
enum class Servers { kEach, kCounted };
boost::json::object to_json(const VirtualService& service, Servers servers = Servers::kEach);
boost::json::object to_json(const Layer7Service& service, Servers servers = Servers::kEach);  // layer7_json.cc
// {"old_workers", "workers", "services"}
boost::json::object layer7_to_json(const Snapshot& snapshot, Servers servers = Servers::kEach);
boost::json::object to_json(const ProxyWorker& worker);
boost::json::object to_json(const ProxyLogEntry& entry);
// All of it but the virtual services, which come one by one: the whole of a big farm need never be in memory twice.
boost::json::object header_to_json(const Snapshot& snapshot);
boost::json::object to_json(const Snapshot& snapshot);
boost::json::object to_json(const Connection& connection);
boost::json::object to_json(const PersistenceEntry& entry);
boost::json::object to_json(const SourcePorts& ports);
// The members that a row has besides when host names were asked for; null where there is none.
void add_names(boost::json::object& row, const Connection& connection);
// {"1s": {...} | null, "10s": ..., "60s": ...}: per second, to a tenth
boost::json::object to_json(const Windows<Rate>& rates);
boost::json::object to_json(const Windows<double>& rates);
boost::json::object to_json(const Explanation& explanation);
boost::json::object to_json(const Event& event);
boost::json::object to_json(const AlertStatus& alerts);
boost::json::object to_json(const ArpDiagnosis& diagnosis);
// {"state": "drain", "author": "root", "reason": "...", "at": "..."}
boost::json::object to_json(const model::OperatorAction& action);

}  // namespace evenkeel::observed
