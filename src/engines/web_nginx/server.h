#pragma once
// One nginx under our supervision: told what to serve, started again when it ends, its logs kept small. Lives on the
// control loop.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "engines/log_tail.h"
#include "engines/program.h"
#include "engines/supervisor.h"
#include "engines/web_nginx/process.h"

namespace evenkeel::engines::web_nginx {

class Server final : public Program {
 public:
  struct Listener {
    std::function<void(const Result<>&)> settled;                 // how what was wanted last has fared
    std::function<void(Way, std::chrono::milliseconds)> changed;  // nginx was started, reloaded or ended
    std::function<void()> ended;                                  // by itself; it is started again at once
  };

  // `name`: to operators. `messages`: gets what nginx prints and its error log; outlives this.
  Server(boost::asio::io_context& io, const Clock& clock, std::string name, Paths paths,
         observed::ProgramLog& messages);

  // Before the first serve(); not called from within it.
  void listen(Listener listener) { listener_ = std::move(listener); }
  // Returns at once.
  void serve(Site site);
  bool is_running() const { return supervisor_.is_running(); }

  observed::EngineStatus status() const override;
  std::string configuration() const override;
  void restart() override;
  boost::asio::awaitable<void> settled(std::chrono::seconds longest) override { return supervisor_.settled(longest); }

  // No callback after it returns; nginx goes on.
  void stop() { supervisor_.stop(); }

 private:
  Supervisor::Work work();
  void note(const Outcome& outcome, std::chrono::milliseconds took);

  std::string name_;
  Paths paths_;
  Process process_;   // the supervisor's thread's
  LogTail messages_;  // likewise
  Listener listener_;
  Site want_;
  Effort effort_ = Effort::kWhereNeeded;
  Result<> done_;  // what was last tried
  Supervisor supervisor_;
};

}  // namespace evenkeel::engines::web_nginx
