// Two processors have the same SYN at once: one connection comes of it, and what the other attempt has counted is taken
// back. Both packets go somewhere, not always to the same real server, but never without a translation that they need:
// then the later one is dropped, as a copy. What the reverse index keeps of an attempt is of no connection, and so free
// for others.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <thread>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

struct Race {
  ek_forwarding_method method;
  bool ipv6;
};

// One thread on each of two processors, which begin together whenever they are asked to.
class TwoProcessors {
 public:
  static std::optional<std::pair<int, int>> choose() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> processors;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) {
        processors.push_back(cpu);
      }
    }
    if (processors.size() < 2) {
      return std::nullopt;
    }
    return std::pair(processors[0], processors[1]);
  }

  TwoProcessors(std::pair<int, int> processors, std::function<Output(const Bytes&)> run)
      : run_(std::move(run)),
        first_([this, processors] { serve(processors.first, 0); }),
        second_([this, processors] { serve(processors.second, 1); }) {}
  ~TwoProcessors() {
    is_over_ = true;
    round_.fetch_add(1);
    first_.join();
    second_.join();
  }

  std::pair<Output, Output> run(const Bytes& frame) {
    frame_ = frame;
    done_ = 0;
    round_.fetch_add(1);
    while (done_.load() != 2) {
      sched_yield();
    }
    return {outputs_[0], outputs_[1]};
  }

 private:
  void serve(int processor, size_t index) {
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    pthread_setaffinity_np(pthread_self(), sizeof own, &own);
    for (uint32_t seen = 0;;) {
      while (round_.load() == seen) {
        sched_yield();
      }
      seen = round_.load();
      if (is_over_) {
        return;
      }
      arrived_.fetch_add(1);
      while (arrived_.load() < 2 * seen) {  // until both are here, on their processors
      }
      outputs_[index] = run_(frame_);
      done_.fetch_add(1);
    }
  }

  std::function<Output(const Bytes&)> run_;
  Bytes frame_;
  std::array<Output, 2> outputs_;
  std::atomic<uint32_t> round_ = 0, arrived_ = 0, done_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread first_, second_;
};

class TheSameSyn : public Lab, public testing::WithParamInterface<Race> {
 protected:
  static constexpr int kRounds = 200;
  static constexpr int kEnoughCollisions = 5;

  void SetUp() override {
    const auto processors = TwoProcessors::choose();
    if (!processors) {
      GTEST_SKIP() << "needs two processors";
    }
    open({});
    std::vector<RealServerOptions> list(2);
    for (size_t i = 0; i < list.size(); ++i) {
      list[i].method = GetParam().method;
      list[i].address = address_of(i + 1);
    }
    farm(list);
    both_.emplace(*processors, [this](const Bytes& bytes) { return plane->run(bytes); });
  }
  void TearDown() override { both_.reset(); }

  static bool ipv6() { return GetParam().ipv6; }
  static Bytes syn(uint16_t port) { return (ipv6() ? client6() : client()).tcp(port, kPort, kSyn).bytes(); }

  static bool translated() { return GetParam().method >= EK_METHOD_NAT; }
  static std::string address_of(size_t server) { return (ipv6() ? "fd78::2" : "10.78.0.2") + std::to_string(server); }

  // What is not dropped goes to a real server, and to its address where that is what packets are translated to.
  static uint64_t count_dropped(const std::vector<Output>& outputs) {
    uint64_t dropped = 0;
    for (const Output& output : outputs) {
      if (output.verdict == Verdict::kDrop) {
        ++dropped;
        continue;
      }
      const uint32_t server = server_of(output);
      EXPECT_NE(server, 0U);
      EXPECT_EQ(Decoded(output.bytes).destination(),
                translated() ? address_of(server) : (ipv6() ? kVirtual6 : kVirtual4));
    }
    return dropped;
  }

  void expect_counted(uint32_t connections) {
    EXPECT_EQ(plane->connections(ipv6()).size(), connections);
    EXPECT_EQ(plane->live(1).active + plane->live(2).active, 0U);
    EXPECT_EQ(plane->live(1).inactive + plane->live(2).inactive, connections);
    EXPECT_EQ(plane->service_live(service).half_open, connections);
  }

  std::optional<TwoProcessors> both_;
};

TEST_P(TheSameSyn, BecomesOneConnection) {
  int collisions = 0;
  uint64_t all_dropped = 0;
  for (int round = 1; round <= kRounds && collisions < kEnoughCollisions && !HasFailure(); ++round) {
    const uint32_t turn = plane->service_live(service).round_robin;
    const auto [one, another] = both_->run(syn(static_cast<uint16_t>(2000 + round)));
    collisions += plane->service_live(service).round_robin - turn > 1;  // both had scheduled before either had entered
    const uint64_t dropped = count_dropped({one, another});
    EXPECT_LE(dropped, translated() ? 1U : 0U);
    expect_counted(1);
    plane->advance(61);
    plane->sweep(ipv6());
    expect_counted(0);
    all_dropped += dropped;
    EXPECT_EQ(plane->all_reasons(), all_dropped);
    EXPECT_EQ(plane->reason(EK_REASON_OPENED_ELSEWHERE), all_dropped);
  }
  EXPECT_LE(plane->reverse_entries(ipv6()), static_cast<uint32_t>(collisions));
  RecordProperty("collisions", collisions);
}

INSTANTIATE_TEST_SUITE_P(Methods, TheSameSyn,
                         testing::Values(Race{EK_METHOD_DIRECT_ROUTING, false}, Race{EK_METHOD_DIRECT_ROUTING, true},
                                         Race{EK_METHOD_NAT, false}, Race{EK_METHOD_NAT, true},
                                         Race{EK_METHOD_SNAT, false}, Race{EK_METHOD_SNAT, true}));

}  // namespace
}  // namespace evenkeel::packet
