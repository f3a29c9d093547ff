#pragma once
// Entries of maps by system call, and whole maps in memory. Every failure throws.

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace evenkeel::packet {

inline void check(bool succeeded, const std::string& what) {
  if (!succeeded) {
    throw std::runtime_error(what + ": " + strerror(errno));
  }
}

template <class Key, class Value>
void update(bpf_map* map, const Key& key, const Value& value) {
  check(bpf_map_update_elem(bpf_map__fd(map), &key, &value, BPF_ANY) == 0, bpf_map__name(map));
}

template <class Value, class Key>
Value lookup(bpf_map* map, const Key& key) {
  Value value = {};
  check(bpf_map_lookup_elem(bpf_map__fd(map), &key, &value) == 0, bpf_map__name(map));
  return value;
}

inline void clear_mapped(const bpf_map* map) {
  const size_t size = size_t{bpf_map__value_size(map)} * bpf_map__max_entries(map);
  void* values = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
  check(values != MAP_FAILED, "mmap");
  memset(values, 0, size);
  munmap(values, size);
}

}  // namespace evenkeel::packet
