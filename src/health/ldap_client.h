#pragma once
// libldap between a check and the wire: the library speaks into one end of a socket pair, so that it can neither block
// nor read more than it is given; what comes out goes over a Conversation. Knows no network.

#include <ldap.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::health {

class LdapClient {
 public:
  static Result<std::unique_ptr<LdapClient>> make();

  // What an operation returns: its number, or an error of the library.
  Result<int> bind(const std::string& name, const std::string& password);  // both empty: as nobody
  Result<int> read_entry(const std::string& name);
  Result<int> start_tls();  // the handshake is the caller's, when it is agreed to

  std::string to_send();                 // what the library wants to say now
  bool receive(std::string_view bytes);  // false: the library takes no more

  struct Answer {
    int code = 0;      // LDAP_SUCCESS, ...
    std::string text;  // of the code, and what the server adds
    int entries = 0;
    std::string attributes;  // of the entries: "name: value", one a line
  };
  // None: not there yet. An error: what came is no LDAP.
  Result<std::optional<Answer>> answer(int operation);
  bool has_more_to_read() const;  // received, and not understood yet

 private:
  LdapClient() = default;

  struct Unbind {
    void operator()(LDAP* handle) const { ldap_unbind_ext(handle, nullptr, nullptr); }
  };
  Fd outside_;  // outlives the handle, whose last word goes there
  std::unique_ptr<LDAP, Unbind> handle_;
};

}  // namespace evenkeel::health
