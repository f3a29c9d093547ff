#pragma once
// How HAProxy brings clients back to the real server that they had. Pure functions.

#include "engines/l7_haproxy/lines.h"
#include "model/layer7_service.h"

namespace evenkeel::engines::l7_haproxy {

void add_persistence(const model::Layer7Service& service, Lines& lines);

// In a table, which survives reloads.
bool keeps_table(const model::Layer7Service& service);

// Real servers have values of a cookie that the load balancer sets.
bool sets_cookie(const model::Layer7Service& service);

}  // namespace evenkeel::engines::l7_haproxy
