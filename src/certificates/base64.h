#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel::certificates {

std::string to_base64(std::string_view bytes);
// kInvalidArgument: it is no base64.
Result<std::string> from_base64(std::string_view text);

}  // namespace evenkeel::certificates
