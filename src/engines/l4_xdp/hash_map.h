#pragma once
// Hash maps in large steps: one system call for many entries. Used inside the engine only.

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "base/result.h"

namespace evenkeel::engines::l4_xdp {

class HashMap {
 public:
  // value_size as system calls see it; for a per-CPU map: ArrayMap::per_cpu_value_size. The descriptor stays the
  // caller's.
  HashMap(int fd, std::string name, size_t key_size, size_t value_size)
      : fd_(fd), name_(std::move(name)), key_size_(key_size), value_size_(value_size) {}

  // Every entry once; what comes or goes meanwhile may be among them or not.
  Result<> visit(const std::function<void(const std::byte* key, const std::byte* value)>& visit) const;
  Result<> erase(const void* key) const;  // none there: no error

 private:
  int fd_;
  std::string name_;
  size_t key_size_, value_size_;
};

}  // namespace evenkeel::engines::l4_xdp
