#pragma once
// For the daemon's own workers; see there.

#include "base/blocking.h"
