// What one packet costs in the XDP program, beside the least that any forwarder could do, by BPF_PROG_TEST_RUN.

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
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
// A run sleeps before it begins, so that the caches have forgotten: known flows come by often enough to be in them
// again.
constexpr uint32_t kRepeat = 500'000, kNewFlows = 1 << 15, kHalf = kSlots4 / 2;
constexpr uint32_t kUncrowded = 1 << 16;  // there is room for more in the front, and not for twice as many
constexpr uint32_t kRealServers = 4;
constexpr uint16_t kPort = 445;
const std::string kVirtual4 = "10.77.0.100", kVirtual6 = "fd77::100";
const std::string kAnswering = "10.78.1.1", kSource = "10.78.1.91";  // SNAT's

struct Scenario {
  std::string name;
  uint64_t flows;
  std::optional<double> at_most = {};
  bool ipv6 = false;
  bool udp = false;
  bool fresh = false;  // every packet is a SYN of a flow never seen before
  uint32_t among = 0;  // fresh: so many connections are in the table already
  ek_forwarding_method method = EK_METHOD_DIRECT_ROUTING;
  bool answers = false;  // of the one real server of a service of their own
  Generator::Program program = Generator::Program::kOurs;
};

constexpr bool kIpv6 = true;

Scenario memory(uint64_t flows) {
  return {.name = "trivial-with-memory", .flows = flows, .program = Generator::Program::kTrivialWithMemory};
}

Scenario least_fresh(const std::string& name, Generator::Program program) {
  return {.name = name, .flows = kNewFlows, .fresh = true, .program = program};
}

// Into an empty table, so that every round measures the same; or into one that is half full.
Scenario fresh(const std::string& name, std::optional<double> at_most, ek_forwarding_method method, uint32_t among = 0,
               bool ipv6 = false) {
  return {.name = name,
          .flows = kNewFlows,
          .at_most = at_most,
          .ipv6 = ipv6,
          .fresh = true,
          .among = among,
          .method = method};
}

Scenario established(const std::string& name, uint64_t flows, std::optional<double> at_most,
                     ek_forwarding_method method = EK_METHOD_DIRECT_ROUTING, bool ipv6 = false) {
  return {.name = name, .flows = flows, .at_most = at_most, .ipv6 = ipv6, .method = method};
}

Scenario answers(const std::string& name, uint64_t flows, ek_forwarding_method method) {
  return {.name = name, .flows = flows, .method = method, .answers = true};
}

const std::vector<Scenario> kScenarios = {
    established("dr-established-v4", 1, 1.8),
    established("dr-established-v4", 1024, std::nullopt),
    memory(65536),
    established("dr-established-v4", 65536, 5.5),
    memory(524288),
    established("dr-established-v4", 524288, 7.0),
    least_fresh("trivial-with-new", Generator::Program::kTrivialWithNew),
    least_fresh("least-new", Generator::Program::kLeastNew),
    fresh("dr-new-v4", 7.0, EK_METHOD_DIRECT_ROUTING),
    fresh("dr-new-half-full-v4", std::nullopt, EK_METHOD_DIRECT_ROUTING, kHalf),
    {.name = "dr-udp-v4", .flows = 1, .udp = true},
    {.name = "dr-udp-v4", .flows = 65536, .udp = true},
    established("dr-established-v6", 1, std::nullopt, EK_METHOD_DIRECT_ROUTING, kIpv6),
    established("dr-established-v6", 65536, std::nullopt, EK_METHOD_DIRECT_ROUTING, kIpv6),
    fresh("dr-new-v6", std::nullopt, EK_METHOD_DIRECT_ROUTING, 0, kIpv6),
    established("nat-established-v4", 1, 2.2, EK_METHOD_NAT),
    established("nat-established-v4", 65536, std::nullopt, EK_METHOD_NAT),
    established("nat-established-v6", 1, std::nullopt, EK_METHOD_NAT, kIpv6),
    answers("nat-answer-v4", 1, EK_METHOD_NAT),
    answers("nat-answer-v4", 16384, EK_METHOD_NAT),
    least_fresh("least-new-translated", Generator::Program::kLeastNewTranslated),
    fresh("nat-new-v4", 7.0, EK_METHOD_NAT),
    fresh("nat-new-half-full-v4", std::nullopt, EK_METHOD_NAT, kHalf),
    established("snat-established-v4", 1, 2.2, EK_METHOD_SNAT),
    established("snat-established-v4", 65536, std::nullopt, EK_METHOD_SNAT),
    established("snat-established-v6", 1, std::nullopt, EK_METHOD_SNAT, kIpv6),
    answers("snat-answer-v4", 1, EK_METHOD_SNAT),
    answers("snat-answer-v4", 16384, EK_METHOD_SNAT),
    fresh("snat-new-v4", 10.0, EK_METHOD_SNAT),
    fresh("snat-new-half-full-v4", std::nullopt, EK_METHOD_SNAT, kHalf),
    established("tunnel-established-v4", 1, 2.8, EK_METHOD_TUNNEL),
    established("tunnel-established-v4", 65536, std::nullopt, EK_METHOD_TUNNEL),
    established("tunnel-established-v6", 1, std::nullopt, EK_METHOD_TUNNEL, kIpv6),
};

