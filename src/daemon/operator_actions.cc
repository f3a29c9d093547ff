// What operators say of what is there: drain, halt, online, failback, persistence forgotten.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <ranges>
#include <set>

#include "base/blocking.h"
#include "daemon/controller.h"
#include "daemon/refusals.h"
#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

bool exists(const model::Configuration& configuration, const model::RealServerKey& key) {
  const auto has_it = [&](const auto& service) {
    return service.label == key.virtual_service && std::ranges::any_of(service.real_servers, [&](const auto& server) {
             return server.label == key.real_server;
           });
  };
  return std::ranges::any_of(configuration.virtual_services, has_it) ||
         std::ranges::any_of(configuration.layer7_services, has_it);
}

// The labels that are given exist.
template <class Service>
bool names_something(const std::vector<Service>& services, const observed::ConnectionFilter& filter) {
  if (filter.virtual_service.empty() && filter.real_server.empty()) return true;
  return std::ranges::any_of(services, [&](const Service& service) {
    if (!filter.virtual_service.empty() && service.label != filter.virtual_service) return false;
    return filter.real_server.empty() || std::ranges::any_of(service.real_servers, [&](const auto& server) {
             return server.label == filter.real_server;
           });
  });
}

std::string in_words(const observed::ConnectionFilter& filter) {
  if (filter.real_server.empty()) return "virtual service " + filter.virtual_service;
  const std::string of = filter.virtual_service.empty() ? "" : " in virtual service " + filter.virtual_service;
  return "real server " + filter.real_server + of;
}

// What the event is about; empty: more than one.
std::string object_of(const observed::ConnectionFilter& filter) {
  if (filter.virtual_service.empty()) return "";
  return "virtual_service/" + filter.virtual_service +
         (filter.real_server.empty() ? "" : "/real_server/" + filter.real_server);
}

}  // namespace

boost::asio::awaitable<Result<>> Controller::act(std::vector<model::OperatorAction> actions) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (parts_.writer == nullptr) co_return fail(read_only_error());
  for (const auto& action : actions) {
    if (exists(configuration_, action.key)) continue;
    co_return fail(ErrorCode::kNotFound, fmt::format("virtual service {} has no real server {}",
                                                     action.key.virtual_service, action.key.real_server));
  }
  co_return co_await say(std::move(actions));
}

// For the one whose turn it is.
boost::asio::awaitable<Result<>> Controller::say(std::vector<model::OperatorAction> actions) {
  auto recorded = co_await run_blocking(parts_.worker, [&]() -> Result<> {
    for (const auto& action : actions) {
      if (auto one = parts_.writer->record(action); !one) return fail(one.error());
    }
    return {};
  });
  if (!recorded) co_return fail(recorded.error());
  std::set<std::string> services;
  for (auto& action : actions) {
    services.insert(action.key.virtual_service);
    put_in_force(std::move(action));
  }
  apply_services(services);
  co_await layer7_settled();
  co_return Result<>{};
}

void Controller::put_in_force(model::OperatorAction action) {
  const auto* verb = action.state == model::OperatorState::kDrain  ? "drained"
                     : action.state == model::OperatorState::kHalt ? "halted"
                                                                   : "brought online";
  parts_.events.append(
      observed::EventKind::kOperatorAction,
      fmt::format("virtual_service/{}/real_server/{}", action.key.virtual_service, action.key.real_server),
      fmt::format("{} by {}{}{}", verb, action.author, action.reason.empty() ? "" : ": ", action.reason));
  if (action.state == model::OperatorState::kOnline) {
    operator_actions_.erase(action.key);
  } else {
    const auto key = action.key;
    operator_actions_.insert_or_assign(key, std::move(action));
  }
}

// Without a store that can be written, a drain stays what it is: its end would not outlive a restart.
void Controller::look_for_ended_drains() {
  if (ending_drains_ || parts_.writer == nullptr || !has_deadline(operator_actions_)) return;
  ending_drains_ = true;
  boost::asio::co_spawn(parts_.io, end_drains(), boost::asio::detached);
}

boost::asio::awaitable<void> Controller::end_drains() {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  ending_drains_ = false;
  // Only now: while this waited for its turn, somebody may have said something else.
  auto halts = halts_due(operator_actions_, connections_of_real_servers(), parts_.clock.wall_now());
  if (halts.empty() || stopped_) co_return;
  if (auto said = co_await say(std::move(halts)); !said) spdlog::warn("{}", to_string(said.error()));
}

Result<int> Controller::fail_back(const std::string& virtual_service, const std::string& author) {
  const auto& services = configuration_.virtual_services;
  if (std::ranges::find(services, virtual_service, &model::VirtualService::label) == services.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no virtual service {}", virtual_service));
  }
  parts_.events.append(observed::EventKind::kOperatorAction, "virtual_service/" + virtual_service,
                       "failback by " + author);
  active_tier_[virtual_service] = 0;  // with nothing that took over, the most preferred usable tier comes first
  apply_services({virtual_service});
  remember_verdicts();
  return active_tier_[virtual_service];
}

// In steps, so that a change of the configuration need not wait for the whole table.
boost::asio::awaitable<Result<uint64_t>> Controller::clear_persistence(observed::ConnectionFilter filter,
                                                                       std::string author) {
  auto* engine = parts_.layer4.engine();
  const bool is_in_layer4 = names_something(configuration_.virtual_services, filter);
  const bool is_in_layer7 = names_something(configuration_.layer7_services, filter);
  if (!is_in_layer4 && !is_in_layer7) {
    co_return fail(ErrorCode::kNotFound, fmt::format("there is no {}", in_words(filter)));
  }
  if (is_in_layer4 && engine == nullptr) co_return fail(no_data_plane());
  auto forgotten = co_await clear_layer7(filter);
  if (!forgotten) co_return fail(forgotten.error());
  uint64_t cleared = *forgotten;
  for (auto position = is_in_layer4 ? std::optional<uint64_t>(0) : std::nullopt; position;) {
    const auto page =
        co_await run_blocking(parts_.worker, [&] { return engine->clear_persistence(filter, *position); });
    if (!page) co_return fail(page.error());
    cleared += page->cleared;
    position = page->next;
  }
  parts_.events.append(observed::EventKind::kPersistenceCleared, object_of(filter),
                       fmt::format("{} cleared {} persistence entr{}{}", author, cleared, cleared == 1 ? "y" : "ies",
                                   filter.client ? " of " + filter.client->to_string() : ""));
  co_return cleared;
}

}  // namespace evenkeel::daemon
