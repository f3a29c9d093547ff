#pragma once
// Asks a real server's feedback agent once: a line over TCP, or a page.

#include <optional>
#include <string>

#include "health/agent_report.h"
#include "health/awaitable_probe.h"
#include "health/http_exchange.h"
#include "health/secret_mask.h"

namespace evenkeel::health {

class FeedbackProbe final : public AwaitableProbe {
 public:
  // `target`: where and with which request; its check's timeout holds.
  FeedbackProbe(ProbeTools& tools, const Target& target, model::FeedbackMethod method);

  // After a success.
  const AgentReport& report() const { return report_; }
  const std::string& answer() const { return answer_; }  // for people: bounded, masked

 private:
  boost::asio::awaitable<ProbeResult> run() override;
  boost::asio::awaitable<ProbeResult> ask_agent();
  boost::asio::awaitable<ProbeResult> ask_page();
  ProbeResult understood(std::string_view text, BareNumber bare_number);
  void abort() override { conversation_.abort(); }
  void complete_trace() override { conversation_.fill(trace(), mask_); }
  std::string timed_out() const override { return mask_.apply(conversation_.timed_out()); }

  Target target_;
  model::FeedbackMethod method_;
  SecretMask mask_;
  Conversation conversation_;
  HttpResponse response_;
  AgentReport report_;
  std::string answer_;
};

}  // namespace evenkeel::health
