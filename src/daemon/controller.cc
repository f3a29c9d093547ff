#include "daemon/controller.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace evenkeel::daemon {
namespace {

constexpr std::chrono::milliseconds kTopologySettles{100};

}  // namespace

Controller::Controller(Parts parts, Start start)
    : parts_(std::move(parts)),
      configuration_(std::move(start.configuration)),
      revision_(start.revision),
      certificates_(parts_.acme_thumbprint),
      uacme_(parts_.io, parts_.acme),
      acme_(
          parts_.io, parts_.clock, [this](certificates::AcmeRecord record) { return have_issued(std::move(record)); },
          [this](AcmeWatch::Order order, Result<certificates::Bundle> bundle) {
            return on_issued(std::move(order), std::move(bundle));
          }),
      ocsp_(parts_.io, parts_.clock,
            [this](const CertificateShelf::Question& question, Result<certificates::OcspAnswer> answer) {
              on_ocsp(question, std::move(answer));
            }),
      monitor_(
          parts_.io, parts_.clock, [this](const health::Status& status) { on_health(status); }, {}, parts_.scripts),
      out_of_turn_(parts_.io, parts_.clock, parts_.scripts),
      feedback_(parts_.io, parts_.clock, [this](const health::FeedbackStatus& status) { on_feedback(status); }),
      paths_(parts_.io, parts_.clock, configuration_, next_hops_,
             [this](const health::PathStatus& status) { on_path(status); }),
      doctor_(parts_.io, parts_.clock, configuration_, next_hops_,
              [this](const IpAddress& address, const MacAddress& mac, bool is_claimed) {
                on_conflict(address, mac, is_claimed);
              }),
      reconciler_({parts_.network, parts_.layer4, parts_.layer7, parts_.fallback_pages, [this] { return attach(); }},
                  parts_.clock),
      apply_timer_(parts_.io),
      retry_timer_(parts_.io),
      slow_start_timer_(parts_.io),
      sweep_timer_(parts_.io),
      topology_timer_(parts_.io),
      verdicts_timer_(parts_.io),
      certificates_timer_(parts_.io),
      confirmation_timer_(parts_.io),
      turn_freed_(parts_.io, boost::asio::steady_timer::time_point::max()) {
  confirmation_ = std::move(start.confirmation);
  expired_ = std::move(start.expired);
  for (auto& action : start.operator_actions) operator_actions_.insert_or_assign(action.key, std::move(action));
  for (const auto& error : certificates_.load(std::move(start.certificates), parts_.clock.wall_now())) {
    spdlog::error("{}", to_string(error));
    parts_.notices.push_back({error.object, error.message});
  }
}

Controller::~Controller() {
  stop();
}

void Controller::start() {
  if (auto known = parts_.verdicts.read()) {
    monitor_.restore(known->statuses);
    paths_.monitor().restore(known->paths);
    feedback_.restore(known->feedback);
    active_tier_ = std::move(known->active_tier);
  } else {
    spdlog::warn("{}: every real server is unknown until it is checked", to_string(known.error()));
  }
  parts_.alerts.configure(configuration_);
  parts_.events.append(observed::EventKind::kStarted, "", fmt::format("evenkeeld started with revision {}", revision_));
  resume_confirmation();
  listen_to_proxy();
  listen_to_fallback_pages();
  configure_health();
  apply_now();
  begin_counting();
  start_web();
  look_at_certificates();
  arm_certificates();
}

void Controller::stop() {
  if (stopped_) return;
  stopped_ = true;
  if (verdicts_to_remember_) write_verdicts();
  monitor_.stop();
  out_of_turn_.stop();
  feedback_.stop();
  paths_.monitor().stop();
  doctor_.stop();
  acme_.stop();
  uacme_.stop();
  ocsp_.stop();
  certificates_timer_.cancel();
  confirmation_timer_.cancel();
  parts_.layer7.stop();
  parts_.fallback_pages.stop();
  parts_.web.stop();
  apply_timer_.cancel();
  retry_timer_.cancel();
  slow_start_timer_.cancel();
  sweep_timer_.cancel();
  topology_timer_.cancel();
  verdicts_timer_.cancel();
  turn_freed_.cancel();
}

