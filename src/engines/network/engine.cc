#include "engines/network/engine.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "engines/network/announce.h"
#include "engines/network/mirror.h"
#include "engines/network/netlink.h"
#include "engines/network/next_hops.h"
#include "engines/network/ownership.h"
#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {
namespace {

constexpr int kConfirmationTurns = 5;
constexpr std::array kGroups{RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                             RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_NEIGH};

ObjectStatus failed(const char* kind, const IpAddress& address, std::string reason) {
  return {fmt::format("{}/{}", kind, address.to_string()), ObjectStatus::State::kFailed, std::move(reason)};
}

std::string kernel_refusal(const char* verb, const std::string& interface, int error_number) {
  return fmt::format("the kernel refused to {} it on {}: {}", verb, interface, std::strerror(error_number));
}

}  // namespace

class NetworkEngine::Impl {
 public:
  Impl(boost::asio::io_context& io, Options options, OnNextHop on_next_hop, OnTopology on_topology,
       NetlinkSocket events, NetlinkSocket requests, std::unique_ptr<Announcer> announcer)
      : io_(io),
        options_(std::move(options)),
        on_next_hop_(std::move(on_next_hop)),
        on_topology_(std::move(on_topology)),
        events_(std::move(events)),
        requests_(std::move(requests)),
        readable_(io, events_.fd()),
        confirmation_(io),
        ownership_(options_.state_directory),
        announcer_(std::move(announcer)) {}
  ~Impl() { readable_.release(); }  // events_ closes the descriptor

  Result<> start();
  std::vector<ObjectStatus> check(const desired::Network& want);
  Result<ApplyReport> apply(const desired::Network& want);
  std::vector<NextHop> next_hops() const { return hops_.all(); }
  std::optional<Interface> interface_of(const desired::VirtualAddress& address) const;
  std::vector<Interface> data_interfaces() const;

 private:
  // What events have changed since it was last acted upon.
  struct Unsettled {
    bool routes_unknown = false;
    bool topology = false;
    std::set<uint32_t> returned_links;  // came up, or have another MAC
    std::vector<IpAddress> neighbours;
    bool is_empty() const { return !routes_unknown && !topology && returned_links.empty() && neighbours.empty(); }
  };

  void wait_for_events();
  void wait_for_confirmation();
  Result<> refresh();  // takes all events that are there, and acts upon what is known of the mirror
  Result<> read_everything();
  Result<> read_routes();
  void note(const Change& change);
  void note_link(const Change& change, const Link& link);
  void settle();

  std::vector<ObjectStatus> arrange_addresses();
  void add_addresses(const std::vector<Placement>& add, std::vector<ObjectStatus>& statuses);
  void remove_addresses(const std::vector<InterfaceAddress>& remove, std::vector<ObjectStatus>& statuses);
  void remember(std::set<OwnedAddress> owned, std::vector<ObjectStatus>& statuses);
  void announce_on(uint32_t link_index);
  std::vector<ObjectStatus> arrange_next_hops();
  std::vector<ObjectStatus> refusals(const desired::Network& want) const;
  // Requests that are repeated from a timer anyway: their errors need no report.
  void publish(const NextHops::Outcome& outcome);

  boost::asio::io_context& io_;
  Options options_;
  OnNextHop on_next_hop_;
  OnTopology on_topology_;
  NetlinkSocket events_;
  NetlinkSocket requests_;
  boost::asio::posix::stream_descriptor readable_;
  boost::asio::steady_timer confirmation_;
  Mirror mirror_;
  Ownership ownership_;
  std::unique_ptr<Announcer> announcer_;
  NextHops hops_{mirror_};
  desired::Network want_;
  bool has_want_ = false;  // before the first apply nothing is removed, whatever was left by an earlier process
  Unsettled unsettled_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // handlers that are already queued outlive us
};

Result<> NetworkEngine::Impl::start() {
  if (auto read = read_everything(); !read) return read;
  wait_for_events();
  wait_for_confirmation();
  return {};
}

