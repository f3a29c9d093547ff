#pragma once
// Which ports another program has. To be known before HAProxy is told to reload: it would have the old worker close all
// its ports for a moment, in the hope that one of them is the one that is missing.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "desired/layer7.h"
#include "engines/engine.h"

namespace evenkeel::engines::l7_haproxy {

// On whose port 80 HAProxy cannot answer ACME, since another program has it: those are left out, and said.
std::vector<ObjectStatus> leave_out_taken_responders(desired::HttpChallenge& challenge);

// Could HAProxy listen there? Those that it has already are no obstacle. Nobody is kept from them meanwhile.
Result<> try_port(const Endpoint& endpoint);

// By label, each virtual service that could not, with the reason.
std::map<std::string, std::string> taken_ports(const desired::Layer7& want);

}  // namespace evenkeel::engines::l7_haproxy
