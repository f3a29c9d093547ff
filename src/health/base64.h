#pragma once

#include <string>
#include <string_view>

namespace evenkeel::health {

std::string base64(std::string_view bytes);

}  // namespace evenkeel::health
