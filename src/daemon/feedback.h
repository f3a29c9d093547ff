#pragma once
// From the configuration to the agents that are to be asked, and from what they say to what is done about it. Pure.

#include <string>
#include <vector>

#include "desired/compute.h"
#include "health/feedback_monitor.h"
#include "model/configuration.h"
#include "observed/snapshot.h"

namespace evenkeel::daemon {

std::vector<health::FeedbackTarget> feedback_targets(const model::Configuration& configuration);

desired::Feedback to_desired(const health::FeedbackStatus& status);
observed::Feedback to_observed(const health::FeedbackStatus& status);

// Whether people want to hear of it: not of every percent.
bool is_event(const observed::Feedback& before, const observed::Feedback& after);

}  // namespace evenkeel::daemon
