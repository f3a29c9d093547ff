#pragma once
// One run of `evenkeel`: the world around it, and what every command needs of it. Owned by run(); one thread.

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "base/clock.h"
#include "cli/api_client.h"
#include "cli/terminal.h"

namespace evenkeel::cli {

// Everything outside the program, so that tests can bring their own.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
  const Clock& clock;
  Terminal terminal;        // of `out`
  std::string socket_path;  // when the command line names none
  std::function<std::unique_ptr<Transport>(const std::string& socket_path)> connect;
  std::function<bool(std::chrono::milliseconds)> pause;  // false: stop repeating
  // Asks for a password without showing it.
  std::function<Result<std::string>(const std::string& prompt)> read_secret = {};
};

class Session {
 public:
  explicit Session(World& world) : socket_path(world.socket_path), terminal(world.terminal), world_(world) {}

  // Set by the options that all commands share.
  std::string socket_path;
  Terminal terminal;

  // What the chosen command will do once the whole command line is known to be right.
  std::function<Answer<>()> action;

  World& world() { return world_; }
  ApiClient& api();
  void print(std::string_view text);

  // Prints the JSON of an answer, or what `view` makes of it.
  template <class View>
  Answer<> show(const Answer<boost::json::value>& answer, bool as_json, View view) {
    if (!answer) return std::unexpected(answer.error());
    print(as_json ? to_json_text(*answer) : view(*answer, terminal));
    return {};
  }

 private:
  static std::string to_json_text(const boost::json::value& value);

  World& world_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<ApiClient> api_;
};

}  // namespace evenkeel::cli
