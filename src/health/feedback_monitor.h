#pragma once
// Asks the feedback agents of real servers in turn, and knows what each has said. Runs on the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "health/agent_report.h"
#include "health/probes.h"

namespace evenkeel::health {

struct FeedbackTarget {
  model::RealServerKey key;
  IpAddress address;
  model::Feedback feedback;  // never none
  std::chrono::microseconds interval{0};
  std::chrono::milliseconds timeout{0};
  int failure_count = 1;  // unanswered questions in a row until the agent counts as silent
  bool operator==(const FeedbackTarget&) const = default;
};

struct FeedbackStatus {
  model::RealServerKey key;
  enum class Contact { kNone, kAnswers, kSilent } contact = Contact::kNone;  // none: not asked yet
  AgentState said;     // of a silent agent: as if nothing had been said
  std::string answer;  // its last words, while it answers
  std::string reason;  // the last question in words, secrets masked
  bool operator==(const FeedbackStatus&) const = default;
};

class FeedbackMonitor {
 public:
  // Called on the io_context's thread when what was said, or the contact, has become another; never from within
  // configure(), and not after stop().
  using OnChange = std::function<void(const FeedbackStatus&)>;

  FeedbackMonitor(boost::asio::io_context& io, const Clock& clock, OnChange on_change);
  ~FeedbackMonitor();
  FeedbackMonitor(const FeedbackMonitor&) = delete;
  FeedbackMonitor& operator=(const FeedbackMonitor&) = delete;

  // Asks these from now on. What an unchanged one has said is kept. Keys are unique.
  void configure(std::vector<FeedbackTarget> targets);
  std::vector<FeedbackStatus> statuses() const;
  // What agents had said before a restart: it holds for those that are added by the next configure(), until they say
  // something else or have been silent long enough. Announces nothing.
  void restore(const std::vector<FeedbackStatus>& known);
  void stop();

 private:
  struct Agent;
  using Clockwork = boost::asio::steady_timer::clock_type;

  void add(FeedbackTarget target);
  void ask_at(const std::shared_ptr<Agent>& agent, Clockwork::time_point due);
  void ask(const std::shared_ptr<Agent>& agent);
  void take(Agent& agent, const ProbeResult& result);

  ProbeTools tools_;
  OnChange on_change_;
  std::map<model::RealServerKey, std::shared_ptr<Agent>> agents_;
  std::map<model::RealServerKey, FeedbackStatus> restored_;  // for those that are not there yet
  double next_phase_ = 0;
};

}  // namespace evenkeel::health
