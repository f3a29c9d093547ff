#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace evenkeel {

std::string to_string(const Error& error) {
  return error.object.empty() ? error.message : error.object + ": " + error.message;
}

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kPermission:
      return "permission";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kResourceExhausted:
      return "resource_exhausted";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kSystem:
      return "system";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

Error system_error(std::string what, std::string object) {
  return system_error(errno, std::move(what), std::move(object));
}

Error system_error(int error_number, std::string what, std::string object) {
  return Error{ErrorCode::kSystem, what + ": " + std::generic_category().message(error_number), std::move(object),
               error_number};
}

}  // namespace evenkeel
