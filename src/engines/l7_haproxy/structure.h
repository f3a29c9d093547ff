#pragma once
// What the runtime API of HAProxy can change, and what only a new file can. Pure functions.

#include <optional>
#include <string>
#include <vector>

#include "desired/layer7.h"
#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {

// The same with everything that the runtime API can change in a worker at its default: two with one structure are
// commands apart. Real servers that come and go are commands too, yet belong to it: a worker that was not told of them
// must not be taken for one that was.
desired::Layer7 structure(const desired::Layer7& want);

// The commands that lead from one to the other. None: it takes a reload.
std::optional<std::vector<std::string>> commands_between(const desired::Layer7& from, const desired::Layer7& to,
                                                         const Paths& paths);

// Those that make a worker with this structure what is wanted, whatever it was told since it read its file.
std::vector<std::string> commands_to(const desired::Layer7& want, const Paths& paths);

// "SERVICE/SERVER" of each that is halted and was not before (null: nothing is known): their connections are to end.
std::vector<std::string> newly_halted(const desired::Layer7* from, const desired::Layer7& to);

}  // namespace evenkeel::engines::l7_haproxy
