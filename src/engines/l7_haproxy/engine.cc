#include "engines/l7_haproxy/engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/state_file.h"
#include "engines/l7_haproxy/mask.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr std::chrono::seconds kObserveEvery{1};

std::string first_failure(const std::vector<ObjectStatus>& statuses) {
  const auto failed = std::ranges::find(statuses, ObjectStatus::State::kFailed, &ObjectStatus::state);
  return failed == statuses.end() ? "" : failed->object + ": " + failed->reason;
}

}  // namespace

HaproxyEngine::HaproxyEngine(boost::asio::io_context& io, const Clock& clock, RenderOptions options,
                             std::string log_file)
    : paths_(options.paths),
      proxy_(std::move(options), messages_),
      log_(paths_, std::move(log_file)),
      supervisor_(io, clock) {
  supervisor_.begin_with({.next = [this] { return work(); },
                          .settled = [this] { listener_.settled(report_); },
                          .ended =
                              [this] {
                                observed_ = {};
                                listener_.ended();
                              },
                          .look = [this] { return look(); },
                          .look_every = kObserveEvery});
}

HaproxyEngine::~HaproxyEngine() {
  stop();
}

void HaproxyEngine::stop() {
  supervisor_.stop();
  reader_.join();
}

std::vector<ObjectStatus> HaproxyEngine::check(const desired::Layer7& /*want*/) const {
  return {};
}

Result<ApplyReport> HaproxyEngine::apply(const desired::Layer7& want) {
  want_ = want;
  if (!want.services.empty()) {
    if (auto heard = log_.listen(); !heard) spdlog::warn("{}", to_string(heard.error()));
  }
  supervisor_.demand();
  return report_;
}

void HaproxyEngine::restart() {
  effort_ = Effort::kReload;
  supervisor_.demand();
}

Supervisor::Work HaproxyEngine::work() {
  return [this, want = want_, effort = std::exchange(effort_, Effort::kWhereNeeded)] {
    auto outcome = proxy_.apply(want, effort);
    proxy_.take_messages();
    const auto error = first_failure(outcome.statuses);
    return Supervisor::Done{.master = outcome.master,
                            .version = outcome.version,
                            .error = error,
                            .tell = [this, way = outcome.way, statuses = std::move(outcome.statuses)](
                                        std::chrono::milliseconds took) { note(way, statuses, took); }};
  };
}

void HaproxyEngine::note(Way way, std::vector<ObjectStatus> statuses, std::chrono::milliseconds took) {
  report_ = {std::move(statuses)};
  if (way != Way::kNothing) listener_.changed(way, took);
}

Supervisor::OnLoop HaproxyEngine::look() {
  proxy_.take_messages();
  return [this, observed = proxy_.observe()]() mutable { observed_ = std::move(observed); };
}

observed::EngineStatus HaproxyEngine::status() const {
  auto status = supervisor_.status();
  status.name = "haproxy";
  status.is_wanted = !want_.services.empty();
  return status;
}

std::string HaproxyEngine::configuration() const {
  return masked(read_state_file(paths_.configuration()));
}

Places HaproxyEngine::places() const {
  Places places;
  for (const auto& service : want_.services) {
    auto& servers = places[service.configuration.label];
    for (const auto& server : service.configuration.real_servers) servers.emplace(server.label, server.address);
  }
  return places;
}

std::shared_ptr<SessionReport> HaproxyEngine::sessions(observed::ConnectionFilter filter) const {
  return std::make_shared<SessionReport>(paths_, places(), std::move(filter));
}

std::shared_ptr<TableReport> HaproxyEngine::tables(observed::ConnectionFilter filter) const {
  return std::make_shared<TableReport>(paths_, places(), std::move(filter));
}

}  // namespace evenkeel::engines::l7_haproxy
