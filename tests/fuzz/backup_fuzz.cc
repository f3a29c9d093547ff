// A backup as somebody may hand it in, and what may be within one. No input opens without its passphrase.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "backup/content.h"
#include "backup/document.h"
#include "model/json.h"

using namespace evenkeel;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const backup::Identity identity = backup::make_identity();
  const auto value = model::parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  if (backup::open(*value, "a passphrase", identity)) std::abort();
  const auto content = backup::parse_content(*value);
  if (content && !backup::parse_content(backup::to_json(*content))) std::abort();
  return 0;
}
