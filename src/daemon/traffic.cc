// What is counted every second, and the alarms that come of it.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/blocking.h"
#include "daemon/controller.h"
#include "daemon/layer7_counters.h"

namespace evenkeel::daemon {
namespace {

using engines::l4_xdp::L4Engine;

constexpr std::chrono::seconds kSweepInterval{1};

}  // namespace

// What was counted before the start is no news.
void Controller::begin_counting() {
  if (const auto* engine = parts_.layer4.engine()) {
    if (const auto counters = engine->counters()) {
      look_for_full_table(counters->reasons);
      look_for_exhausted_source_ports(*counters);
    }
  }
  arm_sweep();
}

void Controller::arm_sweep() {
  sweep_timer_.expires_after(kSweepInterval);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    boost::asio::co_spawn(parts_.io, sweep_and_count(), boost::asio::detached);
  });
}

// In the worker, since with many connections and real servers it takes a while; the next time only after it.
boost::asio::awaitable<void> Controller::sweep_and_count() {
  if (auto* engine = parts_.layer4.engine()) {
    const auto swept = co_await run_blocking(parts_.worker, [engine] { return engine->sweep(); });
    if (!swept) spdlog::warn("{}", to_string(swept.error()));
  }
  co_await read_traffic();
  if (stopped_) co_return;
  look_for_scarce_source_ports();
  look_for_ended_drains();
  arm_sweep();
}

// Every second; with very many real servers so rarely that it takes a twentieth of the time.
boost::asio::awaitable<void> Controller::read_traffic() {
  constexpr int kShareOfTime = 20;
  const auto* engine = parts_.layer4.engine();
  const auto start = parts_.clock.steady_now();
  if (start < traffic_due_) co_return;
  L4Engine::Counters counters;
  auto read = start;
  if (engine != nullptr) {
    const auto whom = engine->counted();
    auto counted = co_await run_blocking(parts_.worker, [&] {
      read = parts_.clock.steady_now();
      return engine->counters(whom);
    });
    if (!counted || stopped_) co_return;
    counters = std::move(*counted);
    look_for_syn_floods(counters.half_open);
    look_for_full_table(counters.reasons);
    look_for_exhausted_source_ports(counters);
  }
  add_layer7(parts_.layer7.report(), counters);
  traffic_.add(read, counters);
  parts_.statistics.add(std::move(counters));
  traffic_due_ = start + kShareOfTime * (parts_.clock.steady_now() - read);
}

void Controller::look_for_syn_floods(const std::map<std::string, uint64_t>& half_open) {
  for (const auto& change : syn_flood_alarm_.update(configuration_, half_open)) {
    const std::string object = "virtual_service/" + change.virtual_service;
    spdlog::warn("{}: {}", object, change.sentence);
    parts_.events.append(change.is_flooded ? observed::EventKind::kSynFlood : observed::EventKind::kSynFloodOver,
                         object, change.sentence);
  }
}

void Controller::look_for_full_table(const std::vector<observed::Reason>& reasons) {
  const auto counted = std::ranges::find(reasons, "table_full", &observed::Reason::name);
  const uint64_t without_room = counted == reasons.end() ? 0 : counted->packets;
  const auto change = connection_table_alarm_.update(parts_.clock.steady_now(), without_room);
  if (!change) return;
  spdlog::warn("{}: {}", kConnectionTable, change->sentence);
  parts_.events.append(
      change->is_full ? observed::EventKind::kConnectionTableFull : observed::EventKind::kConnectionTableHasRoom,
      kConnectionTable, change->sentence);
}

void Controller::look_for_exhausted_source_ports(const L4Engine::Counters& counters) {
  std::map<std::string, uint64_t> without_port;
  for (const auto& [label, half_open] : counters.half_open) {  // every virtual service of layer 4 is there
    const auto counted = counters.service_reasons.find({label, "no_source_port"});
    without_port[label] = counted == counters.service_reasons.end() ? 0 : counted->second;
  }
  for (const auto& change : source_port_exhaustion_.update(parts_.clock.steady_now(), without_port)) {
    const std::string object = "virtual_service/" + change.virtual_service;
    spdlog::warn("{}: {}", object, change.sentence);
    parts_.events.append(
        change.is_exhausted ? observed::EventKind::kSourcePortsExhausted : observed::EventKind::kSourcePortsAvailable,
        object, change.sentence);
  }
}

// The whole table is read only when the live counts say that some source address may be short of ports, or was.
void Controller::look_for_scarce_source_ports() {
  constexpr std::chrono::seconds kInterval{10};
  const auto* engine = parts_.layer4.engine();
  const auto now = parts_.clock.steady_now();
  if (engine == nullptr || counting_source_ports_ || now < source_ports_due_) return;
  source_ports_due_ = now + kInterval;
  if (engine->most_source_ports() < SourcePortAlarm::kBegins && source_port_alarm_.scarce().empty()) return;
  counting_source_ports_ = true;
  boost::asio::co_spawn(parts_.io, count_source_ports(), boost::asio::detached);
}

boost::asio::awaitable<void> Controller::count_source_ports() {
  const auto counted = co_await source_ports();
  counting_source_ports_ = false;
  if (stopped_) co_return;
  if (!counted) {
    spdlog::warn("{}", to_string(counted.error()));
    co_return;
  }
  for (const auto& change : source_port_alarm_.update(*counted)) {
    const auto kind =
        change.is_scarce ? observed::EventKind::kSourcePortsScarce : observed::EventKind::kSourcePortsRecovered;
    const auto object = fmt::format("virtual_service/{}/real_server/{}", change.real_server.virtual_service,
                                    change.real_server.real_server);
    spdlog::warn("{}: {}", object, change.sentence);
    parts_.events.append(kind, object, change.sentence);
  }
}

}  // namespace evenkeel::daemon
