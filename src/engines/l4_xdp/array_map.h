#pragma once
// Array maps in large steps: one system call for many entries. Used inside the engine only.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace evenkeel::engines::l4_xdp {

class ArrayMap {
 public:
  // value_size as system calls see it; for a per-CPU map: of all CPUs together. The descriptor stays the caller's.
  ArrayMap(int fd, std::string name, size_t value_size) : fd_(fd), name_(std::move(name)), value_size_(value_size) {}
  static size_t per_cpu_value_size(size_t size);  // each CPU's value is rounded to 8 bytes
  static size_t possible_cpus();

  int fd() const { return fd_; }
  size_t value_size() const { return value_size_; }

  // values: count * value_size() bytes.
  Result<> read(uint32_t first, uint32_t count, std::byte* values) const;
  // values: ids.size() * value_size() bytes, in the order of ids.
  Result<> write(std::span<const uint32_t> ids, const std::byte* values) const;
  // All entries of [0, entries) in steps, so that memory stays small.
  Result<> visit(uint32_t entries, const std::function<void(uint32_t, const std::byte*)>& visit) const;

 private:
  int fd_;
  std::string name_;
  size_t value_size_;
};

}  // namespace evenkeel::engines::l4_xdp
