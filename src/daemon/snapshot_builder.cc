#include "daemon/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/feedback.h"
#include "daemon/version.h"
#include "model/layer7_fallback.h"

namespace evenkeel::daemon {
namespace {

using engines::ObjectStatus;
using observed::RealServerState;
using observed::VirtualServiceState;

template <class Map, class Key>
const typename Map::mapped_type* find(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

const ObjectStatus* find_failure(const Facts& facts, const std::string& object) {
  const auto* status = find(facts.statuses, object);
  return status != nullptr && status->state == ObjectStatus::State::kFailed ? status : nullptr;
}

const ObjectStatus* find_failure(const Facts& facts, const model::VirtualService& service,
                                 const model::RealServer& server) {
  if (facts.statuses.empty()) return nullptr;  // mostly, and then ten thousand names need not be made
  const auto* const failure = find_failure(facts, "virtual_service/" + service.label + "/real_server/" + server.label);
  return failure != nullptr ? failure : find_failure(facts, "next_hop/" + server.address.to_string());
}

std::string by_router(const engines::NextHop& hop) {
  return hop.gateway.is_unspecified() ? "" : fmt::format(" by router {}", hop.gateway.to_string());
}

std::string describe(const engines::NextHop* hop) {
  if (hop == nullptr) return "";
  switch (hop->state) {
    case engines::NextHop::State::kReachable:
      return fmt::format("{} on {}{}", hop->mac.to_string(), hop->interface, by_router(*hop));
    case engines::NextHop::State::kResolving:
      return fmt::format("being resolved on {}{}", hop->interface, by_router(*hop));
    case engines::NextHop::State::kUnreachable:
      return fmt::format("no answer to ARP or ND on {}{}", hop->interface, by_router(*hop));
    case engines::NextHop::State::kNoRoute:
      return "no route leads to it";
  }
  return "";
}

RealServerState state_of(health::Verdict verdict) {
  switch (verdict) {
    case health::Verdict::kUp:
      return RealServerState::kUp;
    case health::Verdict::kDown:
      return RealServerState::kDown;
    case health::Verdict::kUnknown:
      return RealServerState::kUnknown;
  }
  return RealServerState::kUnknown;
}

void set_health(observed::RealServer& result, const health::Status* status) {
  result.reason = "not checked yet";
  if (status == nullptr) return;
  result.state = state_of(status->verdict);
  result.since = status->since;
  if (!status->reason.empty()) result.reason = status->reason;
  result.last_probe = status->last_probe;
  result.last_probe_duration = status->last_duration;
}

observed::Lamp::State lamp_of(health::Verdict verdict) {
  switch (verdict) {
    case health::Verdict::kUp:
      return observed::Lamp::State::kUp;
    case health::Verdict::kDown:
      return observed::Lamp::State::kDown;
    case health::Verdict::kUnknown:
      return observed::Lamp::State::kUnknown;
  }
  return observed::Lamp::State::kUnknown;
}

void set_lamps(observed::RealServer& result, const health::Status* status, const health::PathStatus* path) {
  if (status != nullptr) {
    result.server_check = {lamp_of(status->verdict), status->since, status->reason, status->last_probe};
  }
  if (path != nullptr) {
    result.path_check = {lamp_of(path->verdict), path->since, path->reason, path->last_probe};
  }
}

// A server that is up takes clients only along a path that is not broken.
void set_path(observed::RealServer& result, const health::PathStatus* path) {
  if (path == nullptr || result.state != RealServerState::kUp) return;
  if (path->is_pending) {
    result.state = RealServerState::kUnknown;
    result.since = path->since;
    result.reason = path->reason.empty() ? "its VIP path has not been checked yet" : "VIP path: " + path->reason;
  } else if (path->verdict == health::Verdict::kDown) {
    result.state = RealServerState::kDown;
    result.since = path->since;
    result.reason = path->reason;
  }
}

// A server takes no clients that its own agent does not want.
void set_feedback(observed::RealServer& result, const health::FeedbackStatus* status) {
  if (status == nullptr) return;
  result.feedback = to_observed(*status);
  if (result.state != RealServerState::kUp) return;
  const bool is_down = !status->said.is_up;
  if (!is_down && !status->said.takes_none()) return;
  result.state = is_down ? RealServerState::kDown : RealServerState::kDrained;
  result.reason = status->reason;
}

// What the operator said outranks health; what an engine refused outranks both.
void set_operator(observed::RealServer& result, const model::OperatorAction* action) {
  if (action == nullptr || action->state == model::OperatorState::kOnline) return;
  const bool halted = action->state == model::OperatorState::kHalt;
  result.operator_action = *action;
  result.state = halted ? RealServerState::kHalted : RealServerState::kDrained;
  result.since = action->at;
  result.reason = fmt::format("{} by {}", halted ? "halted" : "drained", action->author);
  if (!action->reason.empty()) result.reason += ": " + action->reason;
}

void set_standby(observed::RealServer& result, const desired::VirtualService& service,
                 const desired::RealServer& want) {
  if (result.state != RealServerState::kUp || want.takes_new) return;
  result.state = RealServerState::kStandby;
  result.reason = service.is_below_quorum ? "healthy, but there are fewer usable real servers than the quorum"
                                          : fmt::format("stands by as tier {}: another tier takes the connections",
                                                        result.configuration.priority);
}

// It fails its check and takes connections all the same.
bool is_used_in_panic(const observed::RealServer& result, const desired::VirtualService& service,
                      const desired::RealServer& want) {
  return service.panic && want.takes_new && result.state == RealServerState::kDown;
}

observed::RealServer build_real_server(const Facts& facts, const model::VirtualService& service,
                                       const model::RealServer& server, const desired::VirtualService& want_service,
                                       const desired::RealServer& want) {
  const model::RealServerKey key{service.label, server.label};
  observed::RealServer result;
  result.configuration = server;
  const auto* const path = find(facts.paths, key);
  const auto* const health = find(facts.health, key);
  set_health(result, health);
  set_lamps(result, health, path);
  set_path(result, path);
  set_feedback(result, find(facts.feedback, key));
  if (server.weight == 0) {
    result.state = RealServerState::kDrained;
    result.reason = "its weight is 0";
  }
  set_operator(result, find(facts.operator_actions, key));
  set_standby(result, want_service, want);
  const bool is_used = is_used_in_panic(result, want_service, want);
  if (is_used) result.reason = "panic: used although its check fails: " + result.reason;
  const auto* const failure = find_failure(facts, service, server);
  if (failure != nullptr) {
    result.state = RealServerState::kFailed;
    result.reason = failure->reason;
  }
  const bool takes_connections = result.state == RealServerState::kUp || (is_used && failure == nullptr);
  result.effective_weight = takes_connections ? want.weight : 0;
  result.next_hop = describe(find(facts.next_hops, server.address));
  if (const auto* counters = find(facts.counters.real_servers, key)) result.counters = *counters;
  if (facts.traffic != nullptr) result.rates = facts.traffic->of(key);
  if (const auto* alarm = find(facts.alarms, key)) result.alarm = *alarm;
  return result;
}

bool is_offline(const observed::RealServer& server) {
  return server.state == RealServerState::kDrained || server.state == RealServerState::kHalted;
}

void set_service_state(observed::VirtualService& result) {
  const auto& servers = result.real_servers;
  const auto up = std::ranges::count(servers, RealServerState::kUp, &observed::RealServer::state);
  const auto standby = std::ranges::count(servers, RealServerState::kStandby, &observed::RealServer::state);
  const auto offline = std::ranges::count_if(servers, is_offline);
  const auto all = std::ssize(servers);
  if (all == 0) {
    result.state = VirtualServiceState::kDown;
    result.reason = "it has no real servers";
  } else if (up > 0 && up + standby == all) {
    result.state = VirtualServiceState::kUp;
  } else if (up > 0) {
    result.state = VirtualServiceState::kDegraded;
    result.reason = fmt::format("{} of {} real servers take connections", up, all);
  } else if (offline == all) {
    result.state = VirtualServiceState::kOffline;
    result.reason = "all real servers were taken offline";
  } else {
    result.state = VirtualServiceState::kDown;
    result.reason = "no real server takes connections";
  }
}

void set_panic(const desired::VirtualService& want, observed::VirtualService& result) {
  result.panic = want.panic;
  if (!want.panic) return;
  const auto healthy = std::ranges::count(result.real_servers, RealServerState::kUp, &observed::RealServer::state);
  result.state = VirtualServiceState::kDegraded;
  result.reason = fmt::format("panic: {} of {} real servers are healthy, fewer than {} %: all of them are used",
                              healthy, result.real_servers.size(), result.configuration.panic_threshold);
}

void set_quorum(const desired::VirtualService& want, observed::VirtualService& result) {
  if (!want.is_below_quorum) return;
  result.state = VirtualServiceState::kDown;
  result.reason = fmt::format("fewer real servers are usable than the quorum of {}", result.configuration.quorum);
}

void set_alarm(const Facts& facts, observed::VirtualService& result) {
  if (const auto* alarm = find(facts.service_alarms, result.configuration.label)) result.alarm = *alarm;
  for (const auto& server : result.real_servers) {
    if (result.alarm.empty() && !server.alarm.empty()) result.alarm = server.configuration.label + ": " + server.alarm;
  }
}

// What an engine refused of the fallback server: it is no real server in the status.
const ObjectStatus* find_fallback_failure(const Facts& facts, const observed::VirtualService& result) {
  if (!result.layer7_fallback.empty()) return find_failure(facts, "virtual_service/" + result.layer7_fallback);
  const auto& service = result.configuration;
  const auto* failure =
      find_failure(facts, fmt::format("virtual_service/{}/real_server/{}", service.label, model::kFallbackLabel));
  return failure != nullptr ? failure : find_failure(facts, "next_hop/" + service.fallback.address->to_string());
}

// It stands on the virtual service.
void set_fallback(const Facts& facts, observed::VirtualService& result) {
  const auto& service = result.configuration;
  if (service.fallback.mode != model::FallbackMode::kServer) return;
  const auto* const layer7 = model::layer7_fallback(service, facts.configuration.layer7_services);
  if (layer7 != nullptr) result.layer7_fallback = layer7->label;
  const auto* const failure = find_fallback_failure(facts, result);
  if (failure == nullptr) return;
  if (!result.reason.empty()) result.reason += "; ";
  result.reason += "the fallback server cannot be used: " + failure->reason;
}

std::vector<observed::ReasonCount> reasons_of(const Facts& facts, const std::string& virtual_service) {
  std::vector<observed::ReasonCount> reasons;
  const auto& all = facts.counters.service_reasons;
  for (auto one = all.lower_bound({virtual_service, ""}); one != all.end(); ++one) {
    const auto& [of, packets] = *one;
    if (of.first != virtual_service) break;
    observed::ReasonCount& count = reasons.emplace_back(of.second, packets);
    if (facts.traffic != nullptr) count.rates = facts.traffic->of_reason(of);
  }
  return reasons;
}

observed::VirtualService build_virtual_service(const Facts& facts, const model::VirtualService& service,
                                               const desired::VirtualService& want) {
  observed::VirtualService result;
  result.configuration = service;
  result.active_tier = want.active_tier;
  result.real_servers.reserve(service.real_servers.size());
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    result.real_servers.push_back(
        build_real_server(facts, service, service.real_servers[i], want, want.real_servers[i]));
  }
  set_alarm(facts, result);
  set_service_state(result);
  set_panic(want, result);
  set_quorum(want, result);
  set_fallback(facts, result);
  const auto* failure = find_failure(facts, "virtual_service/" + service.label);
  if (failure == nullptr) failure = find_failure(facts, "virtual_address/" + service.address.to_string());
  if (failure != nullptr) {
    result.state = VirtualServiceState::kFailed;
    result.reason = failure->reason;
  }
  result.fallback_active =
      service.fallback.mode != model::FallbackMode::kNone &&
      service.health_check.type != model::HealthCheckType::kAlwaysOff &&
      std::ranges::none_of(result.real_servers, [](const auto& server) { return server.effective_weight > 0; });
  if (const auto* interface = find(facts.interfaces, service.label)) result.interface = *interface;
  if (const auto* counters = find(facts.counters.virtual_services, service.label)) result.counters = *counters;
  if (const auto* half_open = find(facts.counters.half_open, service.label)) result.half_open = *half_open;
  if (facts.traffic != nullptr) result.rates = facts.traffic->of(service.label);
  result.reasons = reasons_of(facts, service.label);
  return result;
}

// The common part as desired: what decides at layer 7 stands in its own form.
desired::VirtualService common_part(const desired::Layer7Service& want) {
  desired::VirtualService common;
  common.fallback_active = want.fallback_active;
  for (size_t i = 0; i < want.real_servers.size(); ++i) {
    auto& server = common.real_servers.emplace_back();
    server.weight = want.real_servers[i].weight;
    server.takes_new = want.real_servers[i].admission == desired::Admission::kAll;
  }
  return common;
}

observed::Layer7Service build_layer7_service(const Facts& facts, const desired::Layer7Service& want) {
  const auto& service = want.configuration;
  observed::Layer7Service result;
  result.configuration = service;
  result.common = build_virtual_service(facts, model::common_part(service), common_part(want));
  if (service.force_https && result.common.state == VirtualServiceState::kDown && service.real_servers.empty()) {
    result.common.state = VirtualServiceState::kUp;
    result.common.reason = "every client is sent to HTTPS";
  }
  if (const auto* traffic = find(facts.layer7.virtual_services, service.label)) result.traffic = *traffic;
  for (const auto& server : service.real_servers) {
    const auto* traffic = find(facts.layer7.real_servers, model::RealServerKey{service.label, server.label});
    result.real_servers.push_back(traffic == nullptr ? observed::Layer7Traffic{} : *traffic);
  }
  return result;
}

// Failures of single services and servers stand on the object itself; everything else is a notice.
bool is_shown_on_object(const ObjectStatus& status) {
  if (status.state == ObjectStatus::State::kNotice) return false;
  return status.object.starts_with("virtual_service/") || status.object.starts_with("virtual_address/") ||
         status.object.starts_with("next_hop/");
}

}  // namespace

observed::Snapshot build_snapshot(const Facts& facts) {
  observed::Snapshot snapshot;
  snapshot.version = kVersion;
  snapshot.revision = facts.revision;
  snapshot.read_only = facts.read_only;
  snapshot.at = facts.now;
  snapshot.notices = facts.notices;
  for (const auto& [object, status] : facts.statuses) {
    if (!is_shown_on_object(status)) snapshot.notices.push_back({object, status.reason});
  }
  for (const auto& [label, alarm] : facts.service_alarms) {
    snapshot.notices.push_back({"virtual_service/" + label, alarm});
  }
  for (const auto& [key, alarm] : facts.alarms) {
    snapshot.notices.push_back(
        {fmt::format("virtual_service/{}/real_server/{}", key.virtual_service, key.real_server), alarm});
  }
  const auto& services = facts.configuration.virtual_services;
  snapshot.virtual_services.reserve(services.size());
  for (size_t i = 0; i < services.size(); ++i) {
    snapshot.virtual_services.push_back(
        build_virtual_service(facts, services[i], facts.desired.layer4.virtual_services[i]));
  }
  for (const auto& want : facts.desired.layer7.services) {
    snapshot.layer7_services.push_back(build_layer7_service(facts, want));
  }
  snapshot.proxy_workers = facts.layer7.workers;
  snapshot.reasons = facts.counters.reasons;
  for (auto& reason : snapshot.reasons) {
    if (facts.traffic != nullptr) reason.rates = facts.traffic->of_reason(reason.name);
  }
  snapshot.connection_table_size = facts.counters.connection_table_size;
  snapshot.connection_table_used = facts.counters.connection_table_used;
  return snapshot;
}

}  // namespace evenkeel::daemon
