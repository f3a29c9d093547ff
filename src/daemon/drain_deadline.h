#pragma once
// Drains with an end: which of them have become halts. Pure.

#include <map>
#include <vector>

#include "model/operator_action.h"
#include "observed/snapshot.h"

namespace evenkeel::daemon {

using OperatorActions = std::map<model::RealServerKey, model::OperatorAction>;

bool has_deadline(const OperatorActions& said);

// A halt for each drain whose time is over or whose real server has no connection left. A real server without counters
// may have connections.
std::vector<model::OperatorAction> halts_due(const OperatorActions& said,
                                             const std::map<model::RealServerKey, observed::Counters>& counters,
                                             WallTime now);

}  // namespace evenkeel::daemon
