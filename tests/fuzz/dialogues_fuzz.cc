// Plays servers that say any bytes at all to whole health checks, over loopback: whatever is said, the check comes to
// an end, with a reason where it fails. The first two bytes choose the protocol and what the check wants.

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "health/probes.h"

using namespace evenkeel;
using namespace evenkeel::health;
using boost::asio::ip::tcp;
using model::NegotiateProtocol;

namespace {

constexpr std::array kProtocols{NegotiateProtocol::kHttp, NegotiateProtocol::kHttpProxy, NegotiateProtocol::kSimpleTcp,
                                NegotiateProtocol::kFtp,  NegotiateProtocol::kSmtp,      NegotiateProtocol::kImap,
                                NegotiateProtocol::kPop,  NegotiateProtocol::kNntp,      NegotiateProtocol::kLdap,
                                NegotiateProtocol::kSmb,  NegotiateProtocol::kIpp};

enum Wish : uint8_t { kLogin = 1, kStarttls = 2, kRequest = 4, kPattern = 8 };

void check(bool holds) {
  if (!holds) std::abort();
}

// Says everything at once, and hears everything, to the client's end.
boost::asio::awaitable<void> serve(tcp::acceptor& acceptor, std::string words) {
  boost::system::error_code error;
  const auto wait = [&error] { return boost::asio::redirect_error(boost::asio::use_awaitable, error); };
  tcp::socket client = co_await acceptor.async_accept(wait());
  if (error) co_return;
  co_await boost::asio::async_write(client, boost::asio::buffer(words), wait());
  client.shutdown(tcp::socket::shutdown_send, error);
  std::array<char, 4096> heard{};
  while (!error) co_await client.async_read_some(boost::asio::buffer(heard), wait());
}

Target target_of(uint8_t protocol, uint8_t wishes, uint16_t port) {
  Target target;
  target.key = {"Service", "Server"};
  target.address = *IpAddress::parse("127.0.0.1");
  target.port = port;
  target.check.type = model::HealthCheckType::kNegotiate;
  target.check.protocol = kProtocols[protocol % kProtocols.size()];
  target.check.timeout = std::chrono::seconds(5);
  target.check.starttls = (wishes & kStarttls) != 0;
  if ((wishes & kLogin) != 0) target.check.login = "monitor";
  if ((wishes & kLogin) != 0) target.check.password = "secret-word";
  if ((wishes & kRequest) != 0) target.check.request = "print";
  if ((wishes & kPattern) != 0) target.check.response_expected = "ready|o+k";
  return target;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  static boost::asio::io_context io;
  static const SystemClock clock;
  static ProbeTools tools(io, clock);
  tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  boost::asio::co_spawn(io, serve(acceptor, {reinterpret_cast<const char*>(data + 2), size - 2}),
                        boost::asio::detached);
  std::optional<ProbeResult> result;
  const auto probe = make_probe(tools, target_of(data[0], data[1], acceptor.local_endpoint().port()));
  probe->start([&](ProbeResult answer) { result = std::move(answer); });
  io.restart();
  while (!result && io.run_one() > 0) {
  }
  check(result.has_value() && !result->reason.empty());
  check(result->reason.find("secret-word") == std::string::npos);
  acceptor.close();
  io.restart();
  io.run_for(std::chrono::milliseconds(1));
  return 0;
}
