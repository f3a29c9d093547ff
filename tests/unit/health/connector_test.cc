#include "health/connector.h"

#include <boost/asio/ip/tcp.hpp>

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using What = Connector::Answer::What;

class ConnectorTest : public LoopTest {
 protected:
  ~ConnectorTest() override { connector_->stop(); }

  Connector::Ticket begin(uint16_t port, milliseconds timeout = milliseconds(5000)) {
    return connector_->begin({*IpAddress::parse("127.0.0.1"), port}, timeout,
                             [this](const Connector::Answer& answer) { answers_.push_back(answer.what); });
  }

  std::shared_ptr<Connector> connector_ = std::make_shared<Connector>(io_, clock_);
  std::vector<What> answers_;
};

TEST_F(ConnectorTest, ThousandsAreAnsweredOnceEach) {
  constexpr size_t kMany = 1000;
  LoopbackServer server(io_, accept_only());
  for (size_t i = 0; i < kMany; ++i) begin(server.port());
  EXPECT_TRUE(answers_.empty()) << "answered from within begin()";
  ASSERT_TRUE(run_until([&] { return answers_.size() == kMany; }));
  EXPECT_THAT(answers_, Each(What::kConnected));
  let_everything_close();
  EXPECT_EQ(answers_.size(), kMany);
}

TEST_F(ConnectorTest, EachTimeoutIsItsOwn) {
  FullServer server(io_);
  std::vector<int> order;
  for (const int timeout : {120, 40, 80}) {
    connector_->begin({*IpAddress::parse("127.0.0.1"), server.port()}, milliseconds(timeout),
                      [&order, timeout](const Connector::Answer& answer) {
                        EXPECT_EQ(answer.what, What::kTimedOut);
                        order.push_back(timeout);
                      });
  }
  ASSERT_TRUE(run_until([&] { return order.size() == 3; }));
  EXPECT_THAT(order, testing::ElementsAre(40, 80, 120));
}

TEST_F(ConnectorTest, ManyThatExpireTogetherLetOthersOnTheLoopHaveTheirTurn) {
  constexpr size_t kMany = 1000;
  FullServer server(io_);
  for (size_t i = 0; i < kMany; ++i) begin(server.port(), milliseconds(50));
  std::vector<size_t> answered_between;
  std::function<void()> look = [&] {
    answered_between.push_back(answers_.size());
    if (answers_.size() < kMany) boost::asio::post(io_, look);
  };
  boost::asio::post(io_, look);
  ASSERT_TRUE(run_until([&] { return answers_.size() == kMany; }));
  EXPECT_THAT(answers_, Each(What::kTimedOut));
  for (size_t i = 1; i < answered_between.size(); ++i) {
    EXPECT_LE(answered_between[i] - answered_between[i - 1], 2 * Deadlines::kMostInATurn);
  }
}

TEST_F(ConnectorTest, ALateLoopIsNotTheServersFault) {
  constexpr size_t kMany = 500;
  constexpr milliseconds kTimeout{20};
  LoopbackServer server(io_, accept_only());
  for (size_t i = 0; i < kMany; ++i) begin(server.port(), kTimeout);
  // The kernel has answered for the server long since.
  keep_loop_for(2 * kTimeout);
  ASSERT_TRUE(run_until([&] { return answers_.size() == kMany; }));
  EXPECT_THAT(answers_, Each(What::kConnected));
}

TEST_F(ConnectorTest, WhatIsCancelledIsSilentAlsoByAnotherOnesAnswer) {
  LoopbackServer server(io_, accept_only());
  Connector::Ticket second = 0;
  bool is_first_answered = false, is_second_answered = false;
  const Endpoint endpoint{*IpAddress::parse("127.0.0.1"), server.port()};
  connector_->begin(endpoint, milliseconds(5000), [&](const Connector::Answer&) {
    is_first_answered = true;
    connector_->cancel(second);
  });
  second =
      connector_->begin(endpoint, milliseconds(5000), [&](const Connector::Answer&) { is_second_answered = true; });
  ASSERT_TRUE(run_until([&] { return is_first_answered || is_second_answered; }));
  let_everything_close();
  EXPECT_NE(is_first_answered && is_second_answered, true);
  connector_->cancel(second);
  connector_->cancel(0);
  begin(server.port());
  connector_->cancel(second);  // its place belongs to another one now
  ASSERT_TRUE(run_until([&] { return !answers_.empty(); }));
}

TEST_F(ConnectorTest, ASocketIsUsedAgainWhenBothSidesAreThrough) {
  LoopbackServer server(io_, accept_only());
  for (size_t round = 1; round <= 10; ++round) {
    begin(server.port());
    ASSERT_TRUE(run_until([&] { return answers_.size() == round; }));
    let_everything_close();
  }
  const NoMoreDescriptors none;
  begin(server.port());
  ASSERT_TRUE(run_until([&] { return answers_.size() == 11; }));
  EXPECT_THAT(answers_, Each(What::kConnected));
}

TEST_F(ConnectorTest, ASocketIsNotUsedAgainWhileTheServerHasNotClosedIt) {
  using boost::asio::ip::tcp;
  const tcp::acceptor silent(io_, {boost::asio::ip::address_v4::loopback(), 0});  // takes none of its connections
  const uint16_t port = silent.local_endpoint().port();
  begin(port);
  ASSERT_TRUE(run_until([&] { return !answers_.empty(); }));
  let_everything_close();
  {
    const NoMoreDescriptors none;
    begin(port);
    ASSERT_TRUE(run_until([&] { return answers_.size() == 2; }));
  }
  EXPECT_THAT(answers_, testing::ElementsAre(What::kConnected, What::kNotTried));
}

TEST_F(ConnectorTest, ASocketThatWasRefusedIsNotUsedAgain) {
  uint16_t nobodys = 0;
  {
    nobodys = LoopbackServer(io_, accept_only()).port();
  }
  begin(nobodys);
  ASSERT_TRUE(run_until([&] { return !answers_.empty(); }));
  const NoMoreDescriptors none;
  begin(nobodys);
  ASSERT_TRUE(run_until([&] { return answers_.size() == 2; }));
  EXPECT_THAT(answers_, testing::ElementsAre(What::kFailed, What::kNotTried));
}

TEST_F(ConnectorTest, MayBeLetGoOfFromWithinAnAnswer) {
  LoopbackServer server(io_, accept_only());
  bool is_answered = false;
  auto connector = std::make_shared<Connector>(io_, clock_);
  for (int i = 0; i < 10; ++i) {
    connector->begin({*IpAddress::parse("127.0.0.1"), server.port()}, milliseconds(5000),
                     [&](const Connector::Answer&) {
                       EXPECT_FALSE(std::exchange(is_answered, true));
                       connector->stop();
                       connector.reset();
                     });
  }
  ASSERT_TRUE(run_until([&] { return is_answered; }));
  let_everything_close();
}

}  // namespace
}  // namespace evenkeel::health
