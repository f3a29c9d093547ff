// What grows with the number of virtual services, real servers and connections, and what does not: the cost of a
// packet, of a sweep, memory, and how full the connection table gets before an insert fails.

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
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

constexpr uint32_t kMostConnections = 1 << 22, kSweptConnections = 1'000'000, kFilledSets = 150'000;
constexpr uint32_t kRepeat = 100'000, kNewFlows = 1 << 13, kFirstNewFlow = 1 << 23, kFillStep = 1 << 11;
constexpr uint32_t kPreparedAtOnce = 1 << 16;  // there is room for more in the front, and not for twice as many
constexpr uint32_t kServices = 10'000;
constexpr double kWays = int{EK_SET_WAYS};
constexpr double kSweepLimitMs = 20, kBytesLimit4 = 80, kBytesLimit6 = 144, kLoadLimit = 0.67;
constexpr uint16_t kPort = 445;
const std::string kManyServices = "10.90.0.0", kOneService = "10.77.0.100";

// A table that is 60 % full with this many.
uint32_t sets_for(uint32_t connections) {
  return static_cast<uint32_t>(connections / 0.6 / kWays) + 1;
}

std::string address_behind(const std::string& prefix, uint32_t number) {
  return fmt::format("{}.{}.{}", prefix, number >> 8, number & 255);
}

struct Scenario {
  std::string name;
  uint64_t flows;
  uint32_t services = 1;
  uint32_t real_servers = 2;
  bool fresh = false;
};

const std::vector<Scenario> kScenarios = {
    {.name = "services-1-established", .flows = 1 << 14},
    {.name = "services-100-established", .flows = 1 << 14, .services = 100},
    {.name = "services-10000-established", .flows = 1 << 14, .services = kServices},
    {.name = "services-1-new", .flows = kNewFlows, .fresh = true},
    {.name = "services-100-new", .flows = kNewFlows, .services = 100, .fresh = true},
    {.name = "services-10000-new", .flows = kNewFlows, .services = kServices, .fresh = true},
    {.name = "servers-50-established", .flows = 1 << 14, .real_servers = 50},
    {.name = "servers-500-established", .flows = 1 << 14, .real_servers = 500},
    {.name = "servers-50-new", .flows = kNewFlows, .real_servers = 50, .fresh = true},
    {.name = "servers-500-new", .flows = kNewFlows, .real_servers = 500, .fresh = true},
    {.name = "connections-10^3", .flows = 1 << 10},
    {.name = "connections-10^4", .flows = 1 << 13},
    {.name = "connections-10^5", .flows = 1 << 17},
    {.name = "connections-10^6", .flows = 1 << 20},
    {.name = "connections-4*10^6", .flows = kMostConnections},
};

class Bench {
 public:
  Bench() : plane_({.sets4 = sets_for(kMostConnections + (1 << 20)), .sets6 = 1, .simulated_clock = false}) {
    add_service(kOneService, kPort, 2);
    add_service(kOneService, kPort + 50, 50);
    add_service(kOneService, kPort + 500, 500);
    for (uint32_t i = 0; i < kServices; ++i) add_service(address_behind("10.90", i), kPort, 2);
    program_ = bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp);
  }

  // From now on the table has the scenario's connections and no others. In pieces: on a busy machine millions of
  // handshakes take longer than a half-open connection lasts.
  void prepare(Scenario scenario) {
    plane_.forget_connections();
    if (scenario.fresh) return;
    const auto flows = static_cast<uint32_t>(scenario.flows), piece = std::min(flows, kPreparedAtOnce);
    scenario.flows = piece;
    for (uint32_t first = 0; first < flows; first += piece) {
      plane_.set_crowded(first + piece > kPreparedAtOnce, first + piece > 2 * kPreparedAtOnce);
      for (uint8_t flags : {packet::kSyn, packet::kAck}) {
        describe(scenario, flags, first);
        generator_.run(program_, piece);
      }
    }
  }
  double trivial() {
    describe(kScenarios[0], packet::kAck, 0);
    return generator_.run(generator_.program_fd(Generator::Program::kTrivial), kRepeat);
  }
  double measure(const Scenario& scenario) {
    describe(scenario, scenario.fresh ? packet::kSyn : packet::kAck, scenario.fresh ? next_ : 0);
    if (!scenario.fresh) return generator_.run(program_, kRepeat);
    next_ += kNewFlows;
    return generator_.run(program_, kNewFlows);
  }

 private:
  void add_service(const std::string& address, uint16_t port, uint32_t real_servers) {
    const uint32_t service = plane_.add_service({.scheduler = EK_SCHEDULER_WLC});
    std::vector<uint16_t> ring;
    for (uint32_t i = 0; i < real_servers; ++i) ring.push_back(plane_.add_real_server(service));
    set_ring(service, ring);
    plane_.add_key(address, port, packet::kTcp, service);
  }
  // A short one is read from its head alone, and every map put into `rings` has to wait for the kernel.
  void set_ring(uint32_t service, const std::vector<uint16_t>& ring) {
    if (ring.size() > EK_RING_BLOCK) {
      plane_.set_ring(service, ring);
      return;
    }
    std::ranges::copy(ring, plane_.arrays().ring_heads[service].real_server);
    plane_.arrays().services[service].ring_length = static_cast<uint32_t>(ring.size());
  }
  void describe(const Scenario& scenario, uint8_t flags, uint32_t first) {
    const bool spread = scenario.services > 1;
    const auto port = static_cast<uint16_t>(kPort + (scenario.real_servers > 2 ? scenario.real_servers : 0));
    const Frame frame = Frame().ipv4("10.80.0.0", spread ? kManyServices : kOneService).tcp(1, port, flags);
    generator_.describe(frame, false,
                        {.count = scenario.flows, .first = first, .virtual_addresses = spread ? scenario.services : 0});
  }

  DataPlane plane_;
  Generator generator_;
  int program_;
  uint32_t next_ = kFirstNewFlow;
};

