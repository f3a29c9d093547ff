#include "health/reason.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace evenkeel::health {
namespace {

constexpr size_t kExcerptBytes = 80;

bool is_space(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool is_printable(char byte) {
  return byte > ' ' && byte <= '~';
}

}  // namespace

std::string milliseconds_text(std::chrono::nanoseconds duration) {
  return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(duration).count());
}

std::string timeout_text(std::chrono::milliseconds timeout) {
  if (timeout < std::chrono::seconds(1)) return fmt::format("{} ms", timeout.count());
  return fmt::format("{:g} s", std::chrono::duration<double>(timeout).count());
}

std::string excerpt(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    if (text.size() == kExcerptBytes) break;
    if (!is_space(byte)) {
      text.push_back(is_printable(byte) ? byte : '?');
    } else if (!text.empty() && text.back() != ' ') {
      text.push_back(' ');
    }
  }
  return text;
}

ProbeResult not_checked(std::string_view why) {
  return {Outcome::kNotChecked, fmt::format("not checked: {}", why), "local"};
}

ProbeResult not_checked(int error_number) {
  return not_checked(std::generic_category().message(error_number));
}

bool is_local_trouble(int error_number) {
  switch (error_number) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case ENOSPC:
    case EPERM:
    case EACCES:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
      return true;
    default:
      return false;
  }
}

}  // namespace evenkeel::health
