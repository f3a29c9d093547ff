// The real engine against the real kernel, in network namespaces of the test's own: a load balancer with eth0 and
// eth1, and a peer at the other end of both.

#include "engines/network/engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/fd.h"

namespace evenkeel::engines::network {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = NextHop::State;

IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

// Carried out in the namespace that the thread is in.
void run(const std::string& command) {
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (size_t size = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, size);
  pclose(pipe);
  return output;
}

class Namespace {
 public:
  Namespace() {
    const Fd before(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::unshare(CLONE_NEWNET), 0);
    fd_.reset(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::setns(before.get(), CLONE_NEWNET), 0);
  }
  template <class Do>
  void in(Do action) const {
    const Fd before(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::setns(fd_.get(), CLONE_NEWNET), 0);
    action();
    ASSERT_EQ(::setns(before.get(), CLONE_NEWNET), 0);
  }
  void run(const std::string& command) const {
    in([&] { network::run(command); });
  }
  // As `ip link set ... netns` wants it.
  std::string path() const { return fmt::format("/proc/{}/fd/{}", getpid(), fd_.get()); }

 private:
  Fd fd_;
};

class NetworkEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "eknt-" + std::to_string(getpid());
    std::filesystem::remove_all(directory_);
    host_.reset(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
    run("ip link set lo up");
    add_pair("eth0", "10.0.0.2/24", "2001:db8::2/64");
    add_pair("eth1", "10.1.0.2/24", "2001:db8:1::2/64");
    peer_.run("ip addr add 10.0.0.21/24 dev peer-eth0 && ip addr add 2001:db8::21/64 dev peer-eth0 nodad");
    open();
  }
  void TearDown() override {
    engine_.reset();
    EXPECT_EQ(::setns(host_.get(), CLONE_NEWNET), 0);
    std::filesystem::remove_all(directory_);
  }

  void add_pair(const std::string& name, const std::string& ipv4, const std::string& ipv6) {
    run(
        fmt::format("ip link add {0} type veth peer name peer-{0} && ip link set peer-{0} netns {3} && "
                    "ip addr add {1} dev {0} && ip link set {0} up && ip addr add {2} dev {0} nodad",
                    name, ipv4, ipv6, peer_.path()));
    peer_.run(fmt::format("ip link set peer-{} up", name));
  }

  void open() {
    engine_.reset();
    hops_.clear();
    NetworkEngine::Options options;
    options.state_directory = directory_;
    options.confirmation_interval = milliseconds(1000);
    auto engine = NetworkEngine::open(
        io_, options, [this](const NextHop& hop) { hops_[hop.address] = hop; }, [this] { ++topologies_; });
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = std::move(*engine);
  }

  template <class Condition>
  bool eventually(Condition condition, seconds within = seconds(15)) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      io_.restart();
      io_.run_one_for(milliseconds(100));
    }
    return true;
  }

  void apply_cleanly(const desired::Network& want) {
    auto report = engine_->apply(want);
    ASSERT_TRUE(report) << to_string(report.error());
    for (const auto& status : report->statuses) ADD_FAILURE() << status.object << ": " << status.reason;
  }
  static bool is_on(const std::string& address, const std::string& interface) {
    return output_of("ip -o addr show dev " + interface).find(" " + address) != std::string::npos;
  }
  State state_of(const char* address) {
    return hops_.contains(ip(address)) ? hops_[ip(address)].state : State::kResolving;
  }

  boost::asio::io_context io_;
  Fd host_;
  Namespace peer_;
  std::string directory_;
  std::unique_ptr<NetworkEngine> engine_;
  std::map<IpAddress, NextHop> hops_;
  int topologies_ = 0;
};

TEST_F(NetworkEngineTest, AddsAndRemovesOnlyItsOwn) {
  run("ip addr add 10.0.0.50/32 dev eth0");
  apply_cleanly(
      {{{ip("10.0.0.1"), ""}, {ip("10.0.0.50"), ""}, {ip("10.0.0.60"), "eth1"}, {ip("2001:db8::1"), ""}}, {}});
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
  const desired::Network want{{{ip("192.0.2.1"), ""}, {ip("192.0.2.2"), "eth9"}}, {}};
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
  apply_cleanly({{{ip("10.0.0.1"), ""}}, {}});
  apply_cleanly({{{ip("10.0.0.1"), "eth1"}}, {}});
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth1"));
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
}

TEST_F(NetworkEngineTest, AdoptsItsAddressesAfterARestart) {
  apply_cleanly({{{ip("10.0.0.1"), ""}, {ip("10.0.0.3"), ""}}, {}});
  open();
  EXPECT_TRUE(is_on("10.0.0.3/32", "eth0"));
  apply_cleanly({{{ip("10.0.0.1"), ""}}, {}});
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth0"));
  EXPECT_FALSE(is_on("10.0.0.3/32", "eth0"));
}

TEST_F(NetworkEngineTest, RecognisesItsAddressesByTheKernelsLabelAlone) {
  apply_cleanly({{{ip("10.0.0.1"), ""}, {ip("2001:db8::1"), ""}}, {}});
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
  auto report = engine_->apply({{{ip("10.0.0.1"), ""}}, {}});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->statuses.size(), 1u);
  EXPECT_EQ(report->statuses[0].state, ObjectStatus::State::kNotice);
  EXPECT_TRUE(is_on("10.0.0.1/32", "eth0"));
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

