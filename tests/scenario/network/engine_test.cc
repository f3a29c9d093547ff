// The real engine against the real kernel: virtual addresses.

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <fstream>

#include "network_engine_fixture.h"

namespace evenkeel::engines::network {
namespace {

TEST_F(NetworkEngineTest, AddsAndRemovesOnlyItsOwn) {
  run("ip addr add 10.0.0.50/32 dev eth0");
  apply_cleanly(
      addresses({{ip("10.0.0.1"), ""}, {ip("10.0.0.50"), ""}, {ip("10.0.0.60"), "eth1"}, {ip("2001:db8::1"), ""}}));
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth0"));
  EXPECT_TRUE(is_on("10.0.0.60/32", "eth1"));
  EXPECT_TRUE(is_on("2001:db8::1/128", "eth0"));
  EXPECT_EQ(engine_->data_interfaces().size(), 2u);
  EXPECT_EQ(engine_->interface_of({ip("10.0.0.1"), ""})->name, "eth0");
  apply_cleanly({});
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
  EXPECT_FALSE(is_on("10.0.0.60/32", "eth1"));
  EXPECT_FALSE(is_on("2001:db8::1/128", "eth0"));
  EXPECT_TRUE(is_on("10.0.0.50/32", "eth0"));
  EXPECT_TRUE(is_on("10.0.0.2/24", "eth0"));
}

TEST_F(NetworkEngineTest, RefusesAnAddressWithoutANetworkAndAnUnknownInterface) {
  const auto want = addresses({{ip("192.0.2.1"), ""}, {ip("192.0.2.2"), "eth9"}});
  EXPECT_EQ(engine_->check(want).size(), 2u);
  auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->statuses.size(), 2u);
  EXPECT_EQ(report->statuses[0].object, "virtual_address/192.0.2.1");
  EXPECT_THAT(report->statuses[0].reason,
              testing::HasSubstr("no interface of the load balancer has a network that "
                                 "contains 192.0.2.1: give the virtual service an interface"));
  EXPECT_THAT(report->statuses[1].reason, testing::HasSubstr("eth9"));
}

TEST_F(NetworkEngineTest, MovesAnAddressToTheInterfaceThatIsNamedLater) {
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}}));
  apply_cleanly(addresses({{ip("10.0.0.1"), "eth1"}}));
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth1"));
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
}

TEST_F(NetworkEngineTest, AdoptsItsAddressesAfterARestart) {
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}, {ip("10.0.0.3"), ""}}));
  open();
  EXPECT_TRUE(is_on("10.0.0.3/32", "eth0"));
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}}));
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth0"));
  EXPECT_FALSE(is_on("10.0.0.3/32", "eth0"));
}

TEST_F(NetworkEngineTest, RecognisesItsAddressesByTheKernelsLabelAlone) {
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}, {ip("2001:db8::1"), ""}}));
  engine_.reset();
  std::filesystem::remove_all(directory_);
  open();
  apply_cleanly({});
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
  EXPECT_FALSE(is_on("2001:db8::1/128", "eth0"));
}

TEST_F(NetworkEngineTest, RecognisesARememberedAddressWithoutALabel) {
  run("ip addr add 10.0.0.1/32 dev eth0");
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ + "/virtual-addresses") << "10.0.0.1 eth0\n";
  open();
  apply_cleanly({});
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
}

TEST_F(NetworkEngineTest, KeepsAddressesInPlaceWhenItCannotRemember) {
  engine_.reset();
  directory_ = "/proc/eknt-none";
  open();
  auto report = engine_->apply(addresses({{ip("10.0.0.1"), ""}}));
  ASSERT_TRUE(report);
  ASSERT_EQ(report->statuses.size(), 1u);
  EXPECT_EQ(report->statuses[0].state, ObjectStatus::State::kNotice);
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth0"));
}

TEST_F(NetworkEngineTest, ADeviceThatAnswersArpForTheMacvlanOnItIsToldUntilItDoesNot) {
  run("ip link add mv0 link eth0 type macvlan mode bridge && ip addr add 10.2.0.2/24 dev mv0 && ip link set mv0 up");
  const auto want = addresses({{ip("10.2.0.1"), "mv0"}, {ip("10.0.0.1"), "eth0"}});
  const auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->statuses.size(), 1u);
  EXPECT_EQ(report->statuses[0].object, "network/arp_ignore/eth0");
  EXPECT_EQ(report->statuses[0].state, ObjectStatus::State::kNotice);
  EXPECT_THAT(report->statuses[0].reason, testing::HasSubstr("eth0 answers ARP for the virtual addresses on mv0"));
  for (const int arp_ignore : {1, 0, 1, 0, 1}) {  // more often than the interface's coming may have been told
    const int told = topologies_;
    run(fmt::format("sysctl -qw net.ipv4.conf.eth0.arp_ignore={}", arp_ignore));
    EXPECT_TRUE(eventually([&] { return topologies_ > told; })) << "no event says so";
    EXPECT_EQ(engine_->apply(want)->statuses.size(), arp_ignore == 1 ? 0u : 1u);
  }
}

