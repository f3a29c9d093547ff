#pragma once
// The words in which a path check says what it saw, and what to do about it. Pure.

#include <chrono>
#include <string>

#include "health/path_answer.h"
#include "health/path_target.h"
#include "health/path_wire.h"

namespace evenkeel::health {

// "ip address add 10.0.0.10/32 dev lo"
std::string loopback_command(const IpAddress& virtual_address);

std::string path_is_open(const PathTarget& target, const MacAddress& expected, const MacAddress& from,
                         std::chrono::nanoseconds after);
std::string path_is_silent(const PathTarget& target, const PathWay& way, std::chrono::nanoseconds after);
std::string path_is_refused(const PathTarget& target);
std::string path_is_unreachable(const PathTarget& target, const PathAnswer& answer);
std::string answered_by_other(const PathTarget& target, const MacAddress& from, const std::string& other_server);
std::string server_is_silent(const PathTarget& target);
std::string udp_is_silent(const PathTarget& target);

}  // namespace evenkeel::health
