#pragma once
// Who is signed in. Lives on the control loop; what is here is also in the store, so that a restart signs nobody out,
// as fingerprints, so that who reads the store cannot sign in.

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/store.h"
#include "base/clock.h"

namespace evenkeel::access {

class Sessions {
 public:
  struct Options {
    std::chrono::seconds idle{900};             // without a request: over
    std::chrono::seconds longest{12 * 3600};    // over, whatever happens
    std::chrono::seconds remembered_every{60};  // how exactly the store knows the last request
    size_t most_of_user = 20;                   // one more ends the one that was idle longest
  };

  Sessions(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  void restore(std::vector<Session> sessions);  // those that are over are left out

  struct Begun {
    std::string token;  // nowhere else
    Session session;
    std::vector<std::string> ended;  // fingerprints of those that made room
  };
  Begun begin(const std::string& user, const std::string& address);

  // Null: it is over, or never was one.
  const Session* find(std::string_view token) const;
  // The same, as a request of its user. True in `must_remember`: the store should know.
  const Session* use(std::string_view token, bool& must_remember);

  bool end(std::string_view token);
  // All of a user but one; their fingerprints.
  std::vector<std::string> end_all_of(const std::string& user, std::string_view except_token = {});

  const Options& options() const { return options_; }

 private:
  bool is_over(const Session& session) const;
  std::vector<std::string> make_room_for(const std::string& user);

  struct Held {
    Session session;
    WallTime remembered;  // when the store knew last
  };
  const Clock& clock_;
  const Options options_;
  std::unordered_map<std::string, Held> sessions_;  // by fingerprint
};

}  // namespace evenkeel::access
