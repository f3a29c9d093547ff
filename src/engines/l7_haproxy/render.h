#pragma once
// The file that HAProxy reads: deterministic, and readable for a person who knows HAProxy. Pure functions.

#include <cstdint>
#include <string>

#include "desired/layer7.h"
#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {

struct RenderOptions {
  Paths paths;
  uint64_t most_connections = 1000000;  // that the open files allow, over all virtual services
};

// What the runtime API cannot change, as a name that the file gives to itself: a worker says which one it has.
std::string structure_name(const desired::Layer7& want, const RenderOptions& options);

// With the states and weights of the real servers, so that a reload loses none.
std::string render(const desired::Layer7& want, const RenderOptions& options);

}  // namespace evenkeel::engines::l7_haproxy
