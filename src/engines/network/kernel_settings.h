#pragma once
// The kernel's settings under /proc/sys. Those below net/ are of the network namespace that the calling thread is in.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace evenkeel::engines::network {

class KernelSettings {
 public:
  explicit KernelSettings(std::string root = "/proc/sys") : root_(std::move(root)) {}

  // "net/ipv4/ip_forward". Nothing where the kernel has no such number.
  std::optional<int> value(const std::string& name) const;
  // Of net/ipv4/conf: the higher of the general and the interface's own value, which is what holds. 0: there is
  // neither.
  int highest_ipv4(const std::string& interface, const std::string& name) const;
  Result<> set(const std::string& name, int value) const;
  // What there is below it: the interfaces below "net/ipv4/conf". Sorted.
  std::vector<std::string> names_below(const std::string& name) const;

 private:
  std::string root_;
};

}  // namespace evenkeel::engines::network
