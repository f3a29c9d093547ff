#pragma once
// Why a real server is in its state, with the evidence.

#include <boost/json.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "observed/snapshot.h"

namespace evenkeel::observed {

// Texts are masked.
struct ProbeEvidence {
  std::string reason, rule, request, answer;
  std::optional<std::chrono::microseconds> connected, secured, first_byte;  // since the probe's start
};

struct Probe {
  std::string check;  // which of the real server's checks: "http on port 9191"
  WallTime at;        // its end
  std::chrono::microseconds duration{0};
  std::string outcome;                    // "success", "failure", "not_checked"
  std::optional<ProbeEvidence> evidence;  // not kept of every probe
};

// A probe made out of turn, which no failure count knows of.
struct TestResult {
  std::string virtual_service, real_server;  // labels
  Probe probe;
  std::string look_at;      // what to do about it; empty when there is nothing to be done
  std::string repeat_with;  // a command line that asks the same from a shell; empty: no known tool does
};

struct RealServerHealth {
  std::string virtual_service;  // label
  RealServer real_server;
  std::string sentence;       // state, since when, why
  std::string look_at;        // what to do about it; empty when there is nothing to be done
  std::string repeat_with;    // a command line that asks the same from a shell, secrets masked; empty: no tool does
  std::vector<Probe> probes;  // newest first
};

boost::json::object to_json(const TestResult& result);
boost::json::object to_json(const RealServerHealth& health);

}  // namespace evenkeel::observed
