#pragma once
// What HAProxy notes about a request or a connection, in its own formats httplog and tcplog. Pure; bounded.

#include <string>
#include <string_view>

#include "observed/proxy_log.h"

namespace evenkeel::engines::l7_haproxy {

// The line itself, of a datagram as syslog would get it: without the header, on one line of at most 4 KiB that is
// UTF-8, without control characters, secrets masked.
std::string readable_line(std::string_view datagram);

// What the line says. Where it is of another shape only `line` is set.
observed::ProxyLogEntry parse_log_line(std::string_view line);

}  // namespace evenkeel::engines::l7_haproxy
