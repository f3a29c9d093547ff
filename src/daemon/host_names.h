#pragma once
// Host names of addresses, by the system's name servers and /etc/hosts. In a thread of its own, so that a name server
// that does not answer holds up nobody but the report that asked; remembered for a while.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"

namespace evenkeel::daemon {

class HostNames {
 public:
  struct Options {
    std::string servers;                     // "127.0.0.1:5353,..." in place of the system's
    std::chrono::milliseconds timeout{500};  // of one question, which is asked once
    std::chrono::minutes names_kept{10};     // then they are asked for again
    std::chrono::minutes failures_kept{1};   // addresses that have no name, or for which nobody answered
    size_t most_kept = 65'536;               // addresses
  };
  using Names = std::map<IpAddress, std::string>;

  HostNames(const Clock& clock, Options options);
  ~HostNames();  // waits for the question that is under way

  // Those that have a name and are known within this time. From the control loop.
  boost::asio::awaitable<Names> find(std::vector<IpAddress> addresses, std::chrono::milliseconds within);

 private:
  struct Known {
    std::string name;  // empty: it has none
    SteadyTime until;
  };

  Names find_now(const std::vector<IpAddress>& addresses, SteadyTime deadline);
  void remember(const IpAddress& address, std::string name);

  const Clock& clock_;
  const Options options_;
  std::unordered_map<IpAddress, Known> known_;  // of the thread
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::daemon
