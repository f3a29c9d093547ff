// PaperCut: asks the health API of an Application Server. Only the active one of a pool is up. A passive one, one that
// is starting (it refuses connections) and one with an error are told apart in words.

#include <fmt/format.h>

#include "health/awaitable_probe.h"
#include "health/http_exchange.h"
#include "health/http_request.h"
#include "health/papercut_judge.h"
#include "health/papercut_request.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

constexpr size_t kShownBytes = 4096;

class PapercutProbe final : public AwaitableProbe {
 public:
  PapercutProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        target_(papercut_request(target)),
        mask_(target_.check),
        conversation_(tools, target_, http_wire(target_)) {}

 private:
  boost::asio::awaitable<ProbeResult> run() override {
    const auto failed = co_await exchange(conversation_, render_request(target_), response_);
    if (failed && failed->reason.starts_with("connection refused")) {
      co_return said(Outcome::kFailure, "starting, or not running", failed->reason);
    }
    if (failed) co_return ProbeResult{failed->outcome, mask_.apply(failed->reason), failed->rule};
    ProbeResult result = judged();
    co_await conversation_.leave();
    co_return result;
  }

  ProbeResult judged() const {
    const papercut::Opinion opinion = papercut::judge(response_);
    const std::string state = papercut::to_string(opinion.state);
    if (opinion.state == papercut::State::kActive) {
      return said(
          Outcome::kSuccess, state,
          fmt::format("{} in {}{}", conversation_.server(), conversation_.elapsed(), conversation_.certificate_note()));
    }
    std::string detail = opinion.detail;
    if (opinion.state == papercut::State::kPassive) detail = "another server of the pool is the active one";
    if (detail.empty()) detail = mask_.apply(response_.body().substr(0, kShownBytes));
    return said(
        Outcome::kFailure, state,
        fmt::format("HTTP {} from {}: {}", response_.status(), conversation_.server(), excerpt(mask_.apply(detail))));
  }

  ProbeResult said(Outcome outcome, std::string_view state, std::string_view detail) const {
    return {outcome, mask_.apply(fmt::format("PaperCut {}: {}", state, detail))};
  }

  void abort() override { conversation_.abort(); }
  void complete_trace() override { conversation_.fill(trace(), mask_); }
  std::string timed_out() const override {
    return mask_.apply("PaperCut: " + timed_out_text(conversation_, response_, target_));
  }

  Target target_;
  SecretMask mask_;
  Conversation conversation_;
  HttpResponse response_;
};

}  // namespace

std::shared_ptr<Probe> make_papercut_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<PapercutProbe>(tools, target);
}

}  // namespace evenkeel::health
