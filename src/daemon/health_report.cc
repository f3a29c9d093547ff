// Why a real server is up or down.

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "daemon/controller.h"
#include "daemon/health_targets.h"
#include "health/advice.h"
#include "health/composition.h"
#include "health/repeat_command.h"
#include "observed/health.h"
#include "observed/json.h"

namespace evenkeel::daemon {
namespace {

using observed::RealServerState;

const char* name_of(health::Outcome outcome) {
  switch (outcome) {
    case health::Outcome::kSuccess:
      return "success";
    case health::Outcome::kFailure:
      return "failure";
    case health::Outcome::kUnclear:
      return "unclear";
    case health::Outcome::kNotChecked:
      return "not_checked";
  }
  return "not_checked";
}

observed::Probe to_observed(const std::string& check, const health::ProbeRecord& record) {
  observed::Probe probe{check, record.at, record.duration, name_of(record.outcome), std::nullopt};
  if (!record.evidence) return probe;
  const auto& evidence = *record.evidence;
  const auto& trace = evidence.trace;
  probe.evidence = {
      evidence.reason, std::string(evidence.rule), trace.request, trace.answer, trace.connected, trace.secured,
      trace.first_byte};
  return probe;
}

// Of all checks together, newest first.
std::vector<observed::Probe> probes_of(const health::Monitor::Report& report) {
  std::vector<observed::Probe> probes;
  for (const auto& check : report) {
    for (const auto& record : check.probes) probes.push_back(to_observed(check.name, record));
  }
  std::ranges::sort(probes, std::greater(), &observed::Probe::at);
  return probes;
}

// What a person wants to ask again: the first check that is not well, else the main one.
const health::Monitor::CheckReport& foremost(const health::Monitor::Report& report) {
  const auto found = std::ranges::find_if(
      report, [](const auto& check) { return check.verdict != health::Verdict::kUp && !check.probes.empty(); });
  return found == report.end() ? report.front() : *found;
}

// What to do about the first check that is not well.
std::string advice_of(const health::Monitor::Report& report) {
  for (const auto& check : report) {
    if (check.verdict == health::Verdict::kUp || check.probes.empty() || !check.probes.front().evidence) continue;
    const std::string advice = health::advice(check.target, *check.probes.front().evidence);
    if (!advice.empty()) return report.size() == 1 ? advice : fmt::format("{}: {}", check.name, advice);
  }
  return {};
}

std::string look_at(const observed::RealServer& server, const std::string& service,
                    const std::optional<health::Monitor::Report>& report) {
  const std::string& label = server.configuration.label;
  switch (server.state) {
    case RealServerState::kDrained:
    case RealServerState::kHalted:
      if (!server.operator_action) return "give it a weight above 0";
      return fmt::format("evenkeel real-server online {} {} brings it back", service, label);
    case RealServerState::kFailed:
      return "its check does not matter: the data plane or the network refused it";
    case RealServerState::kStandby:
    case RealServerState::kUp:
      return {};
    case RealServerState::kDown:
    case RealServerState::kUnknown:
      break;
  }
  return report ? advice_of(*report) : std::string();
}

Error unknown(const model::RealServerKey& key) {
  return {ErrorCode::kNotFound,
          fmt::format("there is no real server {} in virtual service {}", key.real_server, key.virtual_service),
          {},
          0};
}

}  // namespace

Result<observed::RealServerHealth> Controller::health(const model::RealServerKey& key) {
  observed::Snapshot now = snapshot();
  std::vector<observed::VirtualService> services = std::move(now.virtual_services);
  for (auto& service : now.layer7_services) services.push_back(std::move(service.common));
  for (auto& service : services) {
    if (service.configuration.label != key.virtual_service) continue;
    const auto server = std::ranges::find(service.real_servers, key.real_server,
                                          [](const auto& one) { return one.configuration.label; });
    if (server == service.real_servers.end()) break;
    const auto report = monitor_.report(key);
    observed::RealServerHealth health;
    health.virtual_service = key.virtual_service;
    health.sentence = fmt::format("{} of {} is {} since {}: {}", key.real_server, key.virtual_service,
                                  observed::to_string(server->state), to_iso8601(server->since), server->reason);
    health.look_at = look_at(*server, key.virtual_service, report);
    if (report) {
      health.probes = probes_of(*report);
      health.repeat_with = health::repeat_command(foremost(*report).target, parts_.scripts.directory);
    }
    health.real_server = std::move(*server);
    return health;
  }
  return fail(unknown(key));
}

boost::asio::awaitable<Result<observed::TestResult>> Controller::test(const model::Configuration& wanted,
                                                                      model::RealServerKey key) {
  const auto target = health_target(wanted, key);
  if (!target) co_return fail(unknown(key));
  if (target->check.type == model::HealthCheckType::kFollow) {
    co_return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("this check asks nothing: test the real servers of {}, which it follows", target->check.follow));
  }
  const auto record = co_await out_of_turn_.probe(*target);
  if (!record) {
    co_return fail(ErrorCode::kUnavailable,
                   fmt::format("{} tests are running already: try again in a moment", health::OutOfTurn::kAtOnce));
  }
  co_return observed::TestResult{.virtual_service = key.virtual_service,
                                 .real_server = key.real_server,
                                 .probe = to_observed(health::name_of(target->check, target->port), *record),
                                 .look_at = health::advice(*target, *record->evidence),
                                 .repeat_with = health::repeat_command(*target, parts_.scripts.directory)};
}

}  // namespace evenkeel::daemon
