#include "engines/web_nginx/server.h"

#include <utility>

#include "base/state_file.h"
#include "engines/web_nginx/message.h"

namespace evenkeel::engines::web_nginx {
namespace {

constexpr std::chrono::seconds kLogsEvery{1};
constexpr size_t kMostLog = size_t{8} << 20;

}  // namespace

Server::Server(boost::asio::io_context& io, const Clock& clock, std::string name, Paths paths,
               observed::ProgramLog& messages)
    : name_(std::move(name)),
      paths_(std::move(paths)),
      process_(paths_),
      messages_(paths_.error_log(), messages,
                [speaker = name_](std::string_view line, std::optional<WallTime> at) {
                  return parse_message(speaker, line, at);
                }),
      supervisor_(io, clock) {
  supervisor_.begin_with({.next = [this] { return work(); },
                          .settled = [this] { listener_.settled(done_); },
                          .ended = [this] { listener_.ended(); },
                          .look = [this]() -> Supervisor::OnLoop {
                            messages_.take();
                            (void)process_.bound_logs(kMostLog);
                            return {};
                          },
                          .look_every = kLogsEvery});
}

void Server::serve(Site site) {
  want_ = std::move(site);
  supervisor_.demand();
}

void Server::restart() {
  effort_ = Effort::kReadAgain;
  supervisor_.demand();
}

Supervisor::Work Server::work() {
  return [this, want = want_, effort = std::exchange(effort_, Effort::kWhereNeeded)] {
    auto outcome = process_.apply(want, effort);
    messages_.take();
    return Supervisor::Done{.master = outcome.master,
                            .version = outcome.version,
                            .error = outcome.done ? "" : to_string(outcome.done.error()),
                            .tell = [this, outcome](std::chrono::milliseconds took) { note(outcome, took); }};
  };
}

void Server::note(const Outcome& outcome, std::chrono::milliseconds took) {
  done_ = outcome.done;
  if (outcome.way != Way::kNothing) listener_.changed(outcome.way, took);
}

observed::EngineStatus Server::status() const {
  auto status = supervisor_.status();
  status.name = name_;
  status.is_wanted = !want_.http.empty();
  return status;
}

// Nothing secret stands in it: keys are files of their own.
std::string Server::configuration() const {
  return read_state_file(paths_.configuration());
}

}  // namespace evenkeel::engines::web_nginx
