#pragma once
// The API's names in the words that people use.

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "cli/table.h"

namespace evenkeel::cli {

// "weighted_least_connections" is "weighted least connections", "tcp_udp" is "TCP/UDP".
std::string in_words(std::string_view name);
std::string protocol_in_words(std::string_view name);

// "10.0.0.21", or "10.0.0.21:8080" of a real server with a port of its own.
std::string address_with_port(const boost::json::value& real_server);

// "virtual_service/Print_Provider/real_server/PS1" is "real server PS1 of Print_Provider".
std::string object_in_words(std::string_view object);

// Symbol and word of a state, in its colour: "▲ up", "● drained".
Cell state_cell(std::string_view state, const Terminal& terminal);

}  // namespace evenkeel::cli
