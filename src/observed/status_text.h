#pragma once
// The status of virtual services as the JSON of docs/api.md, written as text: there may be thousands of them, with ten
// thousands of real servers. Every sentence that may quote a request passes through model::mask_secrets here.

#include <string>

#include "observed/snapshot.h"

namespace evenkeel::observed {

// Of real servers: each of them in "real_servers", or only how many are in which state, in "server_states".
enum class Servers { kEach, kCounted };

// Adds one JSON object to `text`.
void write_status(std::string& text, const VirtualService& service, Servers servers);
void write_status(std::string& text, const Layer7Service& service, Servers servers);

}  // namespace evenkeel::observed
