#include "engines/network/engine.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <utility>

#include "engines/network/address_keeper.h"
#include "engines/network/announce.h"
#include "engines/network/arp_flux.h"
#include "engines/network/auto_nat.h"
#include "engines/network/forwarding.h"
#include "engines/network/mirror.h"
#include "engines/network/netlink.h"
#include "engines/network/next_hops.h"
#include "engines/network/proxied.h"
#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {
namespace {

constexpr unsigned kConfirmationTurns = 5;
constexpr std::array kGroups{RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR,  RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
                             RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,    RTNLGRP_IPV6_RULE,   RTNLGRP_NEXTHOP,
                             RTNLGRP_NEIGH,      RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF};

ObjectStatus failed(const char* kind, const IpAddress& address, std::string reason) {
  return {fmt::format("{}/{}", kind, address.to_string()), ObjectStatus::State::kFailed, std::move(reason)};
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
        addresses_(mirror_, requests_, options_.state_directory, std::move(announcer)) {}
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
    bool paths = false;  // without the topology: it says that of itself
    bool settings = false;
    bool topology = false;
    std::set<uint32_t> returned_links;  // came up, or have another MAC
    std::vector<IpAddress> neighbours;
    bool is_empty() const {
      return !routes_unknown && !paths && !settings && !topology && returned_links.empty() && neighbours.empty();
    }
  };

  void wait_for_events();
  void wait_for_confirmation();
  Result<> refresh();  // takes all events that are there, and acts upon what is known of the mirror
  Result<> read_everything();
  Result<> read_routes();
  void note(const Change& change);
  void note_link(const Change& change, const Link& link);
  void settle();
  void follow_what_no_event_tells();

  std::vector<ObjectStatus> arrange_next_hops();
  NextHops::Outcome follow_paths();  // asks the kernel for all of them anew
  std::vector<ObjectStatus> address_refusals(const desired::Network& want) const;
  std::vector<ObjectStatus> next_hop_refusals(const desired::Network& want);
  std::vector<ObjectStatus> auto_nat_refusals(const desired::Network& want) const;
  std::vector<ObjectStatus> arp_flux() const {
    return arp_flux_notices(settings_, mirror_, addresses_.ownership(), want_);
  }
  void tell_topology();
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
  unsigned confirmation_turn_ = 0;
  Mirror mirror_;
  AddressKeeper addresses_;
  NextHops hops_{mirror_};
  KernelSettings settings_;
  KernelNftables nftables_;
  Forwarding forwarding_{settings_, options_.state_directory};
  AutoNat auto_nat_{nftables_, forwarding_};
  ProxiedServers proxied_{requests_, options_.state_directory};
  desired::Network want_;
  std::vector<ObjectStatus> arp_flux_;  // as last reported
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
    if (++confirmation_turn_ % kConfirmationTurns == 0) follow_what_no_event_tells();
    wait_for_confirmation();
  });
}

// Redirects, learned path MTUs, which of several routers is preferred because it answers; and whom the kernel answers
// ARP for.
void NetworkEngine::Impl::follow_what_no_event_tells() {
  publish(follow_paths());
  if (has_want_ && arp_flux() != arp_flux_) tell_topology();
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
  if (std::holds_alternative<Settings>(change.what)) unsettled_.settings = true;
  if (std::holds_alternative<Routing>(change.what)) unsettled_.paths = true;
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
  const bool was_away = known != nullptr && known->carrier_returns != link.carrier_returns;
  const bool is_present = change.kind == Change::Kind::kPresent;
  if (is_present && known != nullptr && known->name != link.name) addresses_.follow_rename(known->name, link.name);
  if (!mirror_.apply(change)) return;
  unsettled_.topology = true;
  // IPv4 routes go silently with their link.
  if (was_up != link.is_up() || change.kind == Change::Kind::kRemoved) unsettled_.routes_unknown = true;
  if (is_present && link.is_up() && (!was_up || was_away || has_new_mac)) {
    unsettled_.returned_links.insert(link.index);
  }
}

void NetworkEngine::Impl::settle() {
  const Unsettled now = std::exchange(unsettled_, {});
  // Should the dump fail, the routes are as good as gone until the next change: next hops say so.
  if (now.routes_unknown) (void)read_routes();
  if (now.topology && has_want_) (void)addresses_.arrange();  // on_topology leads to an apply that reports
  for (const uint32_t index : now.returned_links) addresses_.announce_on(index);
  const bool has_new_paths = now.topology || now.paths;
  const auto outcome = has_new_paths ? follow_paths() : hops_.evaluate(now.neighbours);
  publish(outcome);
  if (now.topology || now.settings || (now.paths && !outcome.changed.empty())) tell_topology();
}

void NetworkEngine::Impl::tell_topology() {
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && on_topology_) on_topology_();
  });
}