uint16_t port_of(const Scenario& scenario) {
  return static_cast<uint16_t>(kPort + scenario.method + (scenario.answers ? 100 : 0));
}

Frame answer_of(const Scenario& scenario) {
  return Frame().ipv4(kAnswering, "0.0.0.0").tcp(port_of(scenario), 1, packet::kAck);
}

Frame frame_of(const Scenario& scenario, uint8_t tcp_flags) {
  Frame frame;
  if (scenario.ipv6) {
    frame.ipv6("fd77:1::", kVirtual6);
  } else {
    frame.ipv4("10.80.0.0", kVirtual4);
  }
  const auto port = port_of(scenario);
  return scenario.udp ? frame.udp(1, port, 18) : frame.tcp(1, port, tcp_flags);
}

class Bench {
 public:
  Bench() : plane_({.sets4 = kSets4, .sets6 = kSets6, .simulated_clock = false}) {
    for (ek_forwarding_method method : {EK_METHOD_DIRECT_ROUTING, EK_METHOD_TUNNEL, EK_METHOD_NAT, EK_METHOD_SNAT}) {
      add_service(method, kVirtual4, "10.78.0.");
      add_service(method, kVirtual6, "fd78::");
    }
    for (ek_forwarding_method method : {EK_METHOD_NAT, EK_METHOD_SNAT}) add_answering_service(method);
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
  }

  double trivial() {
    generator_.describe(frame_of(kScenarios[0], packet::kAck), false, {});
    return generator_.run(generator_.program_fd(Generator::Program::kTrivial), kRepeat);
  }

  // The table has what the scenario says and nothing else; a program beside ours has as much memory as ours would use.
  void prepare(const Scenario& scenario) {
    const uint64_t known = scenario.fresh ? scenario.among : scenario.flows;
    const uint32_t sets = scenario.flows > kUncrowded ? kSets4 : ek_front_sets(kSets4);
    if (scenario.program != Generator::Program::kOurs) return generator_.use_memory(sets, ek_reverse_sets(sets));
    plane_.forget_connections();
    if (known > 0) open(scenario, scenario.among, known);
  }

  double run(const Scenario& scenario) {
    const bool is_ours = scenario.program == Generator::Program::kOurs;
    if (scenario.answers) {
      generator_.describe(
          answer_of(scenario), false,
          {.count = scenario.flows, .answers_to = scenario.method == EK_METHOD_SNAT ? kSource : "10.80.0.0"});
    } else {
      describe(scenario, scenario.fresh ? packet::kSyn : packet::kAck, scenario.flows, 0);
    }
    return generator_.run(is_ours ? program_ : generator_.program_fd(scenario.program),
                          scenario.fresh ? scenario.flows : kRepeat);
  }