// Many verdicts that come together are applied together. With thousands of real servers that takes milliseconds: then
// the loop has some for everything else before the next time, but never so many that a dead server is left in too long.
void Controller::schedule_apply(const std::string& virtual_service) {
  if (stopped_) return;
  services_to_apply_.insert(virtual_service);
  if (services_to_apply_.size() > 1) return;
  apply_timer_.expires_after(apply_due_ - parts_.clock.steady_now());
  apply_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) apply_pending();
  });
}

void Controller::apply_pending() {
  constexpr int kRest = 4;
  constexpr std::chrono::milliseconds kLongestRest{20};
  if (stopped_ || services_to_apply_.empty()) return;
  const auto start = parts_.clock.steady_now();
  apply_services(std::exchange(services_to_apply_, {}));
  const auto end = parts_.clock.steady_now();
  apply_due_ = end + std::min<std::chrono::nanoseconds>(kRest * (end - start), kLongestRest);
  remember_verdicts();
}

std::map<model::RealServerKey, model::OperatorState> Controller::operator_said() const {
  std::map<model::RealServerKey, model::OperatorState> said;
  for (const auto& [key, action] : operator_actions_) said[key] = action.state;
  return said;
}

desired::State Controller::compute(const model::Configuration& configuration) const {
  return compute(configuration, certificates_.certificates());
}

desired::State Controller::compute(const model::Configuration& configuration,
                                   const desired::Certificates& certificates) const {
  return desired::compute(
      {configuration, health_, operator_said(), slow_start_.tenths(), active_tier_, feedback_said_, &certificates});
}

void Controller::apply_now() {
  const auto now = parts_.clock.steady_now();
  const auto said = operator_said();
  std::set<std::string> labels;
  for (const auto& service : configuration_.virtual_services) {
    labels.insert(service.label);
    slow_start_.observe(service, health_, said, now);
  }
  for (const auto& service : configuration_.layer7_services) {
    labels.insert(service.label);
    slow_start_.observe(model::common_part(service), health_, said, now);
  }
  slow_start_.keep_only(labels);
  auto want = compute(configuration_);
  std::erase_if(fallback_active_, [&](const auto& known) { return !labels.contains(known); });
  std::erase_if(in_panic_, [&](const auto& known) { return !labels.contains(known); });
  std::erase_if(active_tier_, [&](const auto& known) { return !labels.contains(known.first); });
  for (const auto& service : want.layer4.virtual_services) announce(service);
  announce(want.layer7);
  settle(reconciler_.apply(std::move(want)));
  watch_claims();
  arm_slow_start();
}

// For a change that concerns these virtual services and neither addresses nor who is in them.
void Controller::apply_services(const std::set<std::string>& labels) {
  const auto said = operator_said();
  const auto now = parts_.clock.steady_now();
  const desired::Inputs inputs{
      configuration_, health_, said, slow_start_.tenths(), active_tier_, feedback_said_, &certificates_.certificates()};
  for (const auto& service : configuration_.layer7_services) {
    if (labels.contains(service.label)) slow_start_.observe(model::common_part(service), health_, said, now);
  }
  std::vector<desired::VirtualService> changed;
  for (const auto& service : configuration_.virtual_services) {
    if (!labels.contains(service.label)) continue;
    slow_start_.observe(service, health_, said, now);
    changed.push_back(desired::compute_virtual_service(service, inputs));
  }
  for (const auto& service : changed) announce(service);
  settle(reconciler_.apply_services(std::move(changed)));
  apply_layer7(inputs);
  arm_slow_start();
}

void Controller::announce(const desired::VirtualService& service) {
  announce_panic(service);
  announce_fallback(service.label, service.fallback_active);
  note_tier(service);
}

void Controller::announce_panic(const desired::VirtualService& service) {
  if (service.panic && in_panic_.insert(service.label).second) {
    parts_.events.append(observed::EventKind::kPanicBegan, "virtual_service/" + service.label,
                         "too few real servers are healthy: those that fail their checks are used too");
  }
  if (!service.panic && in_panic_.erase(service.label) != 0) {
    parts_.events.append(observed::EventKind::kPanicEnded, "virtual_service/" + service.label,
                         "enough real servers are healthy again, or none is left to be added");
  }
}

