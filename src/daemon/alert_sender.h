#pragma once
// Tells people what happens: hears every event, gathers what is worth an alert for each channel, and sends it when it
// is time, in a thread of its own, since a mail server may take half a minute. Belongs to main; lives on the control
// loop. What was gathered and not yet sent outlives the process, but for the last second.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/channels.h"
#include "alerts/gatherer.h"
#include "alerts/memory.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/configuration.h"
#include "observed/alert_status.h"
#include "observed/event_log.h"

namespace evenkeel::daemon {

class AlertSender {
 public:
  // `path`: of the file that outlives the process.
  AlertSender(boost::asio::io_context& io, boost::asio::thread_pool& worker, const Clock& clock,
              observed::EventLog& events, std::string path);
  ~AlertSender();  // waits at most a second for what is on its way

  // Hears events from the first call on.
  void configure(const model::Configuration& configuration);
  void stop();

  std::vector<observed::AlertStatus> statuses() const;
  // To every channel, now, whatever waits. kNotFound: alerts are not configured.
  boost::asio::awaitable<Result<std::vector<observed::AlertStatus>>> test(std::string author);

 private:
  struct State {
    alerts::Channel channel;
    alerts::Gatherer gatherer;
    observed::AlertStatus status;
    bool is_sending = false;
  };
  struct Message {
    std::string sentence, text;
    boost::json::object details;  // of the webhook's body
  };

  void restore();
  std::string memory() const;
  void remember_soon();
  void write_memory();
  void on_event(const observed::Event& event);
  void arm();
  void send_what_is_due();
  boost::asio::awaitable<void> send_digest(std::string name);
  boost::asio::awaitable<Result<>> deliver(alerts::Channel channel, Message message);
  void note(State& state, const std::string& sentence, const Result<>& delivered);

  boost::asio::io_context& io_;
  boost::asio::thread_pool& worker_;
  const Clock& clock_;
  observed::EventLog& events_;
  const std::string path_;
  const std::string host_;
  model::Alerts settings_;
  alerts::Channels channels_;
  std::map<std::string, std::shared_ptr<State>> states_;  // by name; one on its way may outlive its channel
  alerts::Memory remembered_;                             // of channels that are not configured yet
  std::shared_ptr<void> subscription_;
  boost::asio::steady_timer timer_, memory_timer_;
  bool is_memory_due_ = false;
  SteadyTime memory_not_before_;
  bool stopped_ = false;
  std::atomic<bool> give_up_ = false;
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::daemon