class Capture {
 public:
  explicit Capture(uint16_t protocol) : fd_(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(protocol))) {}
  // The Ethernet frames that have come; what the machine itself has sent is left out.
  std::vector<std::string> frames() {
    char buffer[2048];
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    while (true) {
      const ssize_t length = ::recvfrom(fd_.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (length < 0) return frames_;
      if (from.sll_pkttype != PACKET_OUTGOING) frames_.emplace_back(buffer, static_cast<size_t>(length));
    }
  }

 private:
  Fd fd_;
  std::vector<std::string> frames_;
};

class AnnouncementTest : public NetworkEngineTest {
 protected:
  AnnouncementTest() {
    peer_.in([&] { capture_ = std::make_unique<Capture>(ETH_P_ARP); });
  }
  // Of 10.0.0.1, in both forms.
  bool are_announced(int times) {
    return eventually([&] { return announcements(1) == times && announcements(2) == times; });
  }
  std::string counts() { return fmt::format("{} requests, {} replies", announcements(1), announcements(2)); }

 private:
  int announcements(char operation) {
    return static_cast<int>(std::ranges::count_if(capture_->frames(), [&](const std::string& frame) {
      return frame.size() >= 42 && frame[21] == operation && frame.substr(28, 4) == std::string("\x0a\0\0\x01", 4);
    }));
  }
  std::unique_ptr<Capture> capture_;
};

TEST_F(AnnouncementTest, OfIpv4InBothFormsThreeTimesAndAgainWhenTheLinkIsBack) {
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}}));
  EXPECT_TRUE(are_announced(3)) << counts();
  peer_.run("ip link set peer-eth0 down");
  ASSERT_TRUE(eventually([] { return output_of("ip link show eth0").find("LOWER_UP") == std::string::npos; }));
  peer_.run("ip link set peer-eth0 up");
  EXPECT_TRUE(are_announced(6)) << counts();
}

TEST_F(AnnouncementTest, AlsoAfterALinkThatWasDownTooShortlyToBeReported) {
  apply_cleanly(addresses({{ip("10.0.0.1"), ""}}));
  EXPECT_TRUE(are_announced(3)) << counts();
  peer_.run("printf 'link set peer-eth0 down\\nlink set peer-eth0 up\\n' | ip -batch -");
  EXPECT_TRUE(are_announced(6)) << counts();
}

TEST_F(NetworkEngineTest, AnnouncesIpv6) {
  std::unique_ptr<Capture> capture;
  peer_.in([&] { capture = std::make_unique<Capture>(ETH_P_IPV6); });
  apply_cleanly(addresses({{ip("2001:db8::1"), ""}}));
  EXPECT_TRUE(eventually([&] {
    return std::ranges::count_if(capture->frames(), [](const std::string& frame) {
             return frame.size() == 86 && static_cast<uint8_t>(frame[54]) == 136 && frame[58] == 0x20 &&
                    frame.back() != 0 && static_cast<uint8_t>(frame[77]) == 1;
           }) >= 3;
  }));
}

TEST_F(NetworkEngineTest, PutsAddressesBackWhenALinkWasDownOrWasMadeAgain) {
  apply_cleanly(addresses({{ip("10.0.0.1"), "eth0"}, {ip("2001:db8::1"), "eth0"}}));
  run("ip link set eth0 down && ip link set eth0 up");
  EXPECT_TRUE(eventually([] { return is_on("2001:db8::1/128", "eth0"); }));
  run("ip link del eth0");
  EXPECT_TRUE(eventually([&] { return topologies_ > 0 && !engine_->interface_of({ip("10.0.0.1"), "eth0"}); }));
  EXPECT_TRUE(engine_->apply(addresses({{ip("10.0.0.1"), "eth0"}}))->has_failures());
  add_pair("eth0", "10.0.0.2/24", "2001:db8::2/64");
  EXPECT_TRUE(eventually([] { return is_on("10.0.0.1/32", "eth0"); }));
}

TEST_F(NetworkEngineTest, AppliesAThousandAddressesAndNextHops) {
  run("ip addr add 10.8.0.1/16 dev eth0 && ip addr add 10.9.0.1/16 dev eth1");
  desired::Network want;
  for (int i = 0; i < 1000; ++i) {
    want.virtual_addresses.push_back({ip(fmt::format("10.8.{}.{}", 1 + i / 250, 1 + i % 250)), ""});
    want.on_link.push_back(ip(fmt::format("10.9.{}.{}", 1 + i / 250, 1 + i % 250)));
  }
  const auto start = std::chrono::steady_clock::now();
  apply_cleanly(addresses(want.virtual_addresses));
  const auto added = std::chrono::steady_clock::now();
  apply_cleanly(want);
  const auto asked = std::chrono::steady_clock::now();
  const auto in_milliseconds = [](auto time) { return std::chrono::duration_cast<milliseconds>(time).count(); };
  fmt::print("1,000 addresses: {} ms; 1,000 next hops: {} ms\n", in_milliseconds(added - start),
             in_milliseconds(asked - added));
  const std::string shown = output_of("ip -o addr show dev eth0");
  EXPECT_EQ(std::ranges::count(shown, '\n'), 1000 + 4);
  EXPECT_TRUE(eventually([&] { return hops_.size() == 1000; }));
  apply_cleanly({});
  EXPECT_EQ(std::ranges::count(output_of("ip -o addr show dev eth0"), '\n'), 4);
}

}  // namespace
}  // namespace evenkeel::engines::network
