#pragma once
// Text as NTLM and SMB have it.

#include <string>
#include <string_view>

namespace evenkeel::health::smb {

// Little-endian UTF-16; what is no UTF-8 becomes U+FFFD.
std::string to_utf16(std::string_view utf8);

}  // namespace evenkeel::health::smb
