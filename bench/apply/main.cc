// How long the layer-4 engine takes to put a desired state into the kernel's maps. Needs root; leaves nothing behind.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string_view>

#include "engines/l4_xdp/engine.h"
#include "scenario/l4_xdp/sandbox.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr int kServices = 1000;
constexpr int kRealServers = 10;
constexpr int kRounds = 9;

struct Row {
  std::string name;
  int64_t nanoseconds;  // median
};

desired::Layer4 large_farm(model::Scheduler scheduler) {
  desired::Layer4 want;
  for (int service = 0; service < kServices; ++service) {
    desired::VirtualService& virtual_service = want.virtual_services.emplace_back();
    virtual_service.label = fmt::format("service{}", service);
    virtual_service.address = *IpAddress::parse(fmt::format("10.{}.{}.1", service / 250, service % 250));
    virtual_service.ports = *model::PortSet::parse("80,9163-9164");
    virtual_service.scheduler = scheduler;
    for (int server = 0; server < kRealServers; ++server) {
      desired::RealServer& real_server = virtual_service.real_servers.emplace_back();
      real_server.label = fmt::format("server{}", server);
      real_server.address = *IpAddress::parse(fmt::format("10.{}.{}.{}", service / 250, service % 250, 100 + server));
    }
  }
  return want;
}

int64_t median_of(int rounds, const std::function<void()>& prepare, const std::function<void()>& measured) {
  std::vector<int64_t> times;
  for (int round = 0; round < rounds; ++round) {
    prepare();
    const auto start = std::chrono::steady_clock::now();
    measured();
    times.push_back(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

class Bench {
 public:
  std::vector<Row> run() {
    from_scratch("apply-1000x10-wlc", model::Scheduler::kWeightedLeastConnections, kRounds);
    one_weight("weight-change-wlc");
    unchanged("apply-unchanged");
    restart("restart-adopt");
    from_scratch("apply-1000x10-wrr", model::Scheduler::kWeightedRoundRobin, 3);
    one_weight("weight-change-wrr");
    from_scratch("apply-1000x10-maglev", model::Scheduler::kMaglev, 3);
    one_weight("weight-change-maglev");
    return std::move(rows_);
  }

 private:
  void open() {
    engine_.reset();
    auto opened = L4Engine::open({.pin_directory = sandbox_.pin_directory()});
    if (!opened) throw std::runtime_error(to_string(opened.error()));
    engine_ = std::move(*opened);
  }
  void apply(const desired::Layer4& want) {
    const auto report = engine_->apply(want);
    if (!report || !report->statuses.empty()) throw std::runtime_error("the apply failed");
  }

  void from_scratch(const std::string& name, model::Scheduler scheduler, int rounds) {
    want_ = large_farm(scheduler);
    const auto prepare = [this] {
      engine_.reset();
      sandbox_.run("rm -rf " + sandbox_.pin_directory());
      open();
    };
    rows_.push_back({name, median_of(rounds, prepare, [this] { apply(want_); })});
  }
  void one_weight(const std::string& name) {
    const auto prepare = [this] {
      uint16_t& weight = want_.virtual_services[kServices / 2].real_servers[3].weight;
      weight = weight == 100 ? 70 : 100;
    };
    rows_.push_back({name, median_of(kRounds, prepare, [this] { apply(want_); })});
  }
  void unchanged(const std::string& name) {
    rows_.push_back({name, median_of(kRounds, [] {}, [this] { apply(want_); })});
  }
  void restart(const std::string& name) {
    const auto measured = [this] {
      open();
      apply(want_);
    };
    rows_.push_back({name, median_of(kRounds, [this] { engine_.reset(); }, measured)});
  }

  Sandbox sandbox_;
  std::unique_ptr<L4Engine> engine_;
  desired::Layer4 want_;
  std::vector<Row> rows_;
};

void print(const std::vector<Row>& rows, bool as_json) {
  if (!as_json) {
    for (const Row& row : rows) fmt::print("{:24} {:10.3f} ms\n", row.name, static_cast<double>(row.nanoseconds) / 1e6);
    return;
  }
  std::string text;
  for (const Row& row : rows)
    text += fmt::format(R"({}{{"row": "{}", "ns": {}}})", text.empty() ? "" : ", ", row.name, row.nanoseconds);
  fmt::print("{{\"bench\": \"apply\", \"rows\": [{}]}}\n", text);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp

int main(int argc, char** argv) {
  try {
    const bool as_json = argc > 1 && std::string_view(argv[1]) == "--json";
    evenkeel::engines::l4_xdp::print(evenkeel::engines::l4_xdp::Bench().run(), as_json);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_apply: %s\n", error.what());
    return 1;
  }
}
