#pragma once
// A request and its answer, free of any HTTP library: what the server hands to the routes and gets back.

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/role.h"

namespace evenkeel::api {

// Who asks: on the console's socket whom the kernel names, on the web socket who has signed in.
struct Peer {
  static constexpr uid_t kNoUid = static_cast<uid_t>(-1);
  uid_t uid = kNoUid;  // of a process on this machine
  std::string name;    // "root", or "uid 1234" when the system knows no name; a user; "token ci"
  access::Role role = access::Role::kNobody;
  std::string address = {};  // of the client; "local" on the console's socket
  bool is_root() const { return uid == 0; }
};

// What a browser or a program brings to the web socket to say who it is. Unused on the console's.
struct Credentials {
  std::string cookie, authorization, csrf_token, forwarded_for, fetch_site;
  bool is_background = false;  // asked by the page, not by its user
};

// Why what was brought does not count.
struct Refusal {
  int status = 401;
  std::string message;
};

struct Request {
  std::string method;  // "GET"
  std::string target;  // path and query as sent, percent-encoded
  std::string body;
  std::optional<std::string> if_match;
  std::optional<std::string> last_event_id;
  Credentials credentials;
  Peer peer;
  std::optional<Refusal> refusal;  // of everything that is not open to anybody
  std::string session_token;       // of a session that goes on; empty: there is none
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
  std::string note;                // what the audit trail says beside method and path, without secrets
  bool is_noted = false;           // it says so already, or there is nothing to say
};

using Serve = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace evenkeel::api
