#pragma once
// A request and its answer, free of any HTTP library: what the server hands to the routes and gets back.

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::api {

// Who is at the other end of the socket, as the kernel says.
struct Peer {
  uid_t uid = 0;
  std::string name;  // "root", or "uid 1234" when the system knows no name
  bool is_root() const { return uid == 0; }
};

struct Request {
  std::string method;  // "GET"
  std::string target;  // path and query as sent, percent-encoded
  std::string body;
  std::optional<std::string> if_match;
  std::optional<std::string> last_event_id;
  Peer peer;
};

struct Header {
  std::string name, value;
};

// A body of unknown length. Asked for more only when the client has taken what came before; destroyed when it is gone.
class Stream {
 public:
  virtual ~Stream() = default;
  // The next bytes, when there are some; empty: the end.
  virtual boost::asio::awaitable<std::string> next() = 0;
  // True if the end is one that the client should be able to tell from a broken connection, and it was reached. Asked
  // before the first byte, where it means "will have such an end", and after the last.
  virtual bool has_end() const { return false; }
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<Header> headers;
  std::shared_ptr<Stream> stream;  // instead of the body
};

using Serve = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace evenkeel::api
