#pragma once
// Which virtual service that is in the maps each wanted one is: ids are chosen so that a change never disturbs more
// than it must. Pure.

#include <span>
#include <vector>

#include "engines/l4_xdp/ledger.h"

namespace evenkeel::engines::l4_xdp {

// The same address, protocol and ports.
bool has_same_keys(const desired::VirtualService& left, const desired::VirtualService& right);

// The id for each wanted service, 0 for a new one. Same label with the same address and ports first; then by the ports
// they share, most first. A changed label alone changes nothing.
std::vector<uint32_t> match_services(const Ledger& ledger, std::span<const desired::VirtualService* const> services);

}  // namespace evenkeel::engines::l4_xdp
