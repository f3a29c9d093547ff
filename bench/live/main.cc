// Packets per second through a veth pair with live frames: the XDP program against a bare XDP_TX program, in one run.

#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <exception>
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

Frame frame_with(uint8_t tcp_flags) {
  return Frame().destination_mac(Network::balancer_mac()).ipv4("10.80.0.0", kVirtual).tcp(1, kPort, tcp_flags);
}

class Bench {
 public:
  Bench() : network_("ekbench-"), plane_({.sets4 = (1 << 20) / EK_SET_WAYS, .sets6 = 64, .simulated_clock = false}) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    packet::RealServerOptions server;
    server.interface_index = network_.balancer_index();  // back through the same interface: XDP_TX, as the bare program
    std::vector<uint16_t> ring = {static_cast<uint16_t>(plane_.add_real_server(service, server)),
                                  static_cast<uint16_t>(plane_.add_real_server(service, server))};
    plane_.set_ring(service, ring);
    plane_.add_key(kVirtual, kPort, packet::kTcp, service);
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
    network_.attach_to_generator(generator_.sink_fd());
  }

  // Every flow's SYN and ACK once.
  void open_flows(uint64_t flows) {
    network_.attach_to_balancer(program_);
    for (uint8_t flags : {packet::kSyn, packet::kAck}) {
      generator_.describe(frame_with(flags), false, {.count = flows, .interface_index = network_.generator_index()});
      generator_.send_live(std::max<uint64_t>(flows, 64));
    }
  }

  // Nanoseconds per frame that came back.
  double measure(int program, uint64_t flows) {
    network_.attach_to_balancer(program);
    generator_.describe(frame_with(packet::kAck), false,
                        {.count = flows, .interface_index = network_.generator_index()});
    generator_.send_live(kWarmUp);
    uint64_t before = generator_.delivered();
    double ns = generator_.send_live(kFrames);
    uint64_t delivered = generator_.delivered() - before;
    return delivered != 0 ? ns * kFrames / static_cast<double>(delivered) : 1e9;
  }

  int program() const { return program_; }
  int trivial() const { return generator_.trivial_fd(); }

 private:
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
  const std::vector<uint64_t> flows = {1, 65536};
  for (uint64_t count : flows) {
    bench.open_flows(count);
  }
  std::vector<double> bare;
  std::vector<std::vector<double>> ns(flows.size()), ratios(flows.size());
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < flows.size(); ++i) {
      bare.push_back(bench.measure(bench.trivial(), flows[i]));
      ns[i].push_back(bench.measure(bench.program(), flows[i]));
      ratios[i].push_back(bare.back() / ns[i].back());  // of packets per second
    }
  }
  Report report{"live", {}, {}};
  report.rows.push_back({"bare-xdp-tx", 1, median(bare), 1.0, {}, {}});
  report.rows.push_back({"dr-established-v4", 1, median(ns[0]), median(ratios[0]), {}, 0.9});
  report.rows.push_back({"dr-established-v4", 65536, median(ns[1]), median(ratios[1]), {}, {}});
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
