// Changes of the configuration. Each is durable before it is answered.

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <ranges>
#include <set>

#include "base/blocking.h"
#include "daemon/controller.h"
#include "daemon/refusals.h"
#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

using api::Changed;
using api::ChangeRefused;
using api::ChangeRequest;
using api::ChangeResult;

std::unexpected<ChangeRefused> refused(Error error, std::vector<model::Problem> problems = {}) {
  return std::unexpected<ChangeRefused>(ChangeRefused{std::move(error), std::move(problems)});
}

// Where in the configuration an engine's object stands.
std::vector<std::string> paths_of(const std::string& object, const model::Configuration& configuration) {
  std::vector<std::string> paths;
  for (size_t i = 0; i < configuration.virtual_services.size(); ++i) {
    const auto& service = configuration.virtual_services[i];
    const auto path = fmt::format("$.virtual_services[{}]", i);
    if (object == "virtual_service/" + service.label) paths.push_back(path);
    if (object == "virtual_address/" + service.address.to_string()) paths.push_back(path + ".address");
    if (object == fmt::format("virtual_service/{}/real_server/{}", service.label, model::kFallbackLabel) &&
        service.fallback.mode == model::FallbackMode::kServer) {
      paths.push_back(path + ".fallback");
    }
    if (service.fallback.address && object == "next_hop/" + service.fallback.address->to_string()) {
      paths.push_back(path + ".fallback.address");
    }
    for (size_t j = 0; j < service.real_servers.size(); ++j) {
      const auto& server = service.real_servers[j];
      const auto server_path = fmt::format("{}.real_servers[{}]", path, j);
      if (object == fmt::format("virtual_service/{}/real_server/{}", service.label, server.label)) {
        paths.push_back(server_path);
      }
      if (object == "next_hop/" + server.address.to_string()) paths.push_back(server_path + ".address");
    }
  }
  for (size_t i = 0; i < configuration.layer7_services.size(); ++i) {
    const auto& service = configuration.layer7_services[i];
    const auto path = fmt::format("$.layer7_services[{}]", i);
    if (object == "virtual_service/" + service.label) paths.push_back(path);
    if (object == "virtual_address/" + service.address.to_string()) paths.push_back(path + ".address");
  }
  if (object == "auto_nat") paths.emplace_back("$.auto_nat");
  if (paths.empty()) paths.emplace_back("$");
  return paths;
}

// The virtual services of a plan that only tunes what is there: weights, limits, scheduler, persistence. None
// when anything comes, goes, moves, is renamed or is checked differently.
std::optional<std::set<std::string>> services_tuned_by(const config::Plan& plan) {
  static const std::set<std::string_view> kTuning{"weight",
                                                  "minimum_connections",
                                                  "maximum_connections",
                                                  "scheduler",
                                                  "one_packet",
                                                  "priority",
                                                  "minimum_usable",
                                                  "failback",
                                                  "slow_start",
                                                  "on_failure",
                                                  "on_halt",
                                                  "half_open_limit",
                                                  "syn_flood",
                                                  "persistence.enabled",
                                                  "persistence.timeout",
                                                  "persistence.ipv4_prefix",
                                                  "persistence.ipv6_prefix"};
  constexpr std::string_view kService = "virtual_service/";
  std::set<std::string> services;
  for (const auto& change : plan.changes) {
    if (change.kind != config::ObjectChange::Kind::kModified || !change.renamed_from.empty()) return std::nullopt;
    if (!change.object.starts_with(kService)) return std::nullopt;
    for (const auto& field : change.fields) {
      if (!kTuning.contains(field.field)) return std::nullopt;
    }
    const auto label = change.object.substr(kService.size());
    services.insert(label.substr(0, label.find('/')));
  }
  return services;
}

// What a big document was parsed with lies scattered over the heap when the answer has been sent: a tenth of all memory
// with thousands of real servers.
void return_memory_later(boost::asio::io_context& io) {
  constexpr std::chrono::seconds kAnswered{1};
  auto timer = std::make_shared<boost::asio::steady_timer>(io, kAnswered);
  timer->async_wait([timer](boost::system::error_code error) {
    if (!error) malloc_trim(0);
  });
}

}  // namespace

boost::asio::awaitable<Changed<ChangeResult>> Controller::change(ChangeRequest request) {
  // What the request was made from: another change may come first while this one waits.
  const int64_t expected = request.expected_revision.value_or(revision_);
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (expected != revision_) {
    co_return refused({ErrorCode::kConflict,
                       fmt::format("revision {} came meanwhile, this change was made from {}: look at it and try again",
                                   revision_, expected),
                       "configuration", 0});
  }
  if (confirmation_ && !request.dry_run) co_return refused(error_while_waiting());
  if (auto refusal = refuse(request.configuration, certificates_))
    co_return std::unexpected<ChangeRefused>(std::move(*refusal));
  co_return co_await carry_out(std::move(request));
}