Result<> NetworkEngine::Impl::read_everything() {
  mirror_.clear();
  for (const uint16_t type : {RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH}) {
    auto read = requests_.dump(type, [this](const Change& change) { mirror_.apply(change); });
    if (!read) return read;
  }
  return {};
}

Result<> NetworkEngine::Impl::read_routes() {
  mirror_.clear_routes();
  return requests_.dump(RTM_GETROUTE, [this](const Change& change) { mirror_.apply(change); });
}

void NetworkEngine::Impl::wait_for_events() {
  readable_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                       [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                         if (error || alive.expired()) return;
                         // A failed read leaves what is known as it was; the next apply reports it if it lasts.
                         (void)refresh();
                         wait_for_events();
                       });
}

void NetworkEngine::Impl::wait_for_confirmation() {
  confirmation_.expires_after(options_.confirmation_interval / kConfirmationTurns);
  confirmation_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired()) return;
    publish({.changed = {}, .requests = hops_.confirm_some(kConfirmationTurns)});
    wait_for_confirmation();
  });
}

Result<> NetworkEngine::Impl::refresh() {
  auto complete = events_.drain([this](const Change& change) { note(change); });
  if (!complete) return fail(complete.error());
  if (!*complete) {
    if (auto read = read_everything(); !read) return read;
    unsettled_.topology = true;
    for (const auto& [index, link] : mirror_.links()) unsettled_.returned_links.insert(index);
  }
  if (!unsettled_.is_empty()) settle();
  return {};
}

void NetworkEngine::Impl::note(const Change& change) {
  if (const auto* neighbour = std::get_if<Neighbour>(&change.what)) {
    if (mirror_.apply(change)) unsettled_.neighbours.push_back(neighbour->address);
    return;
  }
  if (const auto* link = std::get_if<Link>(&change.what)) {
    note_link(change, *link);
    return;
  }
  if (!mirror_.apply(change)) return;
  unsettled_.topology = true;
  const bool is_address = std::holds_alternative<InterfaceAddress>(change.what);
  // The kernel does not report the routes that go with an address, nor which route was replaced.
  if (change.replaces || (is_address && change.kind == Change::Kind::kRemoved)) unsettled_.routes_unknown = true;
}

void NetworkEngine::Impl::note_link(const Change& change, const Link& link) {
  const Link* known = mirror_.link(link.index);
  const bool was_up = known != nullptr && known->is_up();
  const bool has_new_mac = known != nullptr && known->mac != link.mac;
  if (!mirror_.apply(change)) return;
  unsettled_.topology = true;
  // IPv4 routes go silently with their link.
  if (was_up != link.is_up() || change.kind == Change::Kind::kRemoved) unsettled_.routes_unknown = true;
  if (change.kind == Change::Kind::kPresent && link.is_up() && (!was_up || has_new_mac)) {
    unsettled_.returned_links.insert(link.index);
  }
}

void NetworkEngine::Impl::settle() {
  const Unsettled now = std::exchange(unsettled_, {});
  // Should the dump fail, the routes are as good as gone until the next change: next hops say so.
  if (now.routes_unknown) (void)read_routes();
  if (now.topology && has_want_) (void)arrange_addresses();  // on_topology leads to an apply that reports
  for (const uint32_t index : now.returned_links) announce_on(index);
  publish(now.topology ? hops_.evaluate_all() : hops_.evaluate(now.neighbours));
  if (!now.topology) return;
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && on_topology_) on_topology_();
  });
}

std::vector<ObjectStatus> NetworkEngine::Impl::check(const desired::Network& want) {
  // Not an effect on the system: only what it has already reported is taken note of.
  (void)refresh();
  return refusals(want);
}