std::vector<ObjectStatus> NetworkEngine::Impl::check(const desired::Network& want) {
  // Not an effect on the system: only what it has already reported is taken note of.
  (void)refresh();
  auto statuses = address_refusals(want);
  std::ranges::move(next_hop_refusals(want), std::back_inserter(statuses));
  std::ranges::move(auto_nat_refusals(want), std::back_inserter(statuses));
  return statuses;
}

std::vector<ObjectStatus> NetworkEngine::Impl::address_refusals(const desired::Network& want) const {
  std::vector<ObjectStatus> statuses;
  for (const auto& address : want.virtual_addresses) {
    auto link = place(mirror_, addresses_.ownership(), address);
    if (!link) statuses.push_back(failed("virtual_address", address.address, link.error().message));
  }
  return statuses;
}

std::vector<ObjectStatus> NetworkEngine::Impl::next_hop_refusals(const desired::Network& want) {
  std::vector<ObjectStatus> statuses;
  std::set<IpAddress> ours;
  for (const auto& address : want.virtual_addresses) ours.insert(address.address);
  const auto is_ours = [&](const IpAddress& address) { return ours.contains(address) || mirror_.has_address(address); };
  const auto refuse = [&](const IpAddress& address, std::string reason) {
    if (!reason.empty()) statuses.push_back(failed("next_hop", address, std::move(reason)));
  };
  for (const auto& address : want.on_link) refuse(address, refusal_of(mirror_, address, is_ours(address)));
  std::vector<IpAddress> routed;  // what direct routing says of an address is more than enough
  std::ranges::set_difference(want.next_hops, want.on_link, std::back_inserter(routed));
  auto paths = requests_.find_paths(routed);
  for (size_t i = 0; paths && i < routed.size(); ++i) {
    refuse(routed[i], refusal_of(mirror_, routed[i], is_ours(routed[i]), (*paths)[i]));
  }
  return statuses;
}

Result<ApplyReport> NetworkEngine::Impl::apply(const desired::Network& want) {
  if (auto refreshed = refresh(); !refreshed) return fail(refreshed.error());
  want_ = want;
  has_want_ = true;
  addresses_.want(want.virtual_addresses);
  ApplyReport report{.statuses = addresses_.arrange()};
  const auto add = [&](std::vector<ObjectStatus> statuses) {
    std::ranges::move(statuses, std::back_inserter(report.statuses));
  };
  add(arrange_next_hops());
  add(auto_nat_.arrange(want_.auto_nat));
  add(auto_nat_refusals(want_));
  add(proxied_.arrange(want_.proxied));
  add(forwarding_notices(settings_, mirror_, addresses_.ownership(), want_));
  add(arp_flux_ = arp_flux());
  return report;
}

// A rule for an interface that comes later is no harm: it is refused all the same, as it is most likely a slip.
std::vector<ObjectStatus> NetworkEngine::Impl::auto_nat_refusals(const desired::Network& want) const {
  for (const std::string& interface : want.auto_nat.interfaces) {
    if (mirror_.link(interface) != nullptr) continue;
    return {{"auto_nat", ObjectStatus::State::kFailed,
             fmt::format("the load balancer has no interface {} for real servers to leave by", interface)}};
  }
  return {};
}

std::vector<ObjectStatus> NetworkEngine::Impl::arrange_next_hops() {
  hops_.want(want_.next_hops, want_.on_link);
  publish(follow_paths());
  return next_hop_refusals(want_);
}

NextHops::Outcome NetworkEngine::Impl::follow_paths() {
  const std::vector<IpAddress> wanted = hops_.wanted();
  // Should the kernel not answer, what it said last holds until the next change.
  auto paths = requests_.find_paths(wanted);
  for (size_t i = 0; paths && i < wanted.size(); ++i) hops_.set_path(wanted[i], (*paths)[i]);
  return hops_.evaluate_all();
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
  const Link* link = carrier(mirror_, addresses_.ownership(), address);
  if (link == nullptr) return std::nullopt;
  return Interface{link->index, link->name};
}

std::vector<Interface> NetworkEngine::Impl::data_interfaces() const {
  std::set<Interface> interfaces;
  const auto include = [&](const Link* link) {
    const Link* device = link != nullptr ? mirror_.device_of(*link) : nullptr;
    if (device != nullptr && !device->is_loopback())
      interfaces.insert({device->index, device->name, device->leaves_checksums});
  };
  for (const auto& address : want_.virtual_addresses) include(carrier(mirror_, addresses_.ownership(), address));
  for (const NextHop& hop : hops_.all()) {
    // A router's interface is of no use to direct routing, which has refused the real server.
    const bool is_refused = !hop.on_link && std::ranges::binary_search(want_.on_link, hop.address);
    if (!is_refused) include(mirror_.link(hop.interface_index));
  }
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
