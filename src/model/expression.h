#pragma once
// Regular expressions in the configuration: RE2's syntax, so that what is written cannot take forever.

#include <string>

namespace evenkeel::model {

// Why the text is none; empty where it is one.
std::string object_to_expression(const std::string& expression);

}  // namespace evenkeel::model
