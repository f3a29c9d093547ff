// Negotiate, HTTP, HTTPS and HTTP proxy: sends one request and judges the answer. Certificates are verified only if the
// check says so: it asks whether the service answers, and real servers behind a load balancer mostly have self-signed
// ones.

#include <fmt/format.h>

#include <memory>

#include "health/awaitable_probe.h"
#include "health/http_exchange.h"
#include "health/http_judge.h"
#include "health/http_request.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

constexpr int kMostRedirects = 5;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class HttpProbe final : public AwaitableProbe {
 public:
  HttpProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        tools_(tools),
        clock_(tools.clock),
        target_(target),
        mask_(target.check) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
    prepare();
  }

 private:
  asio::awaitable<ProbeResult> run() override {
    begin_ = clock_.steady_now();
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    for (int redirects = 0;; ++redirects) {
      auto failed = co_await exchange(*conversation_, render_request(target_), *response_);
      if (failed) co_return masked(*std::move(failed));
      const std::string note = conversation_->certificate_note();
      co_await conversation_->leave();
      const auto next = redirects < kMostRedirects ? where_it_leads() : std::nullopt;
      if (!next || is_aborted_) co_return masked(judged(note));
      target_ = *next;
      prepare();
    }
  }

  void prepare() {
    conversation_ = std::make_unique<Conversation>(tools_, target_, http_wire(target_));
    response_ = std::make_unique<HttpResponse>(target_.check.method == model::HttpMethod::kHead);
  }

  std::optional<Target> where_it_leads() const {
    if (!target_.check.follow_redirects || !is_redirect(response_->status())) return std::nullopt;
    return redirected(target_, response_->location());
  }

  ProbeResult judged(const std::string& note) const {
    ProbeResult result = judge({target_, pattern_.get(), mask_}, *response_, clock_.steady_now() - begin_);
    result.reason += note;
    return result;
  }

  void abort() override {
    is_aborted_ = true;
    conversation_->abort();
  }

  void complete_trace() override { conversation_->fill(trace(), mask_); }

  std::string timed_out() const override { return mask_.apply(timed_out_text(*conversation_, *response_, target_)); }

  ProbeResult masked(ProbeResult result) const {
    result.reason = mask_.apply(result.reason);
    return result;
  }

  ProbeTools& tools_;  // may be gone once aborted
  const Clock& clock_;
  Target target_;
  SecretMask mask_;
  std::shared_ptr<const re2::RE2> pattern_;
  std::unique_ptr<Conversation> conversation_;
  std::unique_ptr<HttpResponse> response_;
  SteadyTime begin_;
  bool is_aborted_ = false;
};

}  // namespace

std::shared_ptr<Probe> make_http_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<HttpProbe>(tools, target);
}

}  // namespace evenkeel::health
