// Every protocol against servers that are slow, endless, or speak nonsense: each check ends in time, in little memory,
// with a failure in words.

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "model/check_kind.h"
#include "model/names.h"
#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using model::NegotiateProtocol;
using model::Transport;
using std::chrono::milliseconds;
using Script = LoopbackServer::Script;

constexpr milliseconds kTimeout{300};

// Says it again and again, without being asked.
Script repeat(const std::string& bytes) {
  return [bytes](LoopbackServer::Socket& socket, Visits&) -> boost::asio::awaitable<void> {
    boost::system::error_code error;
    while (!error) {
      co_await boost::asio::async_write(socket, boost::asio::buffer(bytes),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
  };
}

struct BadServer {
  const char* name;
  Script script;
};

std::vector<BadServer> bad_servers() {
  const std::string tls_garbage("\x16\x03\x03\x40\x00\x02\xff\xff\xff", 9);
  const std::string wrong_lengths("\xff\xff\xff\xff\x7f\xff\xff\xff\x00\x00\x00\x00", 12);
  return {{"silent", accept_only()},
          {"closes at once", greet("")},
          {"one byte after the other", drip(std::string(4000, 'x'))},
          {"a line without end", repeat(std::string(65536, 'x'))},
          {"lines without end", repeat("220-hello\r\n* hello\r\n")},
          {"a body without end", flood("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")},
          {"invalid UTF-8", greet("\xc3\x28\xff\xfe\x80\r\n\r\n")},
          {"garbage as TLS has it", greet(tls_garbage)},
          {"lengths that are wrong", repeat(wrong_lengths)},
          {"a reset", reset_after("2")}};
}

bool is_over_tcp(NegotiateProtocol protocol) {
  const Transport transport = model::kind_of(protocol).transport;
  return transport == Transport::kTcp || transport == Transport::kTcpOrUdp;
}

Target target_for(NegotiateProtocol protocol, uint16_t port) {
  Target target = target_of(HealthCheckType::kNegotiate, port);
  auto& check = target.check;
  check.protocol = protocol;
  check.timeout = kTimeout;
  check.login = "monitor";
  check.password = "SECRET99";
  check.response_expected = "what they never say";
  check.request = protocol == NegotiateProtocol::kHttpProxy ? "http://www.example/"
                  : protocol == NegotiateProtocol::kDns     ? "www.example"
                                                            : "";
  return target;
}

size_t resident_bytes() {
  size_t pages = 0, ignored = 0;
  FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &ignored, &pages) != 2) pages = 0;
  if (file != nullptr) std::fclose(file);
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

class BadServers : public ProbeTest, public testing::WithParamInterface<size_t> {};

TEST_P(BadServers, AreBoundedAndToldInWords) {
  constexpr size_t kMostGrowth = size_t{32} * 1024 * 1024;
  const auto& protocol = model::kNegotiateProtocolNames[GetParam()];
  if (!is_over_tcp(protocol.value)) GTEST_SKIP() << "over UDP a datagram is all that can come: udp_probe_test.cc";
  for (const bool starttls : {false, true}) {
    if (starttls && model::kind_of(protocol.value).tls_fields.empty()) continue;
    for (const BadServer& bad : bad_servers()) {
      SCOPED_TRACE(std::string(protocol.name) + (starttls ? " with STARTTLS: " : ": ") + bad.name);
      LoopbackServer server(io_, bad.script);
      Target target = target_for(protocol.value, server.port());
      target.check.starttls = starttls;
      const size_t before = resident_bytes();
      const auto begin = std::chrono::steady_clock::now();
      const ProbeResult result = probe(target);
      EXPECT_LT(std::chrono::steady_clock::now() - begin, 10 * kTimeout);
      EXPECT_EQ(result.outcome, Outcome::kFailure) << result.reason;
      EXPECT_GT(result.reason.size(), 10U);
      EXPECT_LT(result.reason.size(), 1000U);
      EXPECT_EQ(result.reason.find("SECRET99"), std::string::npos) << result.reason;
      EXPECT_LE(result.trace.answer.size(), Trace::kTextLimit);
      EXPECT_LT(resident_bytes(), before + kMostGrowth);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProtocol, BadServers, testing::Range<size_t>(0, model::kNegotiateProtocolNames.size()),
                         [](const auto& info) { return std::string(model::kNegotiateProtocolNames[info.param].name); });

}  // namespace
}  // namespace evenkeel::health
