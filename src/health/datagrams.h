#pragma once
// Asks one real server over UDP: the request is repeated while no answer comes, and what its machine says about the
// port by ICMP is noticed.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "health/conversation.h"

namespace evenkeel::health {

class Datagrams {
 public:
  Datagrams(ProbeTools& tools, const Target& target);
  ~Datagrams();

  // Whether a datagram is the answer; what is not (a late answer to another probe, say) is passed over.
  using IsAnswer = std::function<bool(std::string_view datagram)>;

  // Connected, so that only this server is heard, and ICMP errors come here. Once, before ask().
  Trouble open();
  boost::asio::awaitable<Heard<std::string>> ask(std::string request, IsAnswer is_answer);

  std::string local_endpoint() const;  // "10.0.0.2:40000"
  std::string elapsed() const;
  void abort();

 private:
  struct State;
  static void send_again(const std::shared_ptr<State>& state);
  ProbeResult failed(int error_number) const;

  const Clock& clock_;
  Target target_;
  std::shared_ptr<State> state_;
  SteadyTime begin_;
};

}  // namespace evenkeel::health
