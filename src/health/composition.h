#pragma once
// From the verdicts of single checks to the verdict of the real server that they are made for. Pure.

#include <span>
#include <string>
#include <vector>

#include "health/monitor.h"

namespace evenkeel::health {

struct CheckInWords {
  std::string name;  // name_of()
  Verdict verdict = Verdict::kUnknown;
  std::string reason;
};

// How a person tells a real server's checks apart: "http on port 9191", "ping", "follow Papercut_WUI".
std::string name_of(const model::HealthCheck& check, uint16_t port);

// Several ports of one check: up if all are, down if one is. The words are those of the port that decides.
CheckInWords all_ports(std::span<const CheckInWords> ports);

// Up if `required` of the checks are (0, or more than there are: all); down as soon as that cannot be reached any more;
// else unknown.
Verdict at_least(int required, std::span<const CheckInWords> checks);

// "2 of 3 checks are well, 3 are required: smb on port 445: connection refused by ...". Of one check alone, its own.
std::string reason_of(int required, std::span<const CheckInWords> checks);

}  // namespace evenkeel::health
