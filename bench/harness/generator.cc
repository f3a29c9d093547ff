#include "harness/generator.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "map_access.h"
#include "traffic_bpf.skel.h"

namespace evenkeel::bench {

using packet::check;

namespace {

constexpr uint32_t kFirstClient = 10u << 24 | 80u << 16;

// Host order; of an IPv6 address the last one.
uint32_t word_of(const std::string& address) {
  uint32_t words[4];
  if (inet_pton(AF_INET, address.c_str(), &words[3]) != 1)
    check(inet_pton(AF_INET6, address.c_str(), words) == 1, "address");
  return ntohl(words[3]);
}

}  // namespace

Generator::Generator() : skeleton_(traffic_bpf__open_and_load()) {
  check(skeleton_ != nullptr, "load");
}

Generator::~Generator() {
  traffic_bpf__destroy(skeleton_);
}

void Generator::describe(const packet::Frame& frame, bool ipv6, const Flows& flows) {
  traffic value = {};
  packet::Bytes bytes = frame.bytes();
  memcpy(value.frame, bytes.data(), std::min(bytes.size(), sizeof(value.frame)));
  value.ipv6 = ipv6;
  value.first_client = flows.answers_to.empty() ? kFirstClient : word_of(flows.answers_to);
  value.answers = !flows.answers_to.empty();
  value.flows = flows.count;
  value.first_flow = flows.first;
  value.out_interface = flows.interface_index;
  value.virtual_addresses = flows.virtual_addresses;
  uint32_t zero = 0;
  check(bpf_map_update_elem(bpf_map__fd(skeleton_->maps.traffic), &zero, &value, BPF_ANY) == 0, "traffic");
}

void Generator::use_memory(uint32_t sets, uint32_t lines) {
  const auto& maps = skeleton_->maps;
  packet::clear_mapped(maps.memory);
  packet::clear_mapped(maps.more_memory);
  skeleton_->data->used_sets = sets;
  skeleton_->data->used_lines = lines;
}

double Generator::run(int program_fd, uint32_t repeat) {
  uint32_t zero = 0;
  check(bpf_map_update_elem(bpf_map__fd(skeleton_->maps.under_test), &zero, &program_fd, BPF_ANY) == 0, "under_test");
  std::vector<uint8_t> frame(TRAFFIC_FRAME);
  bpf_test_run_opts run = {};
  run.sz = sizeof(run);
  run.data_in = frame.data();
  run.data_size_in = frame.size();
  run.repeat = static_cast<int>(repeat);
  check(bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.make_and_test), &run) == 0, "BPF_PROG_TEST_RUN");
  if (run.retval != XDP_TX) {
    throw std::runtime_error("the program under test answered " + std::to_string(run.retval) + ", not XDP_TX");
  }
  return run.duration;
}

double Generator::send_live(uint32_t repeat) {
  std::vector<uint8_t> frame(TRAFFIC_FRAME);
  xdp_md context = {};
  context.data_end = frame.size();
  bpf_test_run_opts run = {};
  run.sz = sizeof(run);
  run.data_in = frame.data();
  run.data_size_in = frame.size();
  run.ctx_in = &context;
  run.ctx_size_in = sizeof(context);
  run.repeat = static_cast<int>(repeat);
  run.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
  run.batch_size = 64;
  check(bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.make_and_send), &run) == 0, "live frames");
  return run.duration;
}

uint64_t Generator::delivered() const {
  std::vector<uint64_t> values(libbpf_num_possible_cpus());
  uint32_t zero = 0;
  check(bpf_map_lookup_elem(bpf_map__fd(skeleton_->maps.delivered), &zero, values.data()) == 0, "delivered");
  uint64_t sum = 0;
  for (uint64_t value : values) {
    sum += value;
  }
  return sum;
}

int Generator::program_fd(Program program) const {
  const auto& programs = skeleton_->progs;
  switch (program) {
    case Program::kOurs:
      break;
    case Program::kTrivial:
      return bpf_program__fd(programs.trivial);
    case Program::kTrivialWithMemory:
      return bpf_program__fd(programs.trivial_with_memory);
    case Program::kTrivialWithNew:
      return bpf_program__fd(programs.trivial_with_new);
    case Program::kLeastNew:
      return bpf_program__fd(programs.least_new);
    case Program::kLeastNewTranslated:
      return bpf_program__fd(programs.least_new_translated);
  }
  throw std::invalid_argument("the program under test is not the generator's");
}
int Generator::sink_fd() const {
  return bpf_program__fd(skeleton_->progs.count_and_drop);
}
int Generator::pass_fd() const {
  return bpf_program__fd(skeleton_->progs.pass);
}

}  // namespace evenkeel::bench
