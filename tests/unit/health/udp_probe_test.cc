// What UDP can tell, and what it cannot.

#include <boost/asio/ip/udp.hpp>

#include "health/bytes.h"
#include "health/dns_message.h"
#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using boost::asio::ip::udp;
using model::HealthCheckType;
using model::NegotiateProtocol;
using std::chrono::milliseconds;
using testing::HasSubstr;

// Answers each datagram with what the function makes of it; with nothing, not at all.
class DatagramServer {
 public:
  using Answer = std::function<std::string(const std::string&)>;

  DatagramServer(boost::asio::io_context& io, Answer answer)
      : socket_(io, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), answer_(std::move(answer)) {
    receive();
  }
  uint16_t port() const { return socket_.local_endpoint().port(); }
  int heard() const { return heard_; }

 private:
  void receive() {
    socket_.async_receive_from(boost::asio::buffer(buffer_), from_,
                               [this](boost::system::error_code error, size_t size) {
                                 if (error) return;
                                 ++heard_;
                                 const std::string said = answer_(std::string(buffer_.data(), size));
                                 if (!said.empty()) socket_.send_to(boost::asio::buffer(said), from_);
                                 receive();
                               });
  }

  udp::socket socket_;
  udp::endpoint from_;
  std::array<char, 4096> buffer_{};
  Answer answer_;
  int heard_ = 0;
};

class UdpProbe : public ProbeTest {
 protected:
  static Target udp_target(NegotiateProtocol protocol, uint16_t port) {
    Target target = target_of(HealthCheckType::kNegotiate, port);
    target.check.protocol = protocol;
    target.check.timeout = milliseconds(300);
    target.served = model::Protocol::kUdp;
    return target;
  }
  uint16_t closed_udp_port() {
    return udp::socket(io_, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)).local_endpoint().port();
  }
};

TEST_F(UdpProbe, AClosedPortIsDownAtOnce) {
  Target target = udp_target(NegotiateProtocol::kSimpleUdp, closed_udp_port());
  target.check.timeout = milliseconds(5000);
  target.check.accept_silence = true;
  const auto result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("nothing listens on UDP port"));
}

TEST_F(UdpProbe, SilenceIsUnknownUnlessSomethingIsExpectedOrSilenceIsAccepted) {
  DatagramServer server(io_, [](const std::string&) { return ""; });
  Target target = udp_target(NegotiateProtocol::kSimpleUdp, server.port());
  EXPECT_EQ(probe(target).outcome, Outcome::kUnclear);
  EXPECT_GE(server.heard(), 2) << "a lost datagram is sent again";
  target.check.accept_silence = true;
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess);
  target.check.response_expected = "pong";
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure);
}

TEST_F(UdpProbe, ALateLoopMakesNoOtherVerdict) {
  DatagramServer server(io_, [](const std::string&) { return ""; });
  Target target = udp_target(NegotiateProtocol::kSimpleUdp, server.port());
  target.check.timeout = milliseconds(20);
  const auto probe_late = [&] {
    boost::asio::post(io_, [&] { boost::asio::post(io_, [&] { keep_loop_for(3 * target.check.timeout); }); });
    return probe(target);
  };
  const auto silent = probe_late();
  EXPECT_EQ(silent.outcome, Outcome::kUnclear);
  EXPECT_THAT(silent.reason, HasSubstr("over UDP within 20 ms"));
  target.port = closed_udp_port();
  EXPECT_THAT(probe_late().reason, HasSubstr("nothing listens on UDP port"));
}

TEST_F(UdpProbe, AnAnswerIsComparedWithWhatIsExpected) {
  DatagramServer server(io_, [](const std::string& heard) { return heard == "ping\n" ? "pong" : "what?"; });
  Target target = udp_target(NegotiateProtocol::kSimpleUdp, server.port());
  target.check.request = "ping\\n";
  target.check.response_expected = "^pong$";
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess);
  target.check.request = "hello";
  EXPECT_THAT(probe(target).reason, HasSubstr("does not match \"^pong$\": what?"));
}

TEST_F(UdpProbe, DnsAnswersOfOthersAreNoAnswers) {
  DatagramServer server(io_, [](const std::string& query) {
    std::string answer = query;
    answer[0] = static_cast<char>(answer[0] + 1);
    answer[2] = static_cast<char>(0x81);
    return answer;
  });
  Target target = udp_target(NegotiateProtocol::kDns, server.port());
  target.check.request = "www.example";
  const auto result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("over UDP within 300 ms"));
}

TEST_F(UdpProbe, DnsErrorsAreNamed) {
  DatagramServer server(io_, [](const std::string& query) {
    std::string answer = query;
    answer[2] = static_cast<char>(0x81);
    answer[3] = 3;
    return answer;
  });
  Target target = udp_target(NegotiateProtocol::kDns, server.port());
  target.check.request = "www.example";
  EXPECT_THAT(probe(target).reason, HasSubstr("DNS NXDOMAIN"));
}

TEST_F(UdpProbe, AServiceOfBothProtocolsIsAskedOverBoth) {
  DatagramServer server(io_, [](const std::string& query) {
    std::string answer = query + std::string("\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x0a\0\0\1", 16);
    answer[2] = static_cast<char>(0x81);
    answer[7] = 1;
    return answer;
  });
  Target target = udp_target(NegotiateProtocol::kDns, server.port());
  target.check.request = "www.example";
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess) << probe(target).reason;
  target.served = model::Protocol::kTcpUdp;
  const auto result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("connection refused"));
}

TEST_F(UdpProbe, NoDescriptorsIsOurOwnTrouble) {
  DatagramServer server(io_, [](const std::string&) { return "x"; });
  const Target target = udp_target(NegotiateProtocol::kSimpleUdp, server.port());
  probe(target);
  let_everything_close();
  const NoMoreDescriptors none;
  EXPECT_EQ(probe(target).outcome, Outcome::kNotChecked);
}

class SynProbe : public ProbeTest {};

TEST_F(SynProbe, AsksWithoutConnecting) {
  LoopbackServer server(io_, accept_only());
  const auto result = probe(target_of(HealthCheckType::kSyn, server.port()));
  if (result.outcome == Outcome::kNotChecked) GTEST_SKIP() << result.reason;
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
  let_everything_close();
  EXPECT_EQ(server.visits().connections, 0);
  EXPECT_THAT(probe(target_of(HealthCheckType::kSyn, closed_port(io_))).reason, HasSubstr("connection refused by"));
}

class SqlProbe : public ProbeTest {};

TEST_F(SqlProbe, WhatIsNoDatabaseIsAFailure) {
  for (const auto protocol : {NegotiateProtocol::kMysql, NegotiateProtocol::kPostgresql}) {
    LoopbackServer server(io_, greet("SSH-2.0-x\r\nSSH-2.0-x\r\nSSH-2.0-x\r\n"));
    Target target = target_of(HealthCheckType::kNegotiate, server.port());
    target.check.protocol = protocol;
    target.check.login = "monitor";
    target.check.timeout = milliseconds(300);
    EXPECT_EQ(probe(target).outcome, Outcome::kFailure) << probe(target).reason;
    target.port = closed_port(io_);
    const auto refused = probe(target);
    EXPECT_EQ(refused.outcome, Outcome::kFailure) << refused.reason;
    LoopbackServer silent(io_, accept_only());
    target.port = silent.port();
    EXPECT_THAT(probe(target).reason, HasSubstr("within 300 ms (no login)"));
  }
}

}  // namespace
}  // namespace evenkeel::health
