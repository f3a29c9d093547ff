#pragma once
// What the simple checks send: the request with \n, \r, \t, \\ and \xHH written out. Pure.

#include <string>
#include <string_view>

namespace evenkeel::health {

// What is no such sequence stays as it is.
std::string unescaped(std::string_view text);

}  // namespace evenkeel::health
