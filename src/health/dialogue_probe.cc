#include "health/dialogue_probe.h"

#include <fmt/format.h>

#include "health/awaitable_probe.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

class DialogueProbe final : public AwaitableProbe {
 public:
  DialogueProbe(ProbeTools& tools, const Target& target, Wire wire, Talk talk)
      : AwaitableProbe(tools.io, target.check.timeout),
        target_(target),
        mask_(target.check),
        talk_(talk),
        conversation_(tools, target, wire) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  asio::awaitable<ProbeResult> run() override {
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    if (auto failed = co_await conversation_.open()) co_return *std::move(failed);
    ProbeResult result = co_await talk_(conversation_, target_, pattern_.get());
    co_await conversation_.leave();
    co_return masked(compared(std::move(result)));
  }

  ProbeResult compared(ProbeResult result) const {
    if (result.outcome != Outcome::kSuccess || !pattern_) return result;
    const std::string& heard = conversation_.heard();
    const std::string& pattern = target_.check.response_expected;
    if (re2::RE2::PartialMatch(heard, *pattern_)) {
      result.reason += fmt::format(", answer matches \"{}\"", excerpt(pattern));
      return result;
    }
    return {Outcome::kFailure,
            fmt::format("the answer of {} does not match \"{}\": {}", conversation_.server(), excerpt(pattern),
                        excerpt(mask_.apply(heard.substr(0, 4096)))),
            "response_expected"};
  }

  ProbeResult masked(ProbeResult result) const {
    result.reason = mask_.apply(result.reason);
    return result;
  }

  void abort() override { conversation_.abort(); }
  void complete_trace() override { conversation_.fill(trace(), mask_); }
  std::string timed_out() const override { return mask_.apply(conversation_.timed_out()); }

  Target target_;
  SecretMask mask_;
  Talk talk_;
  Conversation conversation_;
  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace

std::shared_ptr<Probe> make_dialogue_probe(ProbeTools& tools, const Target& target, Wire wire, Talk talk) {
  return std::make_shared<DialogueProbe>(tools, target, wire, talk);
}

}  // namespace evenkeel::health
