#pragma once
// Bytes as text. Used only inside this module.

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::backup {

std::string to_base64(std::string_view bytes);
// Only what to_base64() writes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace evenkeel::backup
