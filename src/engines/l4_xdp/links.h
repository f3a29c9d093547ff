#pragma once
// Where the program is attached: pinned links, one per interface, that live on without the process. Control loop's
// thread.

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

 private:
  struct Link {
    Fd fd;
    std::string problem;  // the old program could not be replaced; empty: it could
  };

  void drop_dead_links();
  Result<> create(const L4Engine::Interface& interface);
  void detach(uint32_t interface_index);

  const PinDirectory& directory_;
  int program_;
  std::map<uint32_t, Link> links_;  // by interface index
};

}  // namespace evenkeel::engines::l4_xdp
