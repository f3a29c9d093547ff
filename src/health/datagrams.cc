#include "health/datagrams.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "health/reason.h"

namespace evenkeel::health {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

constexpr int kTries = 3;
constexpr auto kLongestPause = std::chrono::milliseconds(2000);
constexpr int kMostStrangers = 1000;

udp::endpoint to_asio(const Target& target) {
  if (target.address.is_ipv4()) return {asio::ip::address_v4(target.address.ipv4_bytes()), target.port};
  return {asio::ip::address_v6(target.address.bytes()), target.port};
}

}  // namespace

// Shared with handlers that may still be on their way when the probe is gone.
struct Datagrams::State {
  explicit State(asio::io_context& io) : socket(io), repeat(io) {}

  udp::socket socket;
  asio::steady_timer repeat;
  std::string request;
  std::chrono::milliseconds pause{};
};

Datagrams::Datagrams(ProbeTools& tools, const Target& target)
    : clock_(tools.clock), target_(target), state_(std::make_shared<State>(tools.io)) {
  state_->pause = std::min(kLongestPause, target.check.timeout / kTries);
}

Datagrams::~Datagrams() {
  abort();
}

Trouble Datagrams::open() {
  begin_ = clock_.steady_now();
  const udp::endpoint endpoint = to_asio(target_);
  error_code error;
  udp::socket& socket = state_->socket;
  socket.open(endpoint.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  // What it says at once comes from our own routing table.
  if (!error) socket.connect(endpoint, error);
  if (error) return not_checked(error.value());
  const int on = 1;
  const int level = target_.address.is_ipv4() ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  ::setsockopt(socket.native_handle(), level, target_.address.is_ipv4() ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
  return std::nullopt;
}

// Errors are left to the receiver, who gets them as well.
void Datagrams::send_again(const std::shared_ptr<State>& state) {
  error_code ignored;
  state->socket.send(asio::buffer(state->request), 0, ignored);
  state->repeat.expires_after(state->pause);
  state->repeat.async_wait([state](error_code cancelled) {
    if (!cancelled && state->socket.is_open()) send_again(state);
  });
}

asio::awaitable<Heard<std::string>> Datagrams::ask(std::string request, IsAnswer is_answer) {
  const std::shared_ptr<State> state = state_;
  state->request = std::move(request);
  send_again(state);
  std::array<char, 65536> buffer;
  for (int strangers = 0; strangers < kMostStrangers; ++strangers) {
    error_code error;
    const size_t size =
        co_await state->socket.async_receive(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    const bool is_answered = !error && is_answer({buffer.data(), size});
    if (!error && !is_answered) continue;
    state->repeat.cancel();
    if (error) co_return std::unexpected(failed(error.value()));
    co_return std::string(buffer.data(), size);
  }
  state->repeat.cancel();
  co_return std::unexpected(ProbeResult{
      Outcome::kFailure,
      fmt::format("only datagrams that are no answer from {}", Endpoint{target_.address, target_.port}.to_string())});
}

ProbeResult Datagrams::failed(int error_number) const {
  const std::string server = Endpoint{target_.address, target_.port}.to_string();
  if (is_local_trouble(error_number)) return not_checked(error_number);
  if (error_number == ECONNREFUSED) {
    return {Outcome::kFailure, fmt::format("nothing listens on UDP port {}: {} answers \"port unreachable\"",
                                           target_.port, target_.address.to_string())};
  }
  return {Outcome::kFailure,
          fmt::format("no answer from {} over UDP: {}", server, std::generic_category().message(error_number))};
}

std::string Datagrams::local_endpoint() const {
  error_code ignored;
  const auto local = state_->socket.local_endpoint(ignored);
  const std::string address = local.address().to_string();
  return fmt::format("{}:{}", local.address().is_v6() ? fmt::format("[{}]", address) : address, local.port());
}

std::string Datagrams::elapsed() const {
  return milliseconds_text(clock_.steady_now() - begin_);
}

void Datagrams::abort() {
  error_code ignored;
  state_->repeat.cancel();
  state_->socket.close(ignored);
}

}  // namespace evenkeel::health
