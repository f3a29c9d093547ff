// What strangers send to the web socket before anybody knows who they are: cookies, forwarded addresses, codes.

#include <cstdint>
#include <cstdlib>

#include "access/totp.h"
#include "api/gate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace evenkeel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string cookie = api::cookie_value(text, api::kSessionCookie);
  if (!text.contains(cookie) || cookie.contains(';')) std::abort();
  const std::string address = api::client_address(text);
  if (address != "unknown" && api::client_address(address) != address) std::abort();
  const auto bytes = access::decode_base32(text);
  if (bytes && bytes->size() != size * 5 / 8) std::abort();
  return 0;
}
