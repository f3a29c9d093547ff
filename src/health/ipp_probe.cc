// Negotiate, IPP: asks for a queue's attributes. Up if there is such a queue, it accepts jobs and is not stopped.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "health/awaitable_probe.h"
#include "health/http_exchange.h"
#include "health/http_request.h"
#include "health/ipp_message.h"
#include "health/reason.h"
#include "health/secret_mask.h"

namespace evenkeel::health {
namespace {

constexpr int kHttpOk = 200;
constexpr int kFirstError = 0x100;
constexpr int kStopped = 5;

class IppProbe final : public AwaitableProbe {
 public:
  IppProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        target_(target),
        mask_(target.check),
        conversation_(tools, target, http_wire(target)) {}

 private:
  boost::asio::awaitable<ProbeResult> run() override {
    const std::string request = render_post(target_, "application/ipp", ipp::render_request(uri()));
    const auto failed = co_await exchange(conversation_, request, response_);
    if (failed) co_return ProbeResult{failed->outcome, mask_.apply(failed->reason)};
    ProbeResult result = judged();
    co_await conversation_.leave();
    co_return result;
  }

  std::string uri() const {
    const char* scheme = http_wire(target_) == Wire::kTls ? "ipps" : "ipp";
    const std::string& name = target_.check.virtual_host;
    const std::string host = name.empty() ? conversation_.server() : fmt::format("{}:{}", name, target_.port);
    return fmt::format("{}://{}{}", scheme, host, target_.check.request);
  }

  ProbeResult judged() const {
    const std::string queue = fmt::format("queue {} at {}", target_.check.request, conversation_.server());
    if (response_.status() != kHttpOk) {
      return failure(fmt::format("HTTP {} for {}: {}", response_.status(), queue, excerpt(response_.body())));
    }
    const auto printer = ipp::parse_answer(response_.body());
    if (!printer) return failure(fmt::format("no IPP answer for {}: {}", queue, excerpt(response_.body())));
    if (printer->status >= kFirstError) return failure(fmt::format("IPP {} for {}", printer->status_text, queue));
    const std::string reasons = printer->reasons.empty() ? "" : fmt::format(" ({})", fmt::join(printer->reasons, ", "));
    if (printer->state == kStopped) return failure(fmt::format("{} is stopped{}", queue, reasons));
    if (printer->is_accepting == false) return failure(fmt::format("{} accepts no jobs{}", queue, reasons));
    return conversation_.success(fmt::format("IPP: queue {} accepts jobs{},", target_.check.request, reasons));
  }

  ProbeResult failure(std::string_view reason) const { return {Outcome::kFailure, mask_.apply(reason)}; }
  void abort() override { conversation_.abort(); }
  void complete_trace() override { conversation_.fill(trace(), mask_); }
  std::string timed_out() const override { return mask_.apply(timed_out_text(conversation_, response_, target_)); }

  Target target_;
  SecretMask mask_;
  Conversation conversation_;
  HttpResponse response_;
};

}  // namespace

std::shared_ptr<Probe> make_ipp_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<IppProbe>(tools, target);
}

}  // namespace evenkeel::health
