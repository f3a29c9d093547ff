// Layer 7 as the controller sees it.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/blocking.h"
#include "daemon/controller.h"
#include "engines/l7_haproxy/reload_reason.h"
#include "engines/l7_haproxy/structure.h"

namespace evenkeel::daemon {
namespace {

using engines::l7_haproxy::Way;

constexpr const char* kObject = "engine/l7_haproxy";

}  // namespace

void Controller::listen_to_proxy() {
  parts_.layer7.listen({
      .settled = [this](const engines::ApplyReport& report) { settle(reconciler_.note_layer7(report)); },
      .changed =
          [this](Way way, std::chrono::milliseconds took) {
            if (way == Way::kCommands) return;
            const bool is_start = way == Way::kStart;
            const auto message =
                fmt::format("HAProxy was {} in {} ms", is_start ? "started" : "reloaded", took.count());
            spdlog::info("{}", message);
            parts_.events.append(is_start ? observed::EventKind::kProxyStarted : observed::EventKind::kProxyReloaded,
                                 kObject, message);
          },
      .ended =
          [this] {
            constexpr const char* kMessage = "HAProxy has ended: its connections are lost, and it is started again";
            spdlog::error("{}", kMessage);
            parts_.events.append(observed::EventKind::kProxyEnded, kObject, kMessage);
          },
  });
}

std::string Controller::way_between(const desired::Layer7& from, const desired::Layer7& to) {
  const auto commands = engines::l7_haproxy::commands_between(from, to, {});
  if (!commands) return "reload";
  return commands->empty() ? "" : "commands";
}

void Controller::set_way_of_layer7(const model::Configuration& wanted, api::ChangeResult& result) const {
  const auto before = compute(configuration_).layer7;
  const auto after = compute(wanted).layer7;
  const auto commands = engines::l7_haproxy::commands_between(before, after, {});
  if (!commands) {
    result.layer7 = "reload";
    result.layer7_reason = engines::l7_haproxy::reload_reason(before, after);
  } else if (!commands->empty()) {
    result.layer7 = "commands";
  }
}

// Of what HAProxy was asked for last.
std::string Controller::failure_of_layer7() const {
  const auto is_layer7 = [&](const std::string& object) {
    return object == kObject || std::ranges::any_of(configuration_.layer7_services, [&](const auto& service) {
             return object == "virtual_service/" + service.label;
           });
  };
  for (const auto& [object, status] : reconciler_.statuses()) {
    if (status.state == engines::ObjectStatus::State::kFailed && is_layer7(object)) {
      return object + ": " + status.reason;
    }
  }
  return {};
}

// For the one whose turn it is, when HAProxy has been asked to do it.
boost::asio::awaitable<void> Controller::note_failure(config::Revision& revision) {
  revision.failure = failure_of_layer7();
  if (revision.failure.empty()) co_return;
  const auto noted = co_await run_blocking(
      parts_.worker, [&] { return parts_.writer->note_failure(revision.number, revision.failure); });
  if (!noted) spdlog::warn("revision {} is not marked as failed: {}", revision.number, to_string(noted.error()));
}

void Controller::apply_layer7(const desired::Inputs& inputs) {
  auto want = desired::compute_layer7(inputs);
  announce(want);
  settle(reconciler_.apply_layer7(std::move(want)));
}

// For the one whose turn it is: what is answered then is what HAProxy has made of it.
boost::asio::awaitable<void> Controller::layer7_settled() {
  constexpr std::chrono::seconds kLongest{10};
  co_await parts_.layer7.settled(kLongest);
}

void Controller::announce(const desired::Layer7& layer7) {
  for (const auto& service : layer7.services) {
    announce_fallback(service.configuration.label, service.fallback_active);
  }
}

}  // namespace evenkeel::daemon
