// Auto-NAT with real packets: a real server in a namespace of its own behind the load balancer, and the peer as the
// outside, which knows no way back to the real server's network.

#include <netinet/in.h>
#include <sys/socket.h>

#include "network_engine_fixture.h"

namespace evenkeel::engines::network {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

sockaddr_in socket_address(const char* address, uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = std::bit_cast<uint32_t>(ip(address).ipv4_bytes());
  return result;
}

class AutoNatTest : public NetworkEngineTest {
 protected:
  void SetUp() override {
    NetworkEngineTest::SetUp();
    run(fmt::format(
        "ip link add eth2 type veth peer name inside && ip link set inside netns {} && "
        "ip link set eth2 up && ip addr add 10.2.0.1/24 dev eth2 && ip addr add 2001:db8:2::1/64 dev eth2 nodad",
        inside_.path()));
    inside_.run(
        "ip link set lo up && ip link set inside up && ip addr add 10.2.0.21/24 dev inside && "
        "ip addr add 2001:db8:2::21/64 dev inside nodad && ip route add default via 10.2.0.1 && "
        "ip route add default via 2001:db8:2::1");
  }

  static desired::Network wish(std::vector<std::string> interfaces = {}) {
    desired::Network want;
    want.auto_nat = {{ip("10.2.0.21"), ip("2001:db8:2::21")}, std::move(interfaces)};
    return want;
  }
  bool reaches(const std::string& address) const {
    int status = -1;
    inside_.in([&] { status = std::system(("ping -qc 1 -W 1 " + address + " >/dev/null").c_str()); });
    return status == 0;
  }
  // Under which address the outside sees a TCP connection of the real server.
  std::string seen_as() const {
    const sockaddr_in server = socket_address("10.0.0.21", 8080);
    Fd listener;
    peer_.in([&] {
      listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      EXPECT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server), 0);
      EXPECT_EQ(::listen(listener.get(), 1), 0);
    });
    Fd client;
    inside_.in([&] { client.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); });
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) return "nothing";
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const Fd accepted(::accept(listener.get(), reinterpret_cast<sockaddr*>(&from), &size));
    return IpAddress::from_ipv4(std::bit_cast<std::array<uint8_t, 4>>(from.sin_addr.s_addr)).to_string();
  }
  static std::string setting(const std::string& name) {
    const std::string text = output_of("sysctl -n " + name);
    return text.substr(0, text.find('\n'));
  }
  static std::string our_table() { return output_of("nft -a list table inet evenkeel 2>/dev/null"); }

  Namespace inside_;
};

TEST_F(AutoNatTest, RealServersReachTheOutsideUnderTheLoadBalancersAddress) {
  EXPECT_FALSE(reaches("10.0.0.21"));
  apply_cleanly(wish());
  EXPECT_EQ(seen_as(), "10.0.0.2");
  EXPECT_TRUE(reaches("2001:db8::21"));
  EXPECT_EQ(setting("net.ipv4.ip_forward"), "1");
  apply_cleanly({});
  EXPECT_FALSE(reaches("10.0.0.21"));
  EXPECT_EQ(our_table(), "");
  EXPECT_EQ(setting("net.ipv4.ip_forward"), "0");
  EXPECT_EQ(setting("net.ipv6.conf.all.forwarding"), "0");
}

TEST_F(AutoNatTest, OnlyRealServersAndOnlyByTheInterfacesNamed) {
  apply_cleanly(wish({"eth0", "eth1"}));
  EXPECT_EQ(seen_as(), "10.0.0.2");
  apply_cleanly(wish({"eth1"}));
  EXPECT_FALSE(reaches("10.0.0.21")) << "forwarded, but under an address that the outside cannot answer";
  apply_cleanly(wish({"eth0"}));
  EXPECT_TRUE(reaches("10.0.0.21"));
  inside_.run("ip addr add 10.2.0.99/24 dev inside && ip route replace default via 10.2.0.1 src 10.2.0.99");
  EXPECT_FALSE(reaches("10.0.0.21")) << "no real server has that address";
}