 private:
  // In a table without others. The timer that sweeps, which does not run here, would find it crowded on the way.
  void open(const Scenario& scenario, uint32_t first, uint64_t flows) {
    open_part(scenario, first, flows);
    plane_.set_crowded(flows > kUncrowded, flows > 2 * kUncrowded);
  }

  // Flows are a power of two.
  void open_part(const Scenario& scenario, uint32_t first, uint64_t flows) {
    if (flows > kUncrowded) {
      open_part(scenario, first, flows / 2);
      plane_.set_crowded(true, false);
      return open_part(scenario, first + flows / 2, flows / 2);
    }
    for (uint8_t flags : {packet::kSyn, packet::kAck}) {
      describe(scenario, flags, flows, first);
      generator_.run(program_, flows);
    }
  }

  void describe(const Scenario& scenario, uint8_t tcp_flags, uint64_t flows, uint32_t first) {
    generator_.describe(frame_of(scenario, tcp_flags), scenario.ipv6, {.count = flows, .first = first});
  }

  // A service with real servers at `network` 1, 2, ... on a port of the method's own.
  void add_service(ek_forwarding_method method, const std::string& address, const std::string& network) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    std::vector<uint16_t> ring;
    for (uint32_t i = 1; i <= kRealServers; ++i) {
      packet::RealServerOptions server;
      server.method = method;
      server.address = method == EK_METHOD_DIRECT_ROUTING ? "" : network + std::to_string(i);
      server.tunnel_source = network + "99";
      ring.push_back(plane_.add_real_server(service, server));
    }
    plane_.set_ring(service, ring);
    if (method == EK_METHOD_SNAT) {  // more flows than one address has ports
      plane_.set_sources(service, {network + "91", network + "92", network + "93", network + "94", network + "95",
                                   network + "96", network + "97"});
    }
    for (uint8_t protocol : {packet::kTcp, packet::kUdp}) {
      plane_.add_key(address, static_cast<uint16_t>(kPort + method), protocol, service);
    }
  }

  // With one real server and one source address, so that it is known what answers look like.
  void add_answering_service(ek_forwarding_method method) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    packet::RealServerOptions server;
    server.method = method;
    server.address = kAnswering;
    plane_.set_ring(service, {static_cast<uint16_t>(plane_.add_real_server(service, server))});
    if (method == EK_METHOD_SNAT) plane_.set_sources(service, {kSource});
    plane_.add_key(kVirtual4, port_of({.name = "", .flows = 1, .method = method, .answers = true}), packet::kTcp,
                   service);
  }

  DataPlane plane_;
  Generator generator_;
  int program_;
};

std::vector<Scenario> scenarios_named(const std::string& text) {
  std::vector<Scenario> named;
  std::copy_if(kScenarios.begin(), kScenarios.end(), std::back_inserter(named),
               [&](const Scenario& scenario) { return scenario.name.find(text) != std::string::npos; });
  return named;
}

// A round measures every scenario once, each right after the trivial program, and both after what it takes to prepare.
Report run(const Options& options) {
  const std::vector<Scenario> scenarios = scenarios_named(options.only);
  Bench bench;
  Report report{"packet", {}, {}};
  std::vector<std::vector<double>> ns(scenarios.size()), ratios(scenarios.size());
  std::vector<double> trivial;
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < scenarios.size(); ++i) {
      bench.prepare(scenarios[i]);
      const double base = bench.trivial();
      ns[i].push_back(bench.run(scenarios[i]));
      trivial.push_back(base);
      ratios[i].push_back(ns[i].back() / base);
    }
  }
  report.rows.push_back({"trivial", 1, median(trivial), 1.0, {}, {}});
  for (size_t i = 0; i < scenarios.size(); ++i) {
    report.rows.push_back(
        {scenarios[i].name, scenarios[i].flows, median(ns[i]), median(ratios[i]), scenarios[i].at_most, {}});
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
