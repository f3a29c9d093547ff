// What people ask to see.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/blocking.h"
#include "daemon/controller.h"
#include "daemon/layer7_counters.h"
#include "daemon/refusals.h"
#include "daemon/snapshot_builder.h"

namespace evenkeel::daemon {
namespace {

Error no_store() {
  return {ErrorCode::kUnavailable, "the store of revisions is damaged", "store", 0};
}

}  // namespace

// What it shows is in force.
observed::Snapshot Controller::snapshot() {
  apply_pending();
  const desired::State want = compute(configuration_);
  Facts facts{.configuration = configuration_,
              .revision = revision_,
              .read_only = parts_.writer == nullptr,
              .now = parts_.clock.wall_now(),
              .desired = want,
              .health = {},
              .paths = {},
              .operator_actions = operator_actions_,
              .next_hops = {},
              .interfaces = {},
              .statuses = reconciler_.statuses(),
              .counters = {},
              .notices = parts_.notices,
              .traffic = &traffic_,
              .alarms = source_port_alarm_.scarce(),
              .service_alarms = service_alarms(),
              .feedback = {}};
  for (auto& status : monitor_.statuses()) {  // by key
    const auto key = status.key;
    facts.health.insert_or_assign(facts.health.end(), key, std::move(status));
  }
  if (const auto& full = connection_table_alarm_.sentence(); !full.empty())
    facts.notices.push_back({kConnectionTable, full});
  std::ranges::move(conflict_notices(), std::back_inserter(facts.notices));
  std::ranges::move(parts_.web.notices(), std::back_inserter(facts.notices));
  std::ranges::move(certificate_notices(), std::back_inserter(facts.notices));
  std::ranges::move(confirmation_notices(), std::back_inserter(facts.notices));
  std::ranges::copy(parts_.statistics.notices(), std::back_inserter(facts.notices));
  for (auto& status : paths_.monitor().statuses()) {
    const auto key = status.key;
    facts.paths.insert_or_assign(key, std::move(status));
  }
  for (auto& status : feedback_.statuses()) {
    const auto key = status.key;
    facts.feedback.insert_or_assign(key, std::move(status));
  }
  for (auto& next_hop : parts_.network.next_hops()) {
    const auto address = next_hop.address;
    facts.next_hops.insert_or_assign(address, std::move(next_hop));
  }
  for (const auto& service : configuration_.virtual_services) {
    const auto interface = parts_.network.interface_of({service.address, service.interface});
    if (interface) facts.interfaces[service.label] = interface->name;
  }
  for (const auto& service : configuration_.layer7_services) {
    const auto interface = parts_.network.interface_of({service.address, service.interface});
    if (interface) facts.interfaces[service.label] = interface->name;
  }
  facts.layer7 = parts_.layer7.report();
  if (auto* engine = parts_.layer4.engine()) {
    if (auto counters = engine->counters()) {
      facts.counters = std::move(*counters);
    } else {
      facts.notices.push_back({"engine/l4_xdp", to_string(counters.error())});
    }
  }
  add_layer7(facts.layer7, facts.counters);
  auto snapshot = build_snapshot(facts);
  snapshot.alerts = parts_.alerts.statuses();
  return snapshot;
}

// What drops clients comes first.
std::map<std::string, std::string> Controller::service_alarms() const {
  auto alarms = source_port_exhaustion_.exhausted();
  for (const auto& [label, flood] : syn_flood_alarm_.flooded()) {
    std::string& alarm = alarms[label];
    alarm += (alarm.empty() ? "" : "; ") + flood;
  }
  return alarms;
}

// Without those of a layer that nobody counts at the moment.
std::map<model::RealServerKey, observed::Counters> Controller::connections_of_real_servers() const {
  std::map<model::RealServerKey, observed::Counters> counted;
  if (auto* engine = parts_.layer4.engine()) {
    if (auto counters = engine->counters()) counted = std::move(counters->real_servers);
  }
  for (const auto& [key, traffic] : parts_.layer7.report().real_servers) counted[key].active = traffic.connections;
  return counted;
}

Result<std::vector<config::Revision>> Controller::revisions(size_t limit) {
  if (parts_.reader == nullptr) return fail(no_store());
  return parts_.reader->revisions(limit);
}

Result<model::Configuration> Controller::configuration_of(int64_t revision) {
  if (parts_.reader == nullptr) return fail(no_store());
  return parts_.reader->configuration(revision);
}

boost::asio::awaitable<Result<observed::Page<observed::Connection>>> Controller::connections(
    observed::ConnectionFilter filter, uint64_t position) {
  auto* engine = parts_.layer4.engine();
  if (engine == nullptr) co_return fail(no_data_plane());
  co_return co_await run_blocking(parts_.worker, [&] { return engine->connections(filter, position); });
}

boost::asio::awaitable<Result<observed::Page<observed::PersistenceEntry>>> Controller::persistence(
    observed::ConnectionFilter filter, uint64_t position) {
  auto* engine = parts_.layer4.engine();
  if (engine == nullptr) co_return fail(no_data_plane());
  co_return co_await run_blocking(parts_.worker, [&] { return engine->persistence(filter, position); });
}

boost::asio::awaitable<Result<std::vector<observed::SourcePorts>>> Controller::source_ports() {
  auto* engine = parts_.layer4.engine();
  if (engine == nullptr) co_return fail(no_data_plane());
  co_return co_await run_blocking(parts_.worker, [&] { return engine->source_ports(); });
}

boost::asio::awaitable<std::map<IpAddress, std::string>> Controller::host_names(std::vector<IpAddress> addresses,
                                                                                std::chrono::milliseconds within) {
  co_return co_await parts_.host_names.find(std::move(addresses), within);
}

// What is there, but of which nothing was written yet, has a past without points.
boost::asio::awaitable<Result<statistics::Series>> Controller::statistics(statistics::Query query) {
  auto series = co_await parts_.statistics.read(query);
  if (series || series.error().code != ErrorCode::kNotFound) co_return series;
  const auto is_it = [&](const auto& service) {
    if (query.object == fmt::format("{}{}", statistics::kVirtualService, service.label)) return true;
    return std::ranges::any_of(service.real_servers, [&](const auto& server) {
      return query.object == fmt::format("{}{}/{}", statistics::kRealServer, service.label, server.label);
    });
  };
  const bool is_there = std::ranges::any_of(configuration_.virtual_services, is_it) ||
                        std::ranges::any_of(configuration_.layer7_services, is_it);
  if (!is_there) co_return fail(ErrorCode::kNotFound, "there is no such object, and there was none", query.object);
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(parts_.clock.wall_now().time_since_epoch());
  co_return statistics::empty_series(query, now.count());
}

Result<observed::Explanation> Controller::explain(const observed::ExplainQuery& query) {
  auto* engine = parts_.layer4.engine();
  if (engine == nullptr) return fail(no_data_plane());
  return engine->explain(query);
}

boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> Controller::test_alerts(std::string author) {
  co_return co_await parts_.alerts.test(std::move(author));
}

std::shared_ptr<void> Controller::subscribe(std::optional<uint64_t> after,
                                            std::function<void(const observed::Event&)> listener) {
  return parts_.events.subscribe(after, std::move(listener));
}

}  // namespace evenkeel::daemon
