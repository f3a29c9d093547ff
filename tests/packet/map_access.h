#pragma once
// Entries of maps by system call. Every failure throws.

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

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

}  // namespace evenkeel::packet
