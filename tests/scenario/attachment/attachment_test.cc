// Network engine and data plane together, with real packets: a client and a real server in namespaces of their own,
// and the interfaces between them and the load balancer as administrators make them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "engines/l4_xdp/engine.h"
#include "l4_xdp/sandbox.h"
#include "network/network_engine_fixture.h"

namespace evenkeel::engines {
namespace {

using l4_xdp::L4Engine;
using network::ip;
using network::NetworkEngine;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr uint16_t kPort = 9100;
constexpr const char* kVirtualAddress = "10.0.0.100";

// UDP: one datagram that arrives says that the way is right.
Fd udp_socket(const char* address, uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  local.sin_addr.s_addr = std::bit_cast<uint32_t>(ip(address).ipv4_bytes());
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local), 0) << address;
  return fd;
}

class AttachmentTest : public testing::Test {
 protected:
  void SetUp() override {
    host_.reset(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    sandbox_ = std::make_unique<l4_xdp::Sandbox>();
    auto layer4 = L4Engine::open(
        {.pin_directory = sandbox_->pin_directory(), .ipv4_connections = 7 * 512, .ipv6_connections = 7 * 16});
    ASSERT_TRUE(layer4) << to_string(layer4.error());
    layer4_ = std::move(*layer4);
    NetworkEngine::Options options;
    directory_ = testing::TempDir() + "ekat-" + std::to_string(getpid());
    options.state_directory = directory_;
    auto network =
        NetworkEngine::open(io_, options, [this](const NextHop& hop) { on_next_hop(hop); }, [this] { apply_again(); });
    ASSERT_TRUE(network) << to_string(network.error());
    network_ = std::move(*network);
  }
  void TearDown() override {
    network_.reset();
    layer4_.reset();
    sandbox_.reset();
    std::filesystem::remove_all(directory_);
    EXPECT_EQ(::setns(host_.get(), CLONE_NEWNET), 0);
  }

  // A link from the load balancer to that namespace. A local socket leaves checksums to the link, which a native
  // program would pass on unfinished; and frames are redirected only to a link whose other end takes them in batches.
  void connect(const network::Namespace& to, const std::string& here, const std::string& there) {
    sandbox_->run(fmt::format("ip link add {} type veth peer name {} && ip link set {} netns {} && ip link set {} up",
                              here, there, there, to.path(), here));
    to.run(fmt::format("ip link set lo up && ip link set {0} up && ethtool -K {0} tx off gro on >/dev/null", there));
  }
  void address_client(const std::string& interface) {
    client_.run(fmt::format("ip addr add 10.0.0.9/24 dev {}", interface));
  }
  void address_server(const std::string& interface, const std::string& address = "10.0.0.21/24") {
    server_.run(
        fmt::format("ip addr add {} dev {} && ip addr add {}/32 dev lo && sysctl -qw net.ipv4.conf.all.rp_filter=0 "
                    "net.ipv4.conf.{}.rp_filter=0 net.ipv4.conf.all.arp_ignore=1",
                    address, interface, kVirtualAddress, interface));
    server_.in([&] { received_ = udp_socket(kVirtualAddress, kPort); });
  }

  // As the daemon does it.
  void apply(const std::string& interface, const char* server = "10.0.0.21") {
    want_.network = {};
    want_.network.virtual_addresses = {{ip(kVirtualAddress), interface}};
    want_.network.on_link = {ip(server)};
    want_.network.next_hops = {ip(server)};
    desired::VirtualService service;
    service.label = "udp";
    service.address = ip(kVirtualAddress);
    service.ports = *model::PortSet::parse("9100");
    service.protocol = model::Protocol::kUdp;
    desired::RealServer real_server;
    real_server.label = "RS";
    real_server.address = ip(server);
    service.real_servers = {real_server};
    want_.layer4.virtual_services = {service};
    apply_again();
  }
  void apply_again() {
    auto network_report = network_->apply(want_.network);
    ASSERT_TRUE(network_report) << to_string(network_report.error());
    auto layer4_report = layer4_->apply(want_.layer4);
    ASSERT_TRUE(layer4_report);
    std::vector<L4Engine::Interface> interfaces;
    for (const auto& interface : network_->data_interfaces()) interfaces.push_back({interface.index, interface.name});
    for (const NextHop& hop : network_->next_hops()) layer4_->set_next_hop(hop);
    statuses_ = network_report->statuses;
    std::ranges::move(layer4_report->statuses, std::back_inserter(statuses_));
    std::ranges::move(layer4_->attach(interfaces).statuses, std::back_inserter(statuses_));
  }
  void on_next_hop(const NextHop& hop) {
    layer4_->set_next_hop(hop);
    is_reachable_ = hop.state == NextHop::State::kReachable;
  }

  template <class Condition>
  bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
  }
  // What a client sends comes to the real server. Sent until it does: bridges and neighbours learn in their own time.
  bool is_served() {
    Fd client;
    client_.in([&] { client = udp_socket("10.0.0.9", 0); });
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(kPort);
    to.sin_addr.s_addr = std::bit_cast<uint32_t>(ip(kVirtualAddress).ipv4_bytes());
    for (char left[16]; ::recv(received_.get(), left, sizeof left, MSG_DONTWAIT) > 0;) continue;
    return eventually([&] {
      ::sendto(client.get(), "page", 4, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
      char text[16];
      pollfd ready{.fd = received_.get(), .events = POLLIN, .revents = 0};
      return ::poll(&ready, 1, 20) == 1 && ::recv(received_.get(), text, sizeof text, 0) == 4;
    });
  }
  std::vector<std::string> notices() const {
    std::vector<std::string> texts;
    for (const auto& status : statuses_) texts.push_back(status.object + ": " + status.reason);
    return texts;
  }

  boost::asio::io_context io_;
  std::string directory_;
  Fd host_;
  network::Namespace client_;
  network::Namespace server_;
  std::unique_ptr<l4_xdp::Sandbox> sandbox_;
  std::unique_ptr<L4Engine> layer4_;
  std::unique_ptr<NetworkEngine> network_;
  desired::State want_;
  std::vector<ObjectStatus> statuses_;
  bool is_reachable_ = false;
  Fd received_;
};

TEST_F(AttachmentTest, TwoLinksNatively) {
  connect(client_, "eth0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run("ip addr add 10.0.0.1/24 dev eth0 && ip addr add 10.1.0.1/24 dev eth1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("eth0", "10.1.0.21");
  EXPECT_TRUE(is_served());
  EXPECT_THAT(notices(), IsEmpty());
}

TEST_F(AttachmentTest, ABridgeBetweenThem) {
  connect(client_, "p0", "c0");
  connect(server_, "p1", "s0");
  sandbox_->run(
      "ip link add br0 type bridge && ip link set p0 master br0 && ip link set p1 master br0 && "
      "ip link set br0 up && ip addr add 10.0.0.1/24 dev br0");
  address_client("c0");
  address_server("s0");
  apply("");
  EXPECT_TRUE(is_served());
  EXPECT_THAT(notices(), Contains(HasSubstr("interface/br0: generic XDP")));
}

TEST_F(AttachmentTest, FromALinkToABridgeAllInGenericModeUntilTheBridgeIsNotNeeded) {
  connect(client_, "eth0", "c0");
  connect(server_, "p1", "s0");
  sandbox_->run(
      "ip link add br0 type bridge && ip link set p1 master br0 && ip link set br0 up && "
      "ip addr add 10.0.0.1/24 dev eth0 && ip addr add 10.1.0.1/24 dev br0");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("eth0", "10.1.0.21");
  EXPECT_TRUE(is_served());
  EXPECT_THAT(notices(), UnorderedElementsAre(HasSubstr("the driver of br0 cannot do native XDP"),
                                              HasSubstr("eth0 could do native XDP, but frames go between it and br0")));
  apply("eth0", "10.0.0.9");
  EXPECT_THAT(notices(), IsEmpty());
  sandbox_->run("ip link show eth0 2>/dev/null | grep -qw xdp && ! ip link show br0 2>/dev/null | grep -q xdp");
}

TEST_F(AttachmentTest, FromABridgeToALink) {
  connect(client_, "p0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run(
      "ip link add br0 type bridge && ip link set p0 master br0 && ip link set br0 up && "
      "ip addr add 10.0.0.1/24 dev br0 && ip addr add 10.1.0.1/24 dev eth1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("br0", "10.1.0.21");
  EXPECT_TRUE(is_served());
}

TEST_F(AttachmentTest, AMacvlanInterface) {
  connect(client_, "eth0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run(
      "ip link add mv0 link eth0 type macvlan mode bridge && ip link set mv0 up && "
      "ip addr add 10.0.0.1/24 dev mv0 && ip addr add 10.1.0.1/24 dev eth1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("mv0", "10.1.0.21");
  EXPECT_TRUE(is_served());
}

TEST_F(AttachmentTest, FromALinkToAMacvlanInterface) {
  connect(client_, "eth0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run(
      "ip link add mv1 link eth1 type macvlan mode bridge && ip link set mv1 up && "
      "ip addr add 10.0.0.1/24 dev eth0 && ip addr add 10.1.0.1/24 dev mv1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("eth0", "10.1.0.21");
  EXPECT_TRUE(is_served());
}

TEST_F(AttachmentTest, AnInterfaceThatIsRenamedGoesOnServing) {
  connect(client_, "eth0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run("ip addr add 10.0.0.1/24 dev eth0 && ip addr add 10.1.0.1/24 dev eth1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("eth0", "10.1.0.21");
  EXPECT_TRUE(is_served());
  sandbox_->run("ip link set eth0 name lan0 && ip link set eth1 name lan1");
  EXPECT_TRUE(eventually([&] { return network_->next_hops()[0].interface == "lan1" && !notices().empty(); }));
  EXPECT_THAT(notices(),
              ElementsAre(HasSubstr("virtual_address/10.0.0.100: it stays on lan0, but the load balancer has no "
                                    "interface eth0")));
  EXPECT_TRUE(is_served());
  sandbox_->run("ip link show lan0 2>/dev/null | grep -qw xdp && ip link show lan1 2>/dev/null | grep -qw xdp");
}

TEST_F(AttachmentTest, AnInterfaceThatIsRemovedAndMadeAgainServesAgain) {
  connect(client_, "eth0", "c0");
  connect(server_, "eth1", "s0");
  sandbox_->run("ip addr add 10.0.0.1/24 dev eth0 && ip addr add 10.1.0.1/24 dev eth1");
  address_client("c0");
  address_server("s0", "10.1.0.21/24");
  apply("eth0", "10.1.0.21");
  EXPECT_TRUE(is_served());
  sandbox_->run("ip link del eth0");
  EXPECT_TRUE(eventually([&] { return !notices().empty(); }));
  EXPECT_THAT(notices(), Contains(HasSubstr("virtual_address/10.0.0.100: the load balancer has no interface eth0")));
  connect(client_, "eth0", "c0");
  sandbox_->run("ip addr add 10.0.0.1/24 dev eth0");
  address_client("c0");
  EXPECT_TRUE(is_served());
  EXPECT_THAT(notices(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::engines
