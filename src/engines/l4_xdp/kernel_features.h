#pragma once
// What the engine needs of the kernel, and whether it is there.

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace evenkeel::engines::l4_xdp {

// One question per feature, each answered by trying; nothing answers "yes" from a version number.
class KernelProbe {
 public:
  virtual ~KernelProbe() = default;
  virtual bool may_use_bpf() const = 0;  // the right to
  virtual bool has_xdp() const = 0;
  virtual bool has_array_of_maps() const = 0;
  virtual bool has_rings_of_any_length() const = 0;   // BPF_F_INNER_MAP, Linux 5.10
  virtual bool has_system_call_programs() const = 0;  // Linux 5.14
  virtual bool has_loops() const = 0;                 // bpf_loop, Linux 5.17
};

class SystemKernelProbe final : public KernelProbe {
 public:
  bool may_use_bpf() const override;
  bool has_xdp() const override;
  bool has_array_of_maps() const override;
  bool has_rings_of_any_length() const override;
  bool has_system_call_programs() const override;
  bool has_loops() const override;
};

// kPermission, or kUnsupported with a sentence that names everything that is missing.
Result<> check_kernel(const KernelProbe& probe);

struct Tick {
  uint32_t shift = 0;  // a tick is jiffies >> shift
  uint32_t per_second_times_256 = 0;
};
// The shortest tick of at least 0.25 s (below 1 s) for jiffies of this length, 1..100 ms.
Tick tick_for(std::chrono::nanoseconds jiffy);
std::chrono::nanoseconds jiffy_length();

}  // namespace evenkeel::engines::l4_xdp