void measure_packets(const Options& options, Report& report) {
  Bench bench;
  for (const Scenario& scenario : kScenarios) {
    std::vector<double> ns, ratios;
    bench.prepare(scenario);
    for (int round = 0; round < options.rounds; ++round) {
      const double base = bench.trivial();
      ns.push_back(bench.measure(scenario));
      ratios.push_back(ns.back() / base);
    }
    report.rows.push_back({scenario.name, scenario.flows, median(ns), median(ratios), {}, {}});
  }
}

// ---- one service with UDP flows, which nothing displaces ----

class Filled {
 public:
  explicit Filled(uint32_t sets) : plane_({.sets4 = sets, .sets6 = sets, .simulated_clock = false}) {
    const uint32_t service = plane_.add_service();
    plane_.set_ring(service, {static_cast<uint16_t>(plane_.add_real_server(service))});
    plane_.add_key(kOneService, kPort, packet::kUdp, service);
  }
  void add(uint32_t flows) {
    const Frame frame = Frame().ipv4("10.80.0.0", kOneService).udp(1, kPort, 18);
    generator_.describe(frame, false, {.count = flows, .first = next_});
    generator_.run(bpf_program__fd(plane_.skeleton().progs.evenkeel_xdp), flows);
    next_ += flows;
  }
  uint32_t added() const { return next_; }
  DataPlane& plane() { return plane_; }

 private:
  DataPlane plane_;
  Generator generator_;
  uint32_t next_ = 0;
};

std::string verdict_on(bool met) {
  return met ? "yes" : "NO";
}

// Of this thread: what else the machine does is not the sweep's.
double cpu_milliseconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string sweep_note(int rounds) {
  Filled filled(sets_for(kSweptConnections));
  while (filled.added() < kSweptConnections) filled.add(kFillStep);
  std::vector<double> milliseconds;
  uint32_t used = 0;
  for (int round = 0; round < rounds; ++round) {
    const double start = cpu_milliseconds();
    used = filled.plane().sweep(false).used;
    milliseconds.push_back(cpu_milliseconds() - start);
  }
  const double middle = median(milliseconds);
  return fmt::format("sweep of {} connections: {:.1f} ms of processor time  <= {:.0f} {}", used, middle, kSweepLimitMs,
                     verdict_on(middle <= kSweepLimitMs));
}

// As the kernel accounts it.
uint64_t locked_bytes(bpf_map* map) {
  std::ifstream file(fmt::format("/proc/self/fdinfo/{}", bpf_map__fd(map)));
  for (std::string word; file >> word;) {
    uint64_t bytes = 0;
    if (word == "memlock:" && file >> bytes) return bytes;
  }
  throw std::runtime_error("fdinfo has no memlock");
}

std::string memory_note(Filled& filled) {
  auto& maps = filled.plane().skeleton().maps;
  const double slots = double{kFilledSets} * kWays;
  const double bytes4 = static_cast<double>(locked_bytes(maps.connections4) + locked_bytes(maps.reverse4)) / slots;
  const double bytes6 = static_cast<double>(locked_bytes(maps.connections6) + locked_bytes(maps.reverse6)) / slots;
  return fmt::format(
      "memory per connection slot, reverse index included: {:.1f} B IPv4 <= {:.0f} {}, {:.1f} B IPv6 <= {:.0f} {}",
      bytes4, kBytesLimit4, verdict_on(bytes4 <= kBytesLimit4), bytes6, kBytesLimit6,
      verdict_on(bytes6 <= kBytesLimit6));
}

// Also: how many had failed at the load that is the goal.
std::string load_note(Filled& filled) {
  const double slots = double{kFilledSets} * kWays;
  double first = 0;
  uint64_t failed = 0;
  while (filled.added() < slots * kLoadLimit || first == 0) {
    filled.add(kFillStep);
    const uint64_t now = filled.plane().reason(EK_REASON_TABLE_FULL);
    if (now != 0 && first == 0) first = filled.added() / slots;
    if (filled.added() <= slots * kLoadLimit) failed = now;
  }
  return fmt::format(
      "first insert that failed: at {:.1f} % of {:.0f} slots  >= {:.0f} % {}; {} of {:.0f} until then failed",
      100 * first, slots, 100 * kLoadLimit, verdict_on(first >= kLoadLimit), failed, slots * kLoadLimit);
}

Report run(const Options& options) {
  Report report{"scale", {}, {}};
  report.notes.push_back(sweep_note(options.rounds));
  measure_packets(options, report);
  Filled filled(kFilledSets);
  report.notes.push_back(memory_note(filled));
  report.notes.push_back(load_note(filled));
  return report;
}

}  // namespace
}  // namespace evenkeel::bench

int main(int argc, char** argv) {
  using namespace evenkeel::bench;
  const Options options = parse_options(argc, argv, "bench_scale: what grows with services, real servers, connections");
  try {
    return print(run(options), options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_scale: {} (needs root)\n", error.what());
    return 2;
  }
}
