#include "health/path_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include "health/path_answer.h"

namespace evenkeel::health {
namespace {

const MacAddress kServer = MacAddress::parse("02:00:00:00:00:21").value();

// The segment: one real server, which answers at its own address, and at the virtual one if it carries it.
class Segment {
 public:
  explicit Segment(boost::asio::io_context& io) : io_(io) {}
  bool carries_address = true;
  bool is_on = true;
  int resets = 0;
  PathWire::OnPacket on_packet;

  void receive(const Packet& packet) {
    const bool is_syn = (packet.at(33) & 0x02) != 0;
    if (!is_syn) ++resets;
    const bool is_own = packet.at(19) == 21;
    if (is_syn && is_on && (is_own || carries_address)) answer(packet);
  }

 private:
  // The same packet the other way round, acknowledged.
  void answer(Packet packet) {
    std::swap_ranges(packet.begin() + 12, packet.begin() + 16, packet.begin() + 16);
    std::swap_ranges(packet.begin() + 20, packet.begin() + 22, packet.begin() + 22);
    std::copy_n(packet.begin() + 24, 4, packet.begin() + 28);
    for (size_t at = 31; ++packet[at] == 0; --at) {
    }
    packet[33] = 0x12;
    boost::asio::post(io_, [this, packet] { on_packet(packet, kServer); });
  }
  boost::asio::io_context& io_;
};

class Wire final : public PathWire {
 public:
  explicit Wire(Segment& segment) : segment_(segment) {}
  Result<> send(const PathWay&, const Packet& packet) override {
    segment_.receive(packet);
    return {};
  }

 private:
  Segment& segment_;
};

class PathMonitorTest : public testing::Test {
 protected:
  PathMonitorTest() {
    target.key = {"Printing", "PS1"};
    target.virtual_endpoint = Endpoint::parse("10.0.0.10:445").value();
    target.address = IpAddress::parse("10.0.0.21").value();
    target.own_port = 445;
    target.interval = std::chrono::seconds(1);
    target.timeout = std::chrono::milliseconds(20);
  }

  PathMonitor::Surroundings surroundings() {
    return {.way_to = [this](const IpAddress&) -> Result<PathWay> {
              if (way_error) return fail(*way_error);
              return PathWay{"eth0", kServer, IpAddress::parse("10.0.0.2").value(), true};
            },
            .other_owner_of = [](const MacAddress&, const IpAddress&) { return std::string(); },
            .open_wire = [this](uint16_t, PathWire::OnPacket on_packet) -> Result<std::unique_ptr<PathWire>> {
              segment.on_packet = std::move(on_packet);
              return std::make_unique<Wire>(segment);
            }};
  }

  // Until something is announced; ten seconds at most.
  PathStatus next_change() {
    changes.clear();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (changes.empty() && std::chrono::steady_clock::now() < deadline) {
      io.run_one_for(std::chrono::milliseconds(50));
    }
    EXPECT_FALSE(changes.empty()) << "nothing was announced";
    return changes.empty() ? PathStatus{} : changes.front();
  }

  boost::asio::io_context io;
  SystemClock clock;
  Segment segment{io};
  PathTarget target;
  std::optional<Error> way_error;
  std::vector<PathStatus> changes;
  PathMonitor monitor{io, clock, surroundings(), [this](const PathStatus& status) { changes.push_back(status); },
                      std::chrono::milliseconds(40)};
};

TEST_F(PathMonitorTest, IsPendingUntilTheVirtualAddressAnswersAndLeavesNothingHalfOpen) {
  monitor.configure({target});
  EXPECT_TRUE(monitor.find(target.key)->is_pending);
  const auto status = next_change();
  EXPECT_EQ(status.verdict, Verdict::kUp);
  EXPECT_FALSE(status.is_pending);
  EXPECT_EQ(segment.resets, 1);
}

TEST_F(PathMonitorTest, GoesDownWhenTheAddressIsLostAndUpWhenItIsBack) {
  monitor.configure({target});
  EXPECT_EQ(next_change().verdict, Verdict::kUp);
  segment.carries_address = false;
  const auto lost = next_change();
  EXPECT_EQ(lost.verdict, Verdict::kDown);
  EXPECT_EQ(lost.consecutive_failures, target.failure_count);
  segment.carries_address = true;
  EXPECT_EQ(next_change().verdict, Verdict::kUp);
}

TEST_F(PathMonitorTest, ADeadServerIsUnknownNotBroken) {
  monitor.configure({target});
  EXPECT_EQ(next_change().verdict, Verdict::kUp);
  segment.is_on = false;
  EXPECT_EQ(next_change().verdict, Verdict::kUnknown);
}

TEST_F(PathMonitorTest, ARecheckForgetsWhatWasKnown) {
  monitor.configure({target});
  EXPECT_EQ(next_change().verdict, Verdict::kUp);
  monitor.recheck(target.key);
  EXPECT_TRUE(monitor.find(target.key)->is_pending);
  EXPECT_EQ(next_change().verdict, Verdict::kUp);
}

TEST_F(PathMonitorTest, WithoutAMacItWaitsAndWithoutAnAddressOfItsOwnItLetsClientsCome) {
  way_error = Error{ErrorCode::kUnavailable, "not yet", "", 0};
  monitor.configure({target});
  io.run_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(monitor.find(target.key)->is_pending);
  way_error->code = ErrorCode::kNotFound;
  const auto status = next_change();
  EXPECT_FALSE(status.is_pending);
  EXPECT_EQ(status.verdict, Verdict::kUnknown);
}

TEST_F(PathMonitorTest, WhatIsRestoredIsNotPendingAndAnnouncesNothing) {
  PathStatus known{.key = target.key,
                   .verdict = Verdict::kDown,
                   .is_pending = false,
                   .since = {},
                   .reason = "no loopback",
                   .last_probe = {}};
  monitor.restore({known});
  monitor.configure({target});
  EXPECT_EQ(*monitor.find(target.key), known);
  EXPECT_THAT(changes, testing::IsEmpty());
  monitor.configure({});
  EXPECT_EQ(monitor.find(target.key), nullptr);
}

}  // namespace
}  // namespace evenkeel::health