TEST_F(NetworkEngineTest, AnnouncesIpv4InBothFormsThreeTimesAndAgainWhenTheLinkIsBack) {
  std::unique_ptr<Capture> capture;
  peer_.in([&] { capture = std::make_unique<Capture>(ETH_P_ARP); });
  const auto announcements = [&](char operation) {
    return std::ranges::count_if(capture->frames(), [&](const std::string& frame) {
      return frame.size() >= 42 && frame[21] == operation && frame.substr(28, 4) == std::string("\x0a\0\0\x01", 4);
    });
  };
  apply_cleanly({{{ip("10.0.0.1"), ""}}, {}});
  EXPECT_TRUE(eventually([&] { return announcements(1) == 3 && announcements(2) == 3; }));
  peer_.run("ip link set peer-eth0 down && ip link set peer-eth0 up");
  EXPECT_TRUE(eventually([&] { return announcements(1) == 6 && announcements(2) == 6; }));
}

TEST_F(NetworkEngineTest, AnnouncesIpv6) {
  std::unique_ptr<Capture> capture;
  peer_.in([&] { capture = std::make_unique<Capture>(ETH_P_IPV6); });
  apply_cleanly({{{ip("2001:db8::1"), ""}}, {}});
  EXPECT_TRUE(eventually([&] {
    return std::ranges::count_if(capture->frames(), [](const std::string& frame) {
             return frame.size() == 86 && static_cast<uint8_t>(frame[54]) == 136 && frame[58] == 0x20 &&
                    frame.back() != 0 && static_cast<uint8_t>(frame[77]) == 1;
           }) >= 3;
  }));
}

TEST_F(NetworkEngineTest, PutsAddressesBackWhenALinkWasDownOrWasMadeAgain) {
  apply_cleanly({{{ip("10.0.0.1"), "eth0"}, {ip("2001:db8::1"), "eth0"}}, {}});
  run("ip link set eth0 down && ip link set eth0 up");
  EXPECT_TRUE(eventually([] { return is_on("2001:db8::1/128", "eth0"); }));
  run("ip link del eth0");
  EXPECT_TRUE(eventually([&] { return topologies_ > 0 && !engine_->interface_of({ip("10.0.0.1"), "eth0"}); }));
  EXPECT_TRUE(engine_->apply({{{ip("10.0.0.1"), "eth0"}}, {}})->has_failures());
  add_pair("eth0", "10.0.0.2/24", "2001:db8::2/64");
  EXPECT_TRUE(eventually([] { return is_on("10.0.0.1/32", "eth0"); }));
}

TEST_F(NetworkEngineTest, FindsNextHopsOfBothFamiliesAndNoticesAnotherMac) {
  apply_cleanly({{}, {ip("10.0.0.21"), ip("2001:db8::21")}});
  const auto reachable = [&] {
    return state_of("10.0.0.21") == State::kReachable && state_of("2001:db8::21") == State::kReachable;
  };
  EXPECT_TRUE(eventually(reachable));
  EXPECT_EQ(hops_[ip("10.0.0.21")].interface, "eth0");
  EXPECT_EQ(hops_[ip("10.0.0.21")].mtu, 1500u);
  EXPECT_EQ(engine_->next_hops().size(), 2u);
  peer_.run("ip link set peer-eth0 address 02:00:00:00:00:99");
  EXPECT_TRUE(eventually([&] {
    return hops_[ip("10.0.0.21")].mac.to_string() == "02:00:00:00:00:99" &&
           hops_[ip("2001:db8::21")].mac.to_string() == "02:00:00:00:00:99";
  }));
}

TEST_F(NetworkEngineTest, TellsWhenAServerIsGoneAndBack) {
  apply_cleanly({{}, {ip("10.0.0.21"), ip("10.0.0.77")}});
  EXPECT_TRUE(eventually(
      [&] { return state_of("10.0.0.77") == State::kUnreachable && state_of("10.0.0.21") == State::kReachable; }));
  peer_.run("ip addr del 10.0.0.21/24 dev peer-eth0");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kUnreachable; }));
  peer_.run("ip addr add 10.0.0.21/24 dev peer-eth0");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kReachable; }));
  run("ip link set eth0 down");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kUnreachable; }));
}

TEST_F(NetworkEngineTest, RefusesARealServerThatIsNotOnLinkOrTheLoadBalancerItself) {
  run("ip route add default via 10.0.0.21");
  const desired::Network want{{{ip("10.0.0.1"), ""}}, {ip("10.0.0.1"), ip("10.0.0.2"), ip("192.0.2.21")}};
  const auto problems = engine_->check(want);
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[0].reason, testing::HasSubstr("the load balancer itself"));
  EXPECT_THAT(problems[1].reason, testing::HasSubstr("the load balancer itself"));
  EXPECT_EQ(problems[2].object, "next_hop/192.0.2.21");
  EXPECT_THAT(problems[2].reason, testing::HasSubstr("must have an interface in the same subnet as the real servers"));
  auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->statuses.size(), 3u);
  EXPECT_TRUE(eventually([&] { return state_of("192.0.2.21") == State::kNotOnLink; }));
  run("ip addr add 192.0.2.2/24 dev eth1");
  EXPECT_TRUE(eventually([&] { return topologies_ > 0 && hops_[ip("192.0.2.21")].interface == "eth1"; }));
}

TEST_F(NetworkEngineTest, AppliesAThousandAddressesAndNextHops) {
  run("ip addr add 10.8.0.1/16 dev eth0 && ip addr add 10.9.0.1/16 dev eth1");
  desired::Network want;
  for (int i = 0; i < 1000; ++i) {
    want.virtual_addresses.push_back({ip(fmt::format("10.8.{}.{}", 1 + i / 250, 1 + i % 250)), ""});
    want.on_link.push_back(ip(fmt::format("10.9.{}.{}", 1 + i / 250, 1 + i % 250)));
  }
  const auto start = std::chrono::steady_clock::now();
  apply_cleanly({want.virtual_addresses, {}});
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
