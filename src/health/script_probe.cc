// External script: a program of the administrator's own decides, by its exit status. evenkeel-sandbox runs it as an
// unprivileged user; what it says is kept as the answer, and at the timeout it is killed with all that it has started.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

#include "health/awaitable_probe.h"
#include "health/child.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/script_call.h"
#include "health/shell_quote.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

constexpr size_t kKeptOutput = size_t{4} * 1024;     // of which the trace shows the first lines
constexpr size_t kMostOutput = size_t{1024} * 1024;  // a script that says more is not well

std::optional<std::string> object_to_file(const std::string& path) {
  struct stat file{};
  constexpr mode_t kExecutable = S_IXUSR | S_IXGRP | S_IXOTH;
  if (::stat(path.c_str(), &file) != 0) return fmt::format("there is no script {}", path);
  if (!S_ISREG(file.st_mode)) return fmt::format("{} is no file", path);
  if ((file.st_mode & kExecutable) == 0) return fmt::format("{} is not executable: chmod 755 {}", path, path);
  return std::nullopt;
}

class ScriptProbe final : public AwaitableProbe {
 public:
  ScriptProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        scripts_(tools.scripts),
        starter_(tools.starter()),
        target_(target),
        output_(tools.io),
        trouble_(tools.io) {}

 private:
  asio::awaitable<ProbeResult> run() override {
    begin_ = clock_.steady_now();
    const auto call = script_call(target_, scripts_.directory);
    trace().request = trace_text(command_line(call));
    if (auto objection = object_to_file(call.front())) co_return not_checked(*objection);
    if (auto failed = co_await enter_sandbox(call)) co_return not_checked(*failed);
    const bool is_bounded = co_await read_output();
    if (!is_bounded) co_return said_too_much();
    const std::string trouble = co_await read_trouble();
    const int status = co_await child_->wait();
    if (!trouble.empty()) co_return not_checked(fmt::format("{}: {}", target_.check.script, trouble));
    co_return judged(status);
  }

  // None: it runs.
  asio::awaitable<std::optional<std::string>> enter_sandbox(const std::vector<std::string>& call) {
    const auto cpu_seconds = std::chrono::ceil<std::chrono::seconds>(target_.check.timeout);
    std::vector<std::string> command{scripts_.sandbox, scripts_.user, std::to_string(cpu_seconds.count()),
                                     scripts_.directory, target_.check.script};
    command.insert(command.end(), call.begin() + 1, call.end());
    auto started = co_await Child::start(io(), starter_, std::move(command), script_environment(target_));
    if (!started) co_return to_string(started.error());
    if (is_aborted_) co_return "given up";
    child_.emplace(std::move(started->child));
    output_.assign(started->pipes.output.release());
    trouble_.assign(started->pipes.trouble.release());
    co_return std::nullopt;
  }

  // Until all that could write have ended. False: it was too much.
  asio::awaitable<bool> read_output() {
    std::array<char, 4096> buffer;
    boost::system::error_code error;
    for (size_t total = 0; total <= kMostOutput;) {
      const size_t size =
          co_await output_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return true;
      if (total == 0) trace().first_byte = in_microseconds(clock_.steady_now() - begin_);
      total += size;
      said_.append(buffer.data(), std::min(size, kKeptOutput - said_.size()));
    }
    co_return false;
  }

  // A sentence of the sandbox, or nothing: the script was run.
  asio::awaitable<std::string> read_trouble() {
    std::array<char, 512> buffer;
    boost::system::error_code error;
    const size_t size =
        co_await trouble_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    co_return std::string(buffer.data(), size);
  }

  ProbeResult judged(int status) const {
    const std::string words = said_.empty() ? "" : ": " + shown_output();
    const std::string took = milliseconds_text(clock_.steady_now() - begin_);
    if (status == 0) {
      return {Outcome::kSuccess, fmt::format("{} ended with 0 in {}{}", target_.check.script, took, words), "script"};
    }
    const std::string how = status > Child::kSignalled
                                ? fmt::format("was ended by signal {}", status - Child::kSignalled)
                                : fmt::format("ended with {} where 0 is up", status);
    return {Outcome::kFailure, fmt::format("{} {}{}", target_.check.script, how, words), "script"};
  }

  std::string shown_output() const {
    return excerpt(std::string_view(said_).substr(0, said_.find_last_not_of(" \t\r\n") + 1));
  }

  ProbeResult said_too_much() {
    child_->kill();
    return {Outcome::kFailure,
            fmt::format("{} wrote more than {} KiB and was killed", target_.check.script, kMostOutput / 1024),
            "script"};
  }

  void abort() override {
    is_aborted_ = true;
    if (child_) child_->kill();
    boost::system::error_code ignored;
    output_.close(ignored);
    trouble_.close(ignored);
  }

  void complete_trace() override { trace().answer = trace_text(said_); }

  std::string timed_out() const override {
    const std::string words = said_.empty() ? "" : fmt::format("; it had said: {}", shown_output());
    return fmt::format("{} had not ended after {} and was killed{}", target_.check.script,
                       timeout_text(target_.check.timeout), words);
  }

  const Clock& clock_;
  const Scripts scripts_;
  asio::thread_pool& starter_;
  Target target_;
  std::optional<Child> child_;
  stream_descriptor output_, trouble_;
  std::string said_;
  SteadyTime begin_;
  bool is_aborted_ = false;
};

}  // namespace

std::shared_ptr<Probe> make_script_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<ScriptProbe>(tools, target);
}

}  // namespace evenkeel::health
