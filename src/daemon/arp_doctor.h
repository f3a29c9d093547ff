#pragma once
// The ARP doctor: listens for others who claim our virtual addresses, and examines the segment when asked. Owned by the
// controller; lives on the control loop.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/conflicts.h"
#include "daemon/path_watch.h"
#include "engines/network/claim_watch.h"
#include "observed/arp_report.h"

namespace evenkeel::daemon {

class ArpDoctor {
 public:
  using Place = engines::network::ClaimWatch::Place;
  // `is_claimed`: somebody began to claim the address, or has stopped.
  using OnConflict = std::function<void(const IpAddress& address, const MacAddress& mac, bool is_claimed)>;

  ArpDoctor(boost::asio::io_context& io, const Clock& clock, const model::Configuration& configuration,
            const PathWatch::NextHops& next_hops, OnConflict on_conflict);

  // The virtual addresses and where they are; a watch that could not be opened is tried again.
  Result<> watch(std::vector<Place> places);
  void stop();

  // Asks for one virtual address or all, and waits a moment for answers.
  boost::asio::awaitable<void> ask(std::optional<IpAddress> address);
  std::vector<observed::ArpDiagnosis> findings(const std::optional<IpAddress>& address) const;

  const Conflicts& conflicts() const { return conflicts_; }
  // "real server PS2 (02:...)" or "02:..., which is no real server".
  std::string in_words(const MacAddress& mac) const;

 private:
  observed::Claimant claimant(const MacAddress& mac) const;
  void hear(const engines::network::Claim& claim);
  void forget_before(SteadyTime since, const std::optional<IpAddress>& address);
  void arm();

  boost::asio::io_context& io_;
  const Clock& clock_;
  const model::Configuration& configuration_;
  const PathWatch::NextHops& next_hops_;
  OnConflict on_conflict_;
  Conflicts conflicts_;
  std::vector<Place> places_;
  std::unique_ptr<engines::network::ClaimWatch> watch_;
  boost::asio::steady_timer timer_;
};

}  // namespace evenkeel::daemon
