#pragma once
// The real engine against the real kernel, in network namespaces of the test's own: a load balancer with eth0 and
// eth1, and a peer at the other end of both.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/fd.h"
#include "engines/network/engine.h"

namespace evenkeel::engines::network {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = NextHop::State;

inline IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

inline desired::Network addresses(std::vector<desired::VirtualAddress> list) {
  desired::Network want;
  want.virtual_addresses = std::move(list);
  return want;
}
inline desired::Network on_link(std::vector<IpAddress> list) {
  desired::Network want;
  want.on_link = std::move(list);
  return want;
}

// Carried out in the namespace that the thread is in.
inline void run(const std::string& command) {
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

inline std::string output_of(const std::string& command) {
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

  void open(milliseconds confirmation_interval = milliseconds(1000)) {
    engine_.reset();
    hops_.clear();
    NetworkEngine::Options options;
    options.state_directory = directory_;
    options.confirmation_interval = confirmation_interval;
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

}  // namespace evenkeel::engines::network
