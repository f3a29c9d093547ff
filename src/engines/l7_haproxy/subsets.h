#pragma once
// Rules that use some of a virtual service's real servers: each is a backend of its own in HAProxy, "SERVICE:RULE",
// with the same real servers once more. Pure functions.

#include <string_view>

#include "desired/layer7.h"
#include "observed/layer7.h"

namespace evenkeel::engines::l7_haproxy {

// What is wanted, and after each virtual service the backends of its rules, in the form of virtual services without
// ports.
desired::Layer7 with_subsets(const desired::Layer7& want);

// What answers ACME is ":acme-ADDRESS" in HAProxy.
inline constexpr const char* kResponder = ":acme-";

// No label of a virtual service has a colon.
bool is_subset(const model::Layer7Service& service);

// What is counted for them, added to their virtual services'; for ACME nothing is counted.
void merge_subsets(observed::Layer7Report& report);

}  // namespace evenkeel::engines::l7_haproxy
