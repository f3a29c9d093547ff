// What one packet costs in the XDP program, beside the least that any forwarder could do, by BPF_PROG_TEST_RUN.

#include <fmt/core.h>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "data_plane.h"
#include "harness/generator.h"
#include "harness/report.h"
#include "skeleton.h"

namespace evenkeel::bench {
namespace {

using packet::DataPlane;
using packet::Frame;

constexpr uint32_t kSlots4 = 1 << 21, kSlots6 = 1 << 20;
constexpr uint32_t kSets4 = kSlots4 / EK_SET_WAYS, kSets6 = kSlots6 / EK_SET_WAYS;
constexpr uint32_t kRepeat = 100'000, kNewFlows = 1 << 15, kFirstNewFlow = 1 << 20;
constexpr uint32_t kRealServers = 4;
constexpr uint16_t kPort = 445;
const std::string kVirtual4 = "10.77.0.100", kVirtual6 = "fd77::100";

struct Scenario {
  std::string name;
  uint64_t flows;
  std::optional<double> at_most;
  bool ipv6 = false;
  bool udp = false;
  bool fresh = false;        // every packet is a SYN of a flow never seen before
  bool only_memory = false;  // not our program: the trivial one, with the cache misses of one look-up
};

const std::vector<Scenario> kScenarios = {
    {"dr-established-v4", 1, 1.8},
    {"trivial-with-memory", 65536, std::nullopt, false, false, false, true},
    {"dr-established-v4", 65536, 5.5},
    {"trivial-with-memory", 524288, std::nullopt, false, false, false, true},
    {"dr-established-v4", 524288, 7.0},
    {"dr-new-v4", kNewFlows, 7.0, false, false, true},
    {"dr-udp-v4", 1, std::nullopt, false, true},
    {"dr-udp-v4", 65536, std::nullopt, false, true},
    {"dr-established-v6", 1, std::nullopt, true},
    {"dr-established-v6", 65536, std::nullopt, true},
    {"dr-new-v6", kNewFlows, std::nullopt, true, false, true},
};

Frame frame_of(const Scenario& scenario, uint8_t tcp_flags) {
  Frame frame;
  if (scenario.ipv6) {
    frame.ipv6("fd77:1::", kVirtual6);
  } else {
    frame.ipv4("10.80.0.0", kVirtual4);
  }
  return scenario.udp ? frame.udp(1, kPort, 18) : frame.tcp(1, kPort, tcp_flags);
}

class Bench {
 public:
  Bench() : plane_({.sets4 = kSets4, .sets6 = kSets6, .simulated_clock = false}) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    std::vector<uint16_t> ring;
    ring.reserve(kRealServers);
    for (uint32_t i = 0; i < kRealServers; ++i) {
      ring.push_back(plane_.add_real_server(service));
    }
    plane_.set_ring(service, ring);
    for (const std::string& address : {kVirtual4, kVirtual6}) {
      plane_.add_key(address, kPort, packet::kTcp, service);
      plane_.add_key(address, kPort, packet::kUdp, service);
    }
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
  }

  double trivial() {
    generator_.describe(frame_of(kScenarios[0], packet::kAck), false, {});
    return generator_.run(generator_.trivial_fd(), kRepeat);
  }

  double measure(const Scenario& scenario) {
    if (scenario.fresh) {
      describe(scenario, packet::kSyn, scenario.flows, next_new_flow_);
      next_new_flow_ += scenario.flows;
      return generator_.run(program_, scenario.flows);
    }
    describe(scenario, packet::kAck, scenario.flows, 0);
    return generator_.run(scenario.only_memory ? generator_.trivial_with_memory_fd() : program_, kRepeat);
  }

  // Opens the scenario's flows; a smaller scenario's flows are the first of a larger one's.
  void prepare(const Scenario& scenario) {
    for (uint8_t flags : {packet::kSyn, packet::kAck}) {
      describe(scenario, flags, scenario.flows, 0);
      generator_.run(program_, scenario.flows);
    }
  }

 private:
  void describe(const Scenario& scenario, uint8_t tcp_flags, uint64_t flows, uint32_t first) {
    generator_.describe(frame_of(scenario, tcp_flags), scenario.ipv6, {.count = flows, .first = first});
  }

  DataPlane plane_;
  Generator generator_;
  int program_;
  uint32_t next_new_flow_ = kFirstNewFlow;
};

// A round measures every scenario once, each right beside the trivial program.
Report run(const Options& options) {
  Bench bench;
  Report report{"packet", {}, {}};
  std::vector<std::vector<double>> ns(kScenarios.size()), ratios(kScenarios.size());
  std::vector<double> trivial;
  for (const Scenario& scenario : kScenarios) {
    if (!scenario.fresh && !scenario.only_memory) {
      bench.prepare(scenario);
    }
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < kScenarios.size(); ++i) {
      double base = bench.trivial();
      ns[i].push_back(bench.measure(kScenarios[i]));
      trivial.push_back(base);
      ratios[i].push_back(ns[i].back() / base);
    }
  }
  report.rows.push_back({"trivial", 1, median(trivial), 1.0, {}, {}});
  for (size_t i = 0; i < kScenarios.size(); ++i) {
    report.rows.push_back(
        {kScenarios[i].name, kScenarios[i].flows, median(ns[i]), median(ratios[i]), kScenarios[i].at_most, {}});
  }
  report.notes.push_back(
      fmt::format("raw time, making the frame included; ratio to trivial beside it, medians of {}", options.rounds));
  report.notes.push_back(fmt::format("memory per connection: {} bytes IPv4, {} bytes IPv6, tables of {} and {} slots",
                                     sizeof(ek_set4) / EK_SET_WAYS, sizeof(ek_set6) / EK_SET_WAYS, kSlots4, kSlots6));
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  using namespace evenkeel::bench;
  Options options = parse_options(argc, argv, "bench_packet: the cost of one packet, beside a trivial XDP_TX program");
  try {
    return print(run(options), options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_packet: {} (needs root)\n", error.what());
    return 2;
  }
}