void Controller::note_tier(const desired::VirtualService& service) {
  const int before = std::exchange(active_tier_[service.label], service.active_tier);
  if (before == service.active_tier) return;
  remember_verdicts();
  if (before == 0 || service.active_tier == 0) return;  // nothing took over from anything
  parts_.events.append(observed::EventKind::kTierChanged, "virtual_service/" + service.label,
                       fmt::format("tier {} takes over from tier {}", service.active_tier, before));
}

void Controller::announce_fallback(const std::string& label, bool is_active) {
  const bool was_active = fallback_active_.contains(label);
  if (is_active == was_active) return;
  if (is_active) {
    fallback_active_.insert(label);
    parts_.events.append(observed::EventKind::kFallbackActive, "virtual_service/" + label,
                         "no real server takes connections: the fallback answers");
  } else {
    fallback_active_.erase(label);
    parts_.events.append(observed::EventKind::kFallbackInactive, "virtual_service/" + label,
                         "a real server takes connections again");
  }
}

void Controller::settle(const std::vector<reconcile::StatusChange>& changes) {
  for (const auto& change : changes) {
    const auto& status = change.status;
    if (change.recovered) {
      spdlog::info("{}: accepted again", status.object);
      parts_.events.append(observed::EventKind::kObjectRecovered, status.object, "accepted again");
    } else if (status.state == engines::ObjectStatus::State::kFailed) {
      spdlog::warn("{}: {}", status.object, status.reason);
      parts_.events.append(observed::EventKind::kObjectFailed, status.object, status.reason);
    } else {
      spdlog::info("{}: {}", status.object, status.reason);
    }
  }
  arm_retry();
}

void Controller::arm_retry() {
  retry_timer_.cancel();
  const auto at = reconciler_.retry_at();
  if (!at || stopped_) return;
  retry_timer_.expires_after(*at - parts_.clock.steady_now());
  retry_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) settle(reconciler_.apply_again());
  });
}

void Controller::arm_slow_start() {
  slow_start_timer_.cancel();
  const auto now = parts_.clock.steady_now();
  const auto at = slow_start_.next_step(now);
  if (!at || stopped_) return;
  slow_start_timer_.expires_after(*at - now);
  slow_start_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) apply_services(slow_start_.ramping());
  });
}

engines::ApplyReport Controller::attach() {
  auto* engine = parts_.layer4.engine();
  if (engine == nullptr) return {};
  std::vector<engines::l4_xdp::L4Engine::Interface> interfaces;
  for (const auto& interface : parts_.network.data_interfaces()) {
    interfaces.push_back({interface.index, interface.name, interface.leaves_checksums});
  }
  // A data plane that was opened late has not heard of the next hops yet.
  for (const auto& next_hop : parts_.network.next_hops()) engine->set_next_hop(next_hop);
  return engine->attach(interfaces);
}

void Controller::on_next_hop(const engines::NextHop& next_hop) {
  if (stopped_) return;
  if (auto* engine = parts_.layer4.engine()) engine->set_next_hop(next_hop);
  const auto before = next_hops_.find(next_hop.address);
  const bool known = before != next_hops_.end() && !before->second.mac.is_zero();
  if (known && !next_hop.mac.is_zero() && before->second.mac != next_hop.mac) {
    parts_.events.append(observed::EventKind::kNextHopChanged, "next_hop/" + next_hop.address.to_string(),
                         fmt::format("{} is now at {} (was {})", next_hop.address.to_string(), next_hop.mac.to_string(),
                                     before->second.mac.to_string()));
  }
  next_hops_.insert_or_assign(next_hop.address, next_hop);
}

// A thousand addresses that come or go are one occasion to look again, not a thousand.
void Controller::on_topology() {
  if (stopped_ || std::exchange(topology_changed_, true)) return;
  topology_timer_.expires_after(kTopologySettles);
  topology_timer_.async_wait([this](const boost::system::error_code& error) {
    topology_changed_ = false;
    if (error || stopped_) return;
    settle(reconciler_.apply_again());
    watch_claims();
  });
}

}  // namespace evenkeel::daemon