std::vector<ObjectStatus> NetworkEngine::Impl::refusals(const desired::Network& want) const {
  std::vector<ObjectStatus> statuses;
  std::set<IpAddress> ours;
  for (const auto& address : want.virtual_addresses) {
    ours.insert(address.address);
    auto link = place(mirror_, ownership_, address);
    if (!link) statuses.push_back(failed("virtual_address", address.address, link.error().message));
  }
  for (const auto& address : want.on_link) {
    const bool is_ours = ours.contains(address) || mirror_.has_address(address);
    const std::string reason = refusal_of(mirror_, address, is_ours);
    if (!reason.empty()) statuses.push_back(failed("next_hop", address, reason));
  }
  return statuses;
}

Result<ApplyReport> NetworkEngine::Impl::apply(const desired::Network& want) {
  if (auto refreshed = refresh(); !refreshed) return fail(refreshed.error());
  want_ = want;
  has_want_ = true;
  ApplyReport report{.statuses = arrange_addresses()};
  std::ranges::move(arrange_next_hops(), std::back_inserter(report.statuses));
  return report;
}

std::vector<ObjectStatus> NetworkEngine::Impl::arrange_addresses() {
  std::vector<ObjectStatus> statuses;
  const AddressPlan plan = plan_addresses(mirror_, ownership_, want_.virtual_addresses);
  statuses.reserve(plan.refused.size());
  for (const auto& refused : plan.refused) {
    statuses.push_back(failed("virtual_address", refused.address, refused.reason));
  }
  auto owned = owned_now(mirror_, ownership_);
  for (const auto& placement : plan.add) owned.insert({placement.address, mirror_.link(placement.link_index)->name});
  remember(owned, statuses);
  add_addresses(plan.add, statuses);
  remove_addresses(plan_removals(mirror_, ownership_, want_.virtual_addresses, plan), statuses);
  remember(owned_now(mirror_, ownership_), statuses);
  return statuses;
}

void NetworkEngine::Impl::add_addresses(const std::vector<Placement>& add, std::vector<ObjectStatus>& statuses) {
  std::vector<Request> requests;
  requests.reserve(add.size());
  for (const auto& placement : add) requests.push_back(add_address_request(placement.address, placement.link_index));
  auto errors = requests_.execute(requests);
  for (size_t i = 0; i < add.size(); ++i) {
    const Link& link = *mirror_.link(add[i].link_index);
    const int error = errors ? (*errors)[i] : errors.error().system_errno;
    if (!errors || (error != 0 && error != EEXIST)) {
      statuses.push_back(failed("virtual_address", add[i].address, kernel_refusal("add", link.name, error)));
      continue;
    }
    if (error == EEXIST) continue;  // somebody was faster: the event tells who
    const IpAddress& address = add[i].address;
    mirror_.apply({.what = InterfaceAddress{link.index, {address, address.bits()}, address, kAddressProtocol}});
    announcer_->announce(address, link.index, link.mac);
  }
}

void NetworkEngine::Impl::remove_addresses(const std::vector<InterfaceAddress>& remove,
                                           std::vector<ObjectStatus>& statuses) {
  std::vector<Request> requests;
  requests.reserve(remove.size());
  for (const auto& address : remove) requests.push_back(remove_address_request(address));
  auto errors = requests_.execute(requests);
  for (size_t i = 0; i < remove.size(); ++i) {
    const IpAddress& address = remove[i].prefix.address;
    const int error = errors ? (*errors)[i] : errors.error().system_errno;
    const bool is_gone = errors && (error == 0 || error == EADDRNOTAVAIL || error == ENODEV);
    if (!is_gone) {
      const std::string& name = mirror_.link(remove[i].link_index)->name;
      statuses.push_back(failed("virtual_address", address, kernel_refusal("remove", name, error)));
      continue;
    }
    announcer_->forget(address, remove[i].link_index);
    mirror_.apply({.kind = Change::Kind::kRemoved, .what = remove[i]});
  }
}

