#pragma once
// Layer 7: HAProxy under our supervision. It outlives evenkeeld and is adopted again; what can be changed in the
// running worker is, and everything else by a seamless reload. HAProxy is talked to in a thread of the engine's own, so
// apply() returns at once, and the end of the matter is announced later. Everything else lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "engines/engine.h"
#include "engines/l7_haproxy/log.h"
#include "engines/l7_haproxy/proxy.h"
#include "engines/l7_haproxy/reports.h"
#include "engines/program.h"
#include "engines/supervisor.h"

namespace evenkeel::engines::l7_haproxy {

class HaproxyEngine final : public Engine<desired::Layer7>, public Program {
 public:
  struct Listener {
    std::function<void(const ApplyReport&)> settled;  // how what was wanted last has fared
    std::function<void(Way, std::chrono::milliseconds)>
        changed;                  // HAProxy was started, told or reloaded, and took that long
    std::function<void()> ended;  // by itself; it is started again at once
  };

  // `log_file`: see LogReceiver.
  HaproxyEngine(boost::asio::io_context& io, const Clock& clock, RenderOptions options, std::string log_file);
  ~HaproxyEngine() override;

  // Before the first apply(); not called from within apply().
  void listen(Listener listener) { listener_ = std::move(listener); }

  // What HAProxy itself thinks of it is known only when it is asked: in apply().
  std::vector<ObjectStatus> check(const desired::Layer7& want) const override;
  // Returns what was known before.
  Result<ApplyReport> apply(const desired::Layer7& want) override;

  observed::EngineStatus status() const override;
  std::string configuration() const override;
  void restart() override;
  boost::asio::awaitable<void> settled(std::chrono::seconds longest) override { return supervisor_.settled(longest); }

  // As it was at most a second ago.
  const observed::Layer7Report& report() const { return observed_; }

  // Reports, which block: for reader(). Empty while HAProxy was not started.
  std::shared_ptr<SessionReport> sessions(observed::ConnectionFilter filter) const;
  std::shared_ptr<TableReport> tables(observed::ConnectionFilter filter) const;
  boost::asio::thread_pool& reader() { return reader_; }  // one thread
  bool has_proxy() const { return supervisor_.is_running(); }
  const LogMemory& log() const { return log_.memory(); }
  // What its processes print, which is not what they log of requests.
  const observed::ProgramLog& messages() const { return messages_; }

  // No callback after it returns; HAProxy goes on.
  void stop();

 private:
  Supervisor::Work work();
  Supervisor::OnLoop look();
  void note(Way way, std::vector<ObjectStatus> statuses, std::chrono::milliseconds took);
  Places places() const;

  Paths paths_;
  observed::ProgramLog messages_;
  Proxy proxy_;  // the supervisor's thread's
  LogReceiver log_;
  Listener listener_;
  desired::Layer7 want_;
  Effort effort_ = Effort::kWhereNeeded;
  ApplyReport report_;
  observed::Layer7Report observed_;
  Supervisor supervisor_;
  boost::asio::thread_pool reader_{1};
};

}  // namespace evenkeel::engines::l7_haproxy
