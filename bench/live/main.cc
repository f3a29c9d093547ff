// Packets per second through a veth pair with live frames: the XDP program against a bare XDP_TX program, in one run.

#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "data_plane.h"
#include "harness/generator.h"
#include "harness/report.h"
#include "network.h"
#include "skeleton.h"

namespace evenkeel::bench {
namespace {

using packet::DataPlane;
using packet::Frame;

constexpr uint32_t kFrames = 1 << 19, kWarmUp = 1 << 15;
constexpr uint16_t kPort = 445;
const std::string kVirtual = "10.77.0.100";

struct Scenario {
  std::string name;
  ek_forwarding_method method;
  uint64_t flows;
  std::optional<double> at_least = {};
};

const std::vector<Scenario> kScenarios = {
    {"dr-established-v4", EK_METHOD_DIRECT_ROUTING, 1, 0.9},
    {"dr-established-v4", EK_METHOD_DIRECT_ROUTING, 65536},
    {"snat-established-v4", EK_METHOD_SNAT, 1, 0.85},
    {"snat-established-v4", EK_METHOD_SNAT, 32768},
};

uint16_t port_of(ek_forwarding_method method) {
  return static_cast<uint16_t>(kPort + method);
}

Frame frame_with(ek_forwarding_method method, uint8_t tcp_flags) {
  return Frame()
      .destination_mac(Network::balancer_mac())
      .ipv4("10.80.0.0", kVirtual)
      .tcp(1, port_of(method), tcp_flags);
}

class Bench {
 public:
  Bench() : network_("ekbench-"), plane_({.sets4 = (1 << 20) / EK_SET_WAYS, .sets6 = 64, .simulated_clock = false}) {
    for (ek_forwarding_method method : {EK_METHOD_DIRECT_ROUTING, EK_METHOD_SNAT}) add_service(method);
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
    network_.attach_to_generator(generator_.sink_fd());
  }

  // Every flow's SYN and ACK once.
  void open_flows(const Scenario& scenario) {
    network_.attach_to_balancer(program_);
    for (uint8_t flags : {packet::kSyn, packet::kAck}) {
      describe(scenario, flags);
      generator_.send_live(std::max<uint64_t>(scenario.flows, 64));
    }
  }

  // Nanoseconds per frame that came back.
  double measure(int program, const Scenario& scenario) {
    network_.attach_to_balancer(program);
    describe(scenario, packet::kAck);
    generator_.send_live(kWarmUp);
    uint64_t before = generator_.delivered();
    double ns = generator_.send_live(kFrames);
    uint64_t delivered = generator_.delivered() - before;
    return delivered != 0 ? ns * kFrames / static_cast<double>(delivered) : 1e9;
  }

  int program() const { return program_; }
  int trivial() const { return generator_.program_fd(Generator::Program::kTrivial); }

 private:
  void describe(const Scenario& scenario, uint8_t tcp_flags) {
    generator_.describe(frame_with(scenario.method, tcp_flags), false,
                        {.count = scenario.flows, .interface_index = network_.generator_index()});
  }

  void add_service(ek_forwarding_method method) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    std::vector<uint16_t> ring;
    for (const std::string address : {"10.78.0.1", "10.78.0.2"}) {
      packet::RealServerOptions server;
      server.method = method;
      if (method == EK_METHOD_SNAT) server.address = address;
      server.interface_index =
          network_.balancer_index();  // back through the same interface: XDP_TX, as the bare program
      ring.push_back(static_cast<uint16_t>(plane_.add_real_server(service, server)));
    }
    plane_.set_ring(service, ring);
    plane_.add_key(kVirtual, port_of(method), packet::kTcp, service);
  }

  Network network_;
  DataPlane plane_;
  Generator generator_;
  int program_;
};

// Generator, load balancer and sink share one CPU, so the rate counts the whole road.
void stay_on_one_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

Report run(const Options& options) {
  stay_on_one_cpu();
  Bench bench;
  for (const Scenario& scenario : kScenarios) bench.open_flows(scenario);
  std::vector<double> bare;
  std::vector<std::vector<double>> ns(kScenarios.size()), ratios(kScenarios.size());
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < kScenarios.size(); ++i) {
      bare.push_back(bench.measure(bench.trivial(), kScenarios[i]));
      ns[i].push_back(bench.measure(bench.program(), kScenarios[i]));
      ratios[i].push_back(bare.back() / ns[i].back());  // of packets per second
    }
  }
  Report report{"live", {}, {}};
  report.rows.push_back({"bare-xdp-tx", 1, median(bare), 1.0, {}, {}});
  for (size_t i = 0; i < kScenarios.size(); ++i) {
    const auto& scenario = kScenarios[i];
    report.rows.push_back({scenario.name, scenario.flows, median(ns[i]), median(ratios[i]), {}, scenario.at_least});
  }
  report.notes.push_back(fmt::format("ratio of packets per second; bare XDP_TX: {:.2f} million a second, ours: {:.2f}",
                                     1e3 / median(bare), 1e3 / median(ns[0])));
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  using namespace evenkeel::bench;
  Options options =
      parse_options(argc, argv, "bench_live: packets per second through veth, beside a bare XDP_TX program");
  try {
    return print(run(options), options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_live: {} (needs root)\n", error.what());
    return 2;
  }
}
