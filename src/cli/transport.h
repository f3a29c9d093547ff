#pragma once
// How a request reaches evenkeeld. One implementation talks to the Unix socket; tests bring their own.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel::cli {

struct Request {
  std::string method = "GET";
  std::string target;  // path and query, percent-encoded
  std::string body;    // JSON; empty: none
};

struct Response {
  int status = 0;  // HTTP
  std::string body;
};

struct StreamRequest {
  std::string target;
  std::optional<std::string> last_event_id;
  // Ends the stream after so long without a byte; none: only the server ends it.
  std::optional<std::chrono::milliseconds> idle_limit;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // kUnavailable: nobody listens there, or the connection broke. kPermission: the socket may not be opened.
  virtual Result<Response> send(const Request& request) = 0;
  // Gives the body to `sink` as it comes, whatever the pieces. Returns when the stream has ended, however it did: the
  // body of the response is that of a refusal (status other than 200), else empty.
  virtual Result<Response> stream(const StreamRequest& request, const std::function<void(std::string_view)>& sink) = 0;
};

}  // namespace evenkeel::cli