// For the one whose turn it is, when nothing speaks against it.
boost::asio::awaitable<Changed<ChangeResult>> Controller::carry_out(ChangeRequest request) {
  ChangeResult result;
  result.plan = config::plan(configuration_, request.configuration);
  set_way_of_layer7(request.configuration, result);
  for (const auto& problem : config::lint(request.configuration)) {
    result.warnings.push_back(problem.path + ": " + problem.message);
  }
  if (request.dry_run || (result.plan.empty() && !request.restores)) co_return result;

  const auto confirm_until =
      request.confirm_within.transform([&](auto within) { return parts_.clock.wall_now() + within; });
  auto revision = co_await commit(request, confirm_until);
  if (!revision) co_return refused(revision.error());
  if (confirm_until) {
    await_confirmation({revision->number, revision->number - 1, *confirm_until, request.author});
    result.confirmation = confirmation_;
  }
  const auto committed = parts_.clock.steady_now();
  put_in_force(std::move(request), *revision, result.plan);
  co_await layer7_settled();
  if (!result.layer7.empty()) co_await note_failure(*revision);
  result.applied_in = std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.steady_now() - committed);
  result.revision = *revision;
  std::ranges::move(warnings_for(configuration_), std::back_inserter(result.warnings));
  co_return result;
}

std::optional<ChangeRefused> Controller::refuse(const model::Configuration& wanted,
                                                const CertificateShelf& certificates) const {
  if (parts_.writer == nullptr) return ChangeRefused{read_only_error(), {}};
  auto problems = config::validate(wanted);
  if (problems.empty()) problems = certificates.problems_of(wanted);
  if (problems.empty()) problems = new_engine_problems(wanted, certificates);
  if (problems.empty()) return std::nullopt;
  return ChangeRefused{{ErrorCode::kInvalidArgument,
                        fmt::format("the configuration has {} problem{}; nothing was changed", problems.size(),
                                    problems.size() == 1 ? "" : "s"),
                        "", 0},
                       std::move(problems)};
}

// Only what this change would break: a cable that is out must not stop unrelated work.
std::vector<model::Problem> Controller::new_engine_problems(const model::Configuration& wanted,
                                                            const CertificateShelf& certificates) const {
  std::set<std::string> known;
  for (const auto& status : reconciler_.check(compute(configuration_))) known.insert(status.object);
  std::vector<model::Problem> problems;
  for (const auto& status : reconciler_.check(compute(wanted, certificates.certificates()))) {
    if (known.contains(status.object) || status.state != engines::ObjectStatus::State::kFailed) continue;
    for (auto& path : paths_of(status.object, wanted)) problems.push_back({std::move(path), status.reason, ""});
  }
  return problems;
}

boost::asio::awaitable<Result<config::Revision>> Controller::commit(const ChangeRequest& request,
                                                                    std::optional<WallTime> confirm_until) {
  co_return co_await run_blocking(parts_.worker, [&] {
    return parts_.writer->commit(request.configuration, request.author, request.comment, request.restores, revision_,
                                 confirm_until);
  });
}

// What was said and known about a real server stays with it under its new label; the store has done the same with what
// was said. First all leave their old labels, then all take the new ones: two servers may have swapped theirs.
void Controller::follow_renames(const model::Configuration& wanted) {
  std::map<model::RealServerKey, health::Status> known;
  for (auto& status : monitor_.statuses()) {
    const auto key = status.key;
    known.insert_or_assign(key, std::move(status));
  }
  std::vector<health::PathStatus> paths;
  OperatorActions moved;
  std::vector<health::Status> renamed;
  std::map<std::string, int> moved_tiers;
  const auto renames = config::renames(configuration_, wanted);
  parts_.statistics.follow(renames);
  for (const auto& rename : renames) {
    if (auto said = operator_actions_.extract(rename.from)) {
      said.mapped().key = rename.to;
      moved.insert_or_assign(rename.to, std::move(said.mapped()));
    }
    if (auto tier = active_tier_.extract(rename.from.virtual_service)) {
      moved_tiers.insert_or_assign(rename.to.virtual_service, tier.mapped());
    }
    if (const auto status = known.find(rename.from); status != known.end()) {
      renamed.push_back(status->second);
      renamed.back().key = rename.to;
    }
    if (const auto* path = paths_.monitor().find(rename.from)) {
      paths.push_back(*path);
      paths.back().key = rename.to;
    }
  }
  for (const auto& [label, tier] : moved_tiers) active_tier_.insert_or_assign(label, tier);
  for (auto& [key, action] : moved) operator_actions_.insert_or_assign(key, std::move(action));
  monitor_.restore(renamed);
  paths_.monitor().restore(paths);
}

void Controller::put_in_force(ChangeRequest request, const config::Revision& revision, const config::Plan& plan) {
  revision_ = revision.number;
  if (const auto services = services_tuned_by(plan)) {
    configuration_ = std::move(request.configuration);
    apply_services(*services);
  } else {
    follow_renames(request.configuration);
    configuration_ = std::move(request.configuration);
    configure_health();
    apply_now();
    parts_.alerts.configure(configuration_);
    return_memory_later(parts_.io);
    look_at_certificates();
  }
  parts_.events.append(observed::EventKind::kConfigurationCommitted, "configuration",
                       fmt::format("revision {} by {}: {} object{} changed", revision.number, revision.author,
                                   plan.changes.size(), plan.changes.size() == 1 ? "" : "s"));
}

std::vector<std::string> Controller::warnings_for(const model::Configuration& configuration) const {
  std::vector<std::string> warnings;
  for (const auto& [object, status] : reconciler_.statuses()) {
    if (paths_of(object, configuration).front() != "$") warnings.push_back(object + ": " + status.reason);
  }
  return warnings;
}

}  // namespace evenkeel::daemon
