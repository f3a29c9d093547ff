#pragma once
// What a PaperCut check asks for: the check as an HTTP check. Pure.

#include "health/monitor.h"

namespace evenkeel::health {

// With the health API's path where none is given, and the key as a header.
Target papercut_request(Target target);

}  // namespace evenkeel::health
