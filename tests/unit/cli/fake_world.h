#pragma once
// A world for the command line without a daemon: every request is remembered and answered from a script.

#include <deque>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace evenkeel::cli {

class FakeTransport final : public Transport {
 public:
  struct Script {
    std::vector<Request> requests;
    std::deque<Result<Response>> answers;  // used up one by one
    std::vector<StreamRequest> streams;
    struct Streamed {
      Result<Response> end;
      std::string bytes;
    };
    std::deque<Streamed> streamed;
  };

  explicit FakeTransport(Script& script) : script_(script) {}

  Result<Response> send(const Request& request) override {
    script_.requests.push_back(request);
    return next(script_.answers, Result<Response>(fail(ErrorCode::kInternal, "the script has no more answers")));
  }
  Result<Response> stream(const StreamRequest& request, const std::function<void(std::string_view)>& sink) override {
    script_.streams.push_back(request);
    auto streamed =
        next(script_.streamed, Script::Streamed{fail(ErrorCode::kInternal, "the script has no more streams"), ""});
    if (!streamed.bytes.empty()) sink(streamed.bytes);
    return streamed.end;
  }

 private:
  template <class T>
  static T next(std::deque<T>& script, T otherwise) {
    if (script.empty()) return otherwise;
    T first = std::move(script.front());
    script.pop_front();
    return first;
  }

  Script& script_;
};

struct FakeWorld {
  std::istringstream in;
  std::ostringstream out, error;
  FakeClock clock;
  FakeTransport::Script script;
  std::string socket;  // that was connected to
  int pauses_left = 0;
  World world{.in = in,
              .out = out,
              .error = error,
              .clock = clock,
              .terminal = {},
              .socket_path = "/run/evenkeel/api.sock",
              .connect = [this](const std::string& path) -> std::unique_ptr<Transport> {
                socket = path;
                return std::make_unique<FakeTransport>(script);
              },
              .pause = [this](std::chrono::milliseconds) { return pauses_left-- > 0; }};

  void answer(std::string body, int status = 200) { script.answers.push_back(Response{status, std::move(body)}); }
  ExitCode run(const std::vector<std::string>& arguments) { return cli::run(arguments, world); }
};

}  // namespace evenkeel::cli
