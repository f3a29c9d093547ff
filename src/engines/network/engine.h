#pragma once
// The network engine: virtual addresses on the right interfaces, and next hops kept fresh from the kernel's routes and
// neighbour table. Owns a netlink socket; runs on the control loop. It removes only addresses that it added itself,
// which it recognises after a restart (address protocol attribute IFA_PROTO, and a remembered list where the kernel
// has none).

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "desired/state.h"
#include "engines/engine.h"
#include "engines/next_hop.h"

namespace evenkeel::engines::network {

struct Interface {
  uint32_t index = 0;
  std::string name;
  bool leaves_checksums = false;  // see Link
  auto operator<=>(const Interface&) const = default;
};

class NetworkEngine final : public Engine<desired::Network> {
 public:
  struct Options {
    std::string state_directory = "/run/evenkeel";  // remembers which addresses are ours
    // How often every next hop is asked whether its MAC address still holds, evenly spread. A server that was replaced
    // without a word is noticed after at most this and three seconds more, in which the kernel asks the old MAC.
    std::chrono::milliseconds confirmation_interval{5000};
  };
  // Called on the control loop when a wanted next hop changes, also for the first answer.
  using OnNextHop = std::function<void(const NextHop&)>;
  // Called when an interface appears, disappears, or its addresses change: what was refused may work now.
  using OnTopology = std::function<void()>;

  static Result<std::unique_ptr<NetworkEngine>> open(boost::asio::io_context& io, Options options,
                                                     OnNextHop on_next_hop, OnTopology on_topology);
  ~NetworkEngine() override;

  // Objects: "virtual_address/10.0.0.1", "next_hop/10.0.0.21". One of desired::Network::on_link that is not fails with
  // the guide's reason: direct routing needs an interface of the load balancer in the real server's subnet. The others
  // fail when no route leads there. Others: "auto_nat"; "network/..." for notices about the kernel's settings.
  std::vector<ObjectStatus> check(const desired::Network& want) const override;
  // Adds first, announces (gratuitous ARP, unsolicited neighbour advertisement), removes last.
  Result<ApplyReport> apply(const desired::Network& want) override;

  // For every address in on_link and next_hops of the last apply. Follows routes, rules, neighbours as they change.
  std::vector<NextHop> next_hops() const;
  // The interface that carries (or would carry) a virtual address.
  std::optional<Interface> interface_of(const desired::VirtualAddress& address) const;
  // Everything through which packets for the virtual addresses come in or leave: where XDP has to be attached. Never
  // the loopback interface; for a VLAN interface its lower device; a bridge or bond stands for itself (generic XDP).
  std::vector<Interface> data_interfaces() const;

 private:
  class Impl;
  explicit NetworkEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace evenkeel::engines::network
