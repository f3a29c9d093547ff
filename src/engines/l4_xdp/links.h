#pragma once
// Where the program is attached: pinned links, one per interface, that live on without the process. Control loop's
// thread.
//
// All in native mode or all in generic mode: a native program cannot redirect a frame to an interface whose driver has
// no native XDP, such as a bridge or a macvlan interface; it would be lost without a trace.

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/fd.h"
#include "engines/engine.h"
#include "engines/l4_xdp/engine.h"
#include "engines/l4_xdp/pin_directory.h"

namespace evenkeel::engines::l4_xdp {

class Links {
 public:
  // The program's descriptor stays the caller's.
  Links(const PinDirectory& directory, int program) : directory_(directory), program_(program) {}

  // Takes over the pinned links: each gets this program between two packets. Links whose interface is gone are dropped.
  Result<> adopt();
  ApplyReport attach(std::span<const L4Engine::Interface> interfaces);
  // Since the last attach, or as adopted; else all are in generic mode.
  bool are_native() const { return are_native_; }

 private:
  struct Link {
    Fd fd;
    std::string problem;        // the old program could not be replaced; empty: it could
    bool can_be_native = true;  // until the driver has refused
  };

  void drop_dead_links();
  Result<> create(const L4Engine::Interface& interface);
  Result<> create_in(uint32_t mode, bool can_be_native, const L4Engine::Interface& interface);
  // One that cannot be native; none: all can.
  const L4Engine::Interface* find_generic_only(std::span<const L4Engine::Interface> interfaces) const;
  Result<> bring_into(uint32_t mode, const L4Engine::Interface& interface);
  ObjectStatus generic_notice(const L4Engine::Interface& interface, const L4Engine::Interface& generic_only) const;
  void detach_all_but(std::span<const L4Engine::Interface> interfaces);
  void detach(uint32_t interface_index);

  const PinDirectory& directory_;
  int program_;
  std::map<uint32_t, Link> links_;  // by interface index
  bool are_native_ = true;
};

}  // namespace evenkeel::engines::l4_xdp
