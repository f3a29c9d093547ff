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
constexpr uint32_t kRepeat = 500'000, kNewFlows = 1 << 15;
constexpr uint32_t kUncrowded = 1 << 16;  // there is room for more in the front, and not for twice as many
constexpr uint32_t kRealServers = 4;
constexpr uint16_t kPort = 445;
const std::string kVirtual4 = "10.77.0.100", kVirtual6 = "fd77::100";
const std::string kAnswering4 = "10.78.1.1", kAnswering6 = "fd78:1::1";
const std::string kSource4 = "10.78.1.91", kSource6 = "fd78:1::91";  // SNAT's

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

Scenario answers(const std::string& name, uint64_t flows, ek_forwarding_method method, bool ipv6) {
  return {.name = name, .flows = flows, .ipv6 = ipv6, .method = method, .answers = true};
}

// What a method may cost, beside the trivial program, whatever the version of IP.
struct Targets {
  std::string name;
  ek_forwarding_method method;
  double one;                                       // known connection
  std::optional<double> many = {}, very_many = {};  // 65,536 and 524,288
  double fresh;
};

std::vector<Scenario> scenarios_of(const Targets& targets, bool ipv6) {
  const auto name = [&](const std::string& what) { return targets.name + "-" + what + (ipv6 ? "-v6" : "-v4"); };
  std::vector<Scenario> list = {
      established(name("established"), 1, targets.one, targets.method, ipv6),
      established(name("established"), 1024, std::nullopt, targets.method, ipv6),
      established(name("established"), 65536, targets.many, targets.method, ipv6),
      established(name("established"), 524288, targets.very_many, targets.method, ipv6),
      fresh(name("new"), targets.fresh, targets.method, 0, ipv6),
      fresh(name("new-half-full"), std::nullopt, targets.method, ipv6 ? kSlots6 / 2 : kSlots4 / 2, ipv6),
  };
  if (targets.method < EK_METHOD_NAT) return list;
  for (const uint64_t flows : {1, 16384}) list.push_back(answers(name("answer"), flows, targets.method, ipv6));
  return list;
}

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all = {
      memory(65536),
      memory(524288),
      least_fresh("trivial-with-new", Generator::Program::kTrivialWithNew),
      least_fresh("least-new", Generator::Program::kLeastNew),
      least_fresh("least-new-translated", Generator::Program::kLeastNewTranslated),
      {.name = "dr-udp-v4", .flows = 1, .udp = true},
      {.name = "dr-udp-v4", .flows = 65536, .udp = true},
  };
  for (const Targets& targets : {
           Targets{.name = "dr",
                   .method = EK_METHOD_DIRECT_ROUTING,
                   .one = 1.8,
                   .many = 5.5,
                   .very_many = 7.0,
                   .fresh = 7.0},
           Targets{.name = "nat", .method = EK_METHOD_NAT, .one = 2.2, .fresh = 7.0},
           Targets{.name = "snat", .method = EK_METHOD_SNAT, .one = 2.2, .fresh = 10.0},
           Targets{.name = "tunnel", .method = EK_METHOD_TUNNEL, .one = 2.8, .fresh = 7.0},
       })
    for (const bool ipv6 : {false, true}) std::ranges::move(scenarios_of(targets, ipv6), std::back_inserter(all));
  return all;
}

const std::vector<Scenario> kScenarios = all_scenarios();

uint16_t port_of(const Scenario& scenario) {
  return static_cast<uint16_t>(kPort + scenario.method + (scenario.answers ? 100 : 0));
}

Frame answer_of(const Scenario& scenario) {
  const bool is_snat = scenario.method == EK_METHOD_SNAT;
  Frame frame = scenario.ipv6 ? Frame().ipv6(kAnswering6, is_snat ? kSource6 : "fd77:1::")
                              : Frame().ipv4(kAnswering4, is_snat ? kSource4 : "10.80.0.0");
  return frame.tcp(port_of(scenario), 1, packet::kAck);
}

// The last word of a client's address is the same in both versions.
std::string answered_by(const Scenario& scenario) {
  if (scenario.method != EK_METHOD_SNAT) return "10.80.0.0";
  return scenario.ipv6 ? kSource6 : kSource4;
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
    for (ek_forwarding_method method : {EK_METHOD_NAT, EK_METHOD_SNAT}) {
      add_answering_service(method, kVirtual4, kAnswering4, kSource4);
      add_answering_service(method, kVirtual6, kAnswering6, kSource6);
    }
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
  }

  double trivial() {
    generator_.describe(frame_of({.name = "", .flows = 1}, packet::kAck), false, {});
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
      generator_.describe(answer_of(scenario), scenario.ipv6,
                          {.count = scenario.flows, .answers_to = answered_by(scenario)});
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
    plane_.set_crowded(flows > kUncrowded, flows > 2 * kUncrowded, scenario.ipv6);
  }

  // Flows are a power of two.
  void open_part(const Scenario& scenario, uint32_t first, uint64_t flows) {
    if (flows > kUncrowded) {
      open_part(scenario, first, flows / 2);
      plane_.set_crowded(true, false, scenario.ipv6);
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
  void add_answering_service(ek_forwarding_method method, const std::string& address, const std::string& real_server,
                             const std::string& source) {
    uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    packet::RealServerOptions server;
    server.method = method;
    server.address = real_server;
    plane_.set_ring(service, {static_cast<uint16_t>(plane_.add_real_server(service, server))});
    if (method == EK_METHOD_SNAT) plane_.set_sources(service, {source});
    plane_.add_key(address, port_of({.name = "", .flows = 1, .method = method, .answers = true}), packet::kTcp,
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
