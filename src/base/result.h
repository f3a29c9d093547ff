#pragma once
// Result<T>: a value or the reason there is none. What can fail returns one; the compiler insists that it is looked at.
// Every function either logs an error or returns it, never both.

#include <expected>
#include <string>
#include <utility>

namespace evenkeel {

enum class ErrorCode {
  kInvalidArgument,    // the caller's input is wrong: nothing was changed
  kNotFound,           // the named object does not exist
  kConflict,           // it exists already, or somebody else changed it meanwhile
  kUnsupported,        // this kernel, interface or version cannot do it
  kUnavailable,        // not now: the thing needed is down or read-only; trying again may help
  kPermission,         // the caller may not
  kTimeout,            // no answer in the time given
  kResourceExhausted,  // out of space, memory, descriptors, table entries
  kCorrupt,            // stored data is not what was written
  kSystem,             // the operating system refused; see system_errno
  kInternal,           // our own mistake
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;   // one sentence for a person, without a trailing full stop
  std::string object;    // what it is about: "virtual service MobilityPrint", "interface eth0"; may be empty
  int system_errno = 0;  // errno where there was one, else 0
};

// "interface eth0: cannot add 10.0.0.1: Permission denied"
std::string to_string(const Error& error);
const char* to_string(ErrorCode code);

// An Error of kind kSystem that keeps errno (or the given number) and its text.
Error system_error(std::string what, std::string object = {});
Error system_error(int error_number, std::string what, std::string object = {});

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string object = {}) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(object), 0});
}
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace evenkeel
