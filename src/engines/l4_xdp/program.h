#pragma once
// The loaded XDP program and its maps: created and pinned the first time, adopted from then on.

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "bpf/abi.h"
#include "engines/l4_xdp/bpf_tables.h"
#include "engines/l4_xdp/pin_directory.h"
#include "engines/l4_xdp/skeleton.h"

namespace evenkeel::engines::l4_xdp {

class Program {
 public:
  struct Sizes {  // of the connection tables, in connections; for new maps only
    uint64_t ipv4 = 0, ipv6 = 0;
  };

  // A process that is killed in here leaves either maps that the next call adopts (the identity is pinned last), or
  // some that it removes. kUnsupported: what is pinned is of another layout; it is left as it is, forwarding.
  static Result<Program> load(const PinDirectory& directory, const Sizes& sizes);
  // A second instance over the same maps, which only says what the first would do.
  Result<Program> load_explaining() const;

  const ek_identity& identity() const { return identity_; }
  TableAccess tables() const;
  const SharedArrays& arrays() const { return *arrays_; }
  int map(const char* name) const;  // descriptor; -1 if there is none
  int xdp() const;                  // of an explaining instance: -1
  int explain() const;              // of any other: -1
  int sweep() const;
  // Makes the data plane free expired connections by itself, if this program can.
  Result<> start_sweeping() const;

 private:
  Program(Skeleton skeleton, SharedArrays arrays, const ek_identity& identity)
      : skeleton_(std::move(skeleton)),
        arrays_(std::make_unique<SharedArrays>(std::move(arrays))),
        identity_(identity) {}
  static Result<Program> of(Skeleton skeleton, const ek_identity& identity);

  Skeleton skeleton_;
  std::unique_ptr<SharedArrays> arrays_;
  ek_identity identity_{};
};

}  // namespace evenkeel::engines::l4_xdp
