#pragma once
// HAProxy's file as people may see it. Pure function.

#include <string>
#include <string_view>

namespace evenkeel::engines::l7_haproxy {

// What stands after the name of a secret in a line, such as a header called Authorization, is "****", up to the line's
// condition. Lines that name none stay as they are.
std::string masked(std::string_view file);

}  // namespace evenkeel::engines::l7_haproxy
