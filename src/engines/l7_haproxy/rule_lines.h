#pragma once
// Rules and changes of headers, as lines of a virtual service's section. Pure functions.

#include "engines/l7_haproxy/lines.h"
#include "model/layer7_service.h"

namespace evenkeel::engines::l7_haproxy {

// In their order: HAProxy itself would look at every redirection and refusal before any choice of real servers.
void add_rules(const model::Layer7Service& service, Lines& lines);

void add_header_rules(const model::Layer7Service& service, Lines& lines);

// Where requests go whose rule has chosen real servers. After all that is done with requests.
void add_choice(const model::Layer7Service& service, Lines& lines);

}  // namespace evenkeel::engines::l7_haproxy
