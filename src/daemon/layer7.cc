// Layer 7 as the controller sees it.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/controller.h"
#include "engines/l7_haproxy/structure.h"

namespace evenkeel::daemon {
namespace {

using engines::l7_haproxy::Way;

constexpr const char* kObject = "engine/l7_haproxy";

}  // namespace

void Controller::listen_to_proxy() {
  parts_.layer7.listen({
      .settled =
          [this](const engines::ApplyReport& report) {
            settle(reconciler_.note_layer7(report));
            layer7_settled_.cancel();
          },
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

std::string Controller::way_of_layer7(const model::Configuration& wanted) const {
  return way_between(compute(configuration_).layer7, compute(wanted).layer7);
}

std::string Controller::way_between(const desired::Layer7& from, const desired::Layer7& to) {
  const auto commands = engines::l7_haproxy::commands_between(from, to, {});
  if (!commands) return "reload";
  return commands->empty() ? "" : "commands";
}

void Controller::apply_layer7(const desired::Inputs& inputs) {
  auto want = desired::compute_layer7(inputs);
  announce(want);
  settle(reconciler_.apply_layer7(std::move(want)));
}

// For the one whose turn it is: what is answered then is what HAProxy has made of it.
boost::asio::awaitable<void> Controller::layer7_settled() {
  constexpr std::chrono::seconds kLongest{10};
  if (!parts_.layer7.is_busy()) co_return;
  layer7_settled_.expires_after(kLongest);
  boost::system::error_code woken;
  co_await layer7_settled_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
}

void Controller::announce(const desired::Layer7& layer7) {
  for (const auto& service : layer7.services) {
    announce_fallback(service.configuration.label, service.fallback_active);
  }
}

}  // namespace evenkeel::daemon
