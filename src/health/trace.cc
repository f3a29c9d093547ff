#include "health/trace.h"

#include <fmt/format.h>

namespace evenkeel::health {
namespace {

std::string shown(char byte) {
  if (byte == '\r') return {};
  if (byte == '\n' || byte == '\t' || (byte >= ' ' && byte <= '~')) return {byte};
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

}  // namespace

std::string trace_text(std::string_view masked) {
  std::string text;
  for (const char byte : masked) {
    const std::string one = shown(byte);
    if (text.size() + one.size() > Trace::kTextLimit) break;
    text += one;
  }
  return text;
}

}  // namespace evenkeel::health
