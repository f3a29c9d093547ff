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
const char* to_string(Lamp::State state);

boost::json::object to_json(const Counters& counters);
boost::json::object to_json(const Reason& reason);
// [{"name", "packets"}]
boost::json::array to_json(const std::vector<ReasonCount>& reasons);
boost::json::object to_json(const ProxyWorker& worker);  // layer7_json.cc
boost::json::object to_json(const ProxyLogEntry& entry);
// All of it but the virtual services, which are written one by one: see status_text.h.
boost::json::object header_to_json(const Snapshot& snapshot);
// {"old_workers", "workers"}
boost::json::object layer7_header_to_json(const Snapshot& snapshot);  // layer7_json.cc
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
