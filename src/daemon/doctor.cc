// Who else claims our virtual addresses, and what the ARP doctor says about them.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "daemon/controller.h"

namespace evenkeel::daemon {
namespace {

constexpr size_t kMostConnections = 10'000;

bool keeps_address(const model::VirtualService& service) {
  return service.forwarding_method == model::ForwardingMethod::kDirectRouting ||
         service.forwarding_method == model::ForwardingMethod::kTunnel;
}

observed::Lamp lamp_of(const health::PathStatus& path) {
  using State = observed::Lamp::State;
  const auto state = path.verdict == health::Verdict::kUp     ? State::kUp
                     : path.verdict == health::Verdict::kDown ? State::kDown
                                                              : State::kUnknown;
  return {state, path.since, path.reason, path.last_probe};
}

}  // namespace

void Controller::watch_claims() {
  std::vector<ArpDoctor::Place> places;
  const auto add = [&](const auto& service) {
    const auto interface = parts_.network.interface_of({service.address, service.interface});
    if (!interface) return;
    const ArpDoctor::Place place{service.address, interface->name};
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
  };
  std::ranges::for_each(configuration_.virtual_services, add);
  std::ranges::for_each(configuration_.layer7_services, add);
  if (auto watched = doctor_.watch(std::move(places)); !watched) spdlog::warn("{}", to_string(watched.error()));
}

void Controller::on_conflict(const IpAddress& address, const MacAddress& mac, bool is_claimed) {
  const auto object = "virtual_address/" + address.to_string();
  const auto message = is_claimed
                           ? fmt::format("{} says that {} is its own", doctor_.in_words(mac), address.to_string())
                           : fmt::format("{} no longer answers for it", doctor_.in_words(mac));
  parts_.events.append(is_claimed ? observed::EventKind::kAddressConflict : observed::EventKind::kAddressUnique, object,
                       message);
  spdlog::warn("{}: {}", object, message);
}

std::vector<observed::Notice> Controller::conflict_notices() const {
  std::vector<observed::Notice> notices;
  for (const auto& [address, mac] : doctor_.conflicts().all()) {
    notices.push_back({"virtual_address/" + address.to_string(),
                       fmt::format("{} answers for it too: clients may go there past the load balancer. What to do: "
                                   "evenkeel doctor arp {}",
                                   doctor_.in_words(mac), address.to_string())});
  }
  return notices;
}

void Controller::add_keepers(observed::ArpDiagnosis& diagnosis,
                             const std::vector<observed::Connection>& half_open) const {
  for (const auto& service : configuration_.virtual_services) {
    if (service.address != diagnosis.address || !keeps_address(service)) continue;
    for (const auto& server : service.real_servers) {
      observed::KeeperStatus keeper{.virtual_service = service.label,
                                    .real_server = server.label,
                                    .address = server.address,
                                    .path = {},
                                    .half_open = 0,
                                    .claims_address = false};
      if (const auto* path = paths_.monitor().find({service.label, server.label})) keeper.path = lamp_of(*path);
      keeper.half_open = static_cast<uint64_t>(std::ranges::count_if(half_open, [&](const auto& connection) {
        return connection.virtual_service == service.label && connection.real_server == server.label;
      }));
      keeper.claims_address = std::ranges::find(diagnosis.claimants, server.address, &observed::Claimant::address) !=
                              diagnosis.claimants.end();
      diagnosis.keepers.push_back(std::move(keeper));
    }
  }
}

// As many as a diagnosis needs: under a flood there are a million, and they say the same.
boost::asio::awaitable<std::vector<observed::Connection>> Controller::half_open_connections() {
  std::vector<observed::Connection> found;
  observed::ConnectionFilter filter;
  filter.state = "SYN_RECV";
  std::optional<uint64_t> position = 0;
  while (position && found.size() < kMostConnections) {
    auto page = co_await connections(filter, *position);
    if (!page) break;
    std::ranges::move(page->rows, std::back_inserter(found));
    position = page->next;
  }
  co_return found;
}

boost::asio::awaitable<Result<std::vector<observed::ArpDiagnosis>>> Controller::diagnose_arp(
    std::optional<IpAddress> virtual_address) {
  if (virtual_address && std::ranges::none_of(configuration_.virtual_services, [&](const auto& service) {
        return service.address == *virtual_address;
      })) {
    co_return fail(ErrorCode::kNotFound,
                   fmt::format("{} is the address of no virtual service", virtual_address->to_string()));
  }
  co_await doctor_.ask(virtual_address);
  const std::vector<observed::Connection> half_open = co_await half_open_connections();
  auto findings = doctor_.findings(virtual_address);
  for (auto& diagnosis : findings) add_keepers(diagnosis, half_open);
  co_return findings;
}

}  // namespace evenkeel::daemon