void NetworkEngine::Impl::remember(std::set<OwnedAddress> owned, std::vector<ObjectStatus>& statuses) {
  auto remembered = ownership_.remember(std::move(owned));
  if (remembered) return;
  const std::string reason = "cannot remember which virtual addresses are ours: " + to_string(remembered.error());
  const ObjectStatus notice{"network/state_directory", ObjectStatus::State::kNotice, reason};
  if (std::ranges::find(statuses, notice) == statuses.end()) statuses.push_back(notice);
}

void NetworkEngine::Impl::announce_on(uint32_t link_index) {
  const Link* link = mirror_.link(link_index);
  if (link == nullptr) return;
  for (const auto& address : want_.virtual_addresses) {
    const InterfaceAddress* entry = mirror_.address_on(address.address, link_index);
    if (entry == nullptr || !ownership_.is_ours(*entry, link->name)) continue;
    announcer_->announce(address.address, link_index, link->mac);
  }
}

std::vector<ObjectStatus> NetworkEngine::Impl::arrange_next_hops() {
  hops_.want(want_.on_link);
  publish(hops_.evaluate_all());
  return refusals({.virtual_addresses = {}, .on_link = want_.on_link, .next_hops = {}});
}

void NetworkEngine::Impl::publish(const NextHops::Outcome& outcome) {
  (void)requests_.execute(outcome.requests);
  if (!on_next_hop_) return;
  for (const NextHop& hop : outcome.changed) {
    boost::asio::post(io_, [this, hop, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) on_next_hop_(hop);
    });
  }
}

std::optional<Interface> NetworkEngine::Impl::interface_of(const desired::VirtualAddress& address) const {
  auto link = place(mirror_, ownership_, address);
  if (!link) return std::nullopt;
  return Interface{(*link)->index, (*link)->name};
}

std::vector<Interface> NetworkEngine::Impl::data_interfaces() const {
  std::set<Interface> interfaces;
  const auto include = [&](const Link* link) {
    const Link* device = link != nullptr ? mirror_.device_of(*link) : nullptr;
    if (device != nullptr && !device->is_loopback()) interfaces.insert({device->index, device->name});
  };
  for (const auto& address : want_.virtual_addresses) {
    auto link = place(mirror_, ownership_, address);
    if (link) include(*link);
  }
  for (const NextHop& hop : hops_.all()) include(mirror_.link(hop.interface_index));
  return {interfaces.begin(), interfaces.end()};
}

NetworkEngine::NetworkEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NetworkEngine::~NetworkEngine() = default;

Result<std::unique_ptr<NetworkEngine>> NetworkEngine::open(boost::asio::io_context& io, Options options,
                                                           OnNextHop on_next_hop, OnTopology on_topology) {
  // Listening comes first, so that nothing is missed between the dump and the first event.
  std::vector<int> groups(kGroups.begin(), kGroups.end());
  auto events = NetlinkSocket::open(groups);
  if (!events) return fail(events.error());
  auto requests = NetlinkSocket::open({});
  if (!requests) return fail(requests.error());
  auto announcer = Announcer::open(io);
  if (!announcer) return fail(announcer.error());
  auto impl = std::make_unique<Impl>(io, std::move(options), std::move(on_next_hop), std::move(on_topology),
                                     std::move(*events), std::move(*requests), std::move(*announcer));
  if (auto started = impl->start(); !started) return fail(started.error());
  return std::unique_ptr<NetworkEngine>(new NetworkEngine(std::move(impl)));
}

std::vector<ObjectStatus> NetworkEngine::check(const desired::Network& want) const {
  return impl_->check(want);
}
Result<ApplyReport> NetworkEngine::apply(const desired::Network& want) {
  return impl_->apply(want);
}
std::vector<NextHop> NetworkEngine::next_hops() const {
  return impl_->next_hops();
}
std::optional<Interface> NetworkEngine::interface_of(const desired::VirtualAddress& address) const {
  return impl_->interface_of(address);
}
std::vector<Interface> NetworkEngine::data_interfaces() const {
  return impl_->data_interfaces();
}

}  // namespace evenkeel::engines::network
