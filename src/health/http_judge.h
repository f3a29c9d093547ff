#pragma once
// Does this answer satisfy the check? Pure.

#include <re2/re2.h>

#include <chrono>

#include "health/http_response.h"
#include "health/monitor.h"
#include "health/probe.h"
#include "health/secret_mask.h"

namespace evenkeel::health {

struct HttpExpectation {
  const Target& target;
  const re2::RE2* body;  // null: the status alone decides
  const SecretMask& mask;
};

// For an answer that needs no more bytes. duration: from the start of the probe to here.
ProbeResult judge(const HttpExpectation& expected, const HttpResponse& response, std::chrono::nanoseconds duration);

}  // namespace evenkeel::health
