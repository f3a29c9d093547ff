// Negotiate, simple UDP. Silence is no sign of health: unless the check says otherwise, the state is then unknown.

#include <fmt/format.h>

#include "health/reason.h"
#include "health/simple_text.h"
#include "health/udp_probe.h"

namespace evenkeel::health {
namespace {

class SimpleUdpProbe final : public AskingProbe {
 public:
  SimpleUdpProbe(ProbeTools& tools, const Target& target) : AskingProbe(tools, target) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  boost::asio::awaitable<ProbeResult> run() override {
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    if (auto failed = datagrams_.open()) co_return *std::move(failed);
    const auto answer =
        co_await datagrams_.ask(unescaped(target_.check.request), [](std::string_view) { return true; });
    if (!answer) co_return answer.error();
    if (pattern_ && !re2::RE2::PartialMatch(*answer, *pattern_)) {
      co_return failure(fmt::format("the answer of {} does not match \"{}\": {}", server(),
                                    excerpt(target_.check.response_expected), excerpt(mask_.apply(*answer))));
    }
    co_return ProbeResult{Outcome::kSuccess, fmt::format("UDP answer from {} in {}", server(), datagrams_.elapsed())};
  }

  ProbeResult judge_timeout() const override {
    if (pattern_) return AskingProbe::judge_timeout();
    if (target_.check.accept_silence) {
      return {Outcome::kSuccess, timed_out() + ", and nobody says that the port is closed: accepted"};
    }
    return {Outcome::kUnclear,
            timed_out() + ": a service that need not answer may be well or dead, so its state is unknown"};
  }

  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace

std::shared_ptr<Probe> make_simple_udp_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<SimpleUdpProbe>(tools, target);
}

}  // namespace evenkeel::health
