#pragma once
// ClaimWatch: hears who else says that a virtual address is theirs, and asks gently from time to time: the one that
// keeps quiet until it is asked is as harmful. Lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "engines/network/claim.h"

namespace evenkeel::engines::network {

class ClaimWatch {
 public:
  struct Place {
    IpAddress address;
    std::string interface;  // that carries it
    auto operator<=>(const Place&) const = default;
  };
  // Somebody else claims one of the watched addresses; said for every frame that is heard.
  using OnClaim = std::function<void(const Claim&)>;

  // `interval`: each address is asked for once in it, evenly spread.
  static Result<std::unique_ptr<ClaimWatch>> open(boost::asio::io_context& io, std::chrono::milliseconds interval,
                                                  OnClaim on_claim);
  ~ClaimWatch();

  void watch(std::vector<Place> places);
  void ask(const IpAddress& address);  // now; a watched one

 private:
  class Impl;
  explicit ClaimWatch(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace evenkeel::engines::network