TEST_F(AutoNatTest, TouchesOnlyWhatDiffersAndLeavesTheTablesOfOthers) {
  run("nft add table inet other");
  apply_cleanly(wish({"eth0", "eth1"}));
  const std::string before = our_table();
  EXPECT_THAT(before, HasSubstr("masquerade"));
  apply_cleanly(wish({"eth0", "eth1"}));
  open();
  apply_cleanly(wish({"eth0", "eth1"}));
  EXPECT_EQ(our_table(), before) << "with the same handles";
  run("nft flush chain inet evenkeel auto_nat");
  apply_cleanly(wish({"eth0", "eth1"}));
  EXPECT_EQ(seen_as(), "10.0.0.2");
  apply_cleanly({});
  EXPECT_EQ(output_of("nft list tables"), "table inet other\n");
}

TEST_F(AutoNatTest, PutsBackWhatItFoundEvenAfterARestart) {
  run("sysctl -qw net.ipv4.conf.eth1.forwarding=1 net.ipv6.conf.all.forwarding=1");
  apply_cleanly(wish());
  EXPECT_EQ(setting("net.ipv4.conf.eth2.forwarding"), "1");
  open();
  apply_cleanly(wish());
  open();
  apply_cleanly({});
  EXPECT_EQ(setting("net.ipv4.ip_forward"), "0");
  EXPECT_EQ(setting("net.ipv4.conf.eth2.forwarding"), "0");
  EXPECT_EQ(setting("net.ipv4.conf.eth1.forwarding"), "1");
  EXPECT_EQ(setting("net.ipv6.conf.all.forwarding"), "1") << "it was on before";
}

TEST_F(AutoNatTest, TellsWhenSomebodyTurnsForwardingOff) {
  apply_cleanly(wish());
  EXPECT_TRUE(eventually([&] { return topologies_ > 0; }));  // what it has changed itself
  const int told = topologies_;
  run("sysctl -qw net.ipv4.ip_forward=0");
  EXPECT_TRUE(eventually([&] { return topologies_ > told; }));
  apply_cleanly(wish());
  EXPECT_EQ(seen_as(), "10.0.0.2");
}

TEST_F(AutoNatTest, AnInterfaceThatIsNotThereIsToldAndTheOthersServe) {
  const auto want = wish({"eth0", "eth9"});
  EXPECT_THAT(engine_->check(want), ElementsAre(Field(&ObjectStatus::object, "auto_nat")));
  auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  EXPECT_THAT(report->statuses, ElementsAre(Field(&ObjectStatus::reason, HasSubstr("no interface eth9"))));
  EXPECT_EQ(seen_as(), "10.0.0.2");
}

TEST_F(AutoNatTest, AGatewayThatDoesNotForwardIsNoticedUntilItDoes) {
  desired::Network want = addresses({{ip("10.0.0.100"), "eth0"}});
  want.gateway_for = {ip("10.2.0.21"), ip("2001:db8:2::21")};
  run("ip route add default via 10.1.0.254 dev eth1 && sysctl -qw net.ipv4.conf.eth0.rp_filter=1");
  const auto notices = [&] {
    std::vector<std::string> objects;
    auto report = engine_->apply(want);
    for (const auto& status : report->statuses) {
      EXPECT_EQ(status.state, ObjectStatus::State::kNotice) << status.reason;
      objects.push_back(status.object);
    }
    return objects;
  };
  EXPECT_THAT(notices(), ElementsAre("network/net.ipv4.ip_forward", "network/net.ipv6.conf.all.forwarding",
                                     "network/rp_filter/eth0"));
  EXPECT_EQ(setting("net.ipv4.ip_forward"), "0") << "a notice changes nothing";
  run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.eth0.rp_filter=2");
  EXPECT_THAT(notices(), IsEmpty());
  run("sysctl -qw net.ipv4.conf.eth0.rp_filter=1 && ip route replace default via 10.0.0.254 dev eth0");
  EXPECT_THAT(notices(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::engines::network
