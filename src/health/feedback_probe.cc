#include "health/feedback_probe.h"

#include <fmt/format.h>

#include "health/http_request.h"
#include "health/reason.h"
#include "health/simple_text.h"

namespace evenkeel::health {

namespace asio = boost::asio;

FeedbackProbe::FeedbackProbe(ProbeTools& tools, const Target& target, model::FeedbackMethod method)
    : AwaitableProbe(tools.io, target.check.timeout),
      target_(target),
      method_(method),
      mask_(target.check),
      conversation_(tools, target, Wire::kPlain) {}

asio::awaitable<ProbeResult> FeedbackProbe::run() {
  ProbeResult result = method_ == model::FeedbackMethod::kHttp ? co_await ask_page() : co_await ask_agent();
  result.reason = mask_.apply(result.reason);
  co_return result;
}

// One line, with a line end or without: most agents close the connection behind it.
asio::awaitable<ProbeResult> FeedbackProbe::ask_agent() {
  if (auto failed = co_await conversation_.open()) co_return *std::move(failed);
  conversation_.wait_for("the agent's line");
  if (!target_.check.request.empty()) {
    if (auto failed = co_await conversation_.send(unescaped(target_.check.request))) co_return *std::move(failed);
  }
  std::string line;
  while (line.find('\n') == std::string::npos && line.size() < kLongestAgentAnswer) {
    const auto bytes = co_await conversation_.more();
    if (!bytes) co_return bytes.error();
    if (bytes->empty()) break;
    line += *bytes;
  }
  co_await conversation_.leave();
  co_return understood(line, BareNumber::kIsNothing);
}

asio::awaitable<ProbeResult> FeedbackProbe::ask_page() {
  constexpr int kOk = 200;
  if (auto failed = co_await exchange(conversation_, render_request(target_), response_)) co_return *std::move(failed);
  co_await conversation_.leave();
  if (response_.progress() == HttpResponse::Progress::kBroken) {
    co_return conversation_.failure(
        fmt::format("no HTTP answer from {}: {}", conversation_.server(), response_.problem()));
  }
  if (response_.status() != kOk) {
    co_return conversation_.failure(
        fmt::format("HTTP {} from {} where 200 is expected", response_.status(), conversation_.server()));
  }
  co_return understood(response_.body(), BareNumber::kIsPercent);
}

ProbeResult FeedbackProbe::understood(std::string_view text, BareNumber bare_number) {
  const auto report = parse_agent_report(text, bare_number);
  if (!report) return conversation_.failure(fmt::format("{}: {}", conversation_.server(), report.error()));
  report_ = *report;
  const std::string shown = mask_.apply(text.substr(0, kLongestAgentAnswer));
  answer_ = excerpt(std::string_view(shown).substr(0, shown.find_last_not_of(" \t\r\n") + 1));
  return {Outcome::kSuccess, fmt::format("the agent at {} says \"{}\"", conversation_.server(), answer_), "agent"};
}

}  // namespace evenkeel::health
