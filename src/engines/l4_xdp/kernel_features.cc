#include "engines/l4_xdp/kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <ctime>

#include "base/fd.h"
#include "bpf/abi.h"
#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {

bool SystemKernelProbe::may_use_bpf() const {
  const Fd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, sizeof(uint32_t), sizeof(uint32_t), 1, nullptr));
  return map.is_open() || (errno != EPERM && errno != EACCES);
}

bool SystemKernelProbe::has_xdp() const {
  return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, nullptr) == 1;
}

bool SystemKernelProbe::has_array_of_maps() const {
  return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_ARRAY_OF_MAPS, nullptr) == 1;
}

bool SystemKernelProbe::has_rings_of_any_length() const {
  auto options = libbpf_options<bpf_map_create_opts>();
  options.map_flags = BPF_F_INNER_MAP;
  return Fd(bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, sizeof(uint32_t), sizeof(ek_ring_block), 1, &options))
      .is_open();
}

bool SystemKernelProbe::has_system_call_programs() const {
  return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SYSCALL, nullptr) == 1;
}

bool SystemKernelProbe::has_loops() const {
  return libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_loop, nullptr) == 1;
}

Result<> check_kernel(const KernelProbe& probe) {
  if (!probe.may_use_bpf()) return fail(ErrorCode::kPermission, "this process may not use BPF: run it as root");
  std::string missing;
  const auto need = [&missing](bool is_there, const char* what) {
    if (!is_there) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  need(probe.has_xdp(), "XDP programs (CONFIG_BPF_SYSCALL, CONFIG_NET)");
  need(probe.has_array_of_maps(), "maps in maps (Linux 4.12)");
  need(probe.has_rings_of_any_length(), "inner maps of different length (BPF_F_INNER_MAP, Linux 5.10)");
  need(probe.has_system_call_programs(), "system call programs (Linux 5.14)");
  need(probe.has_loops(), "bpf_loop (Linux 5.17)");
  if (missing.empty()) return {};
  return fail(ErrorCode::kUnsupported,
              "this kernel lacks what the layer-4 data plane needs: " + missing + "; use Linux 6.0 or newer");
}

Tick tick_for(std::chrono::nanoseconds jiffy) {
  constexpr std::chrono::nanoseconds kShortest = std::chrono::milliseconds(250);
  Tick tick;
  while (jiffy * (1LL << tick.shift) < kShortest) ++tick.shift;
  const double seconds = std::chrono::duration<double>(jiffy).count() * static_cast<double>(1U << tick.shift);
  tick.per_second_times_256 = static_cast<uint32_t>(256 / seconds + 0.5);
  return tick;
}

std::chrono::nanoseconds jiffy_length() {
  // The coarse clocks advance once per jiffy, and say so. (The HZ of sysconf is another one, always 100.)
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
  return std::chrono::seconds(resolution.tv_sec) + std::chrono::nanoseconds(resolution.tv_nsec);
}

}  // namespace evenkeel::engines::l4_xdp
