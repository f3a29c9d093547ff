// Negotiate, RADIUS: the login must be accepted.

#include <fmt/format.h>

#include "health/bytes.h"
#include "health/radius_message.h"
#include "health/reason.h"
#include "health/udp_probe.h"

namespace evenkeel::health {
namespace {

class RadiusProbe final : public AskingProbe {
 public:
  using AskingProbe::AskingProbe;

 private:
  boost::asio::awaitable<ProbeResult> run() override {
    const model::HealthCheck& check = target_.check;
    if (auto failed = datagrams_.open()) co_return *std::move(failed);
    request_ = radius::render_request(static_cast<uint8_t>(random_bytes(1)[0]), random_bytes(16), check.login,
                                      check.password, check.secret);
    const auto answer = co_await datagrams_.ask(request_.bytes, [this](std::string_view message) {
      is_otherwise_ = is_otherwise_ || radius::is_signed_otherwise(message, request_, target_.check.secret);
      return radius::parse_answer(message, request_, target_.check.secret).has_value();
    });
    if (!answer) co_return answer.error();
    co_return judge(*answer);
  }

  ProbeResult judge(const std::string& answer) const {
    const int code = radius::parse_answer(answer, request_, target_.check.secret).value_or(0);
    if (code == radius::kAccept) {
      return {Outcome::kSuccess, fmt::format("RADIUS accept from {} in {}", server(), datagrams_.elapsed())};
    }
    const std::string name = code == radius::kReject      ? "RADIUS reject"
                             : code == radius::kChallenge ? "RADIUS challenge"
                                                          : fmt::format("RADIUS code {}", code);
    const std::string message = excerpt(mask_.apply(radius::reply_message(answer)));
    return failure(fmt::format("{} from {} for {}{}{}", name, server(), target_.check.login,
                               message.empty() ? "" : ": ", message));
  }

  std::string timed_out() const override {
    if (is_otherwise_) {
      return fmt::format("{} answers with another shared secret than the check's", server());
    }
    return AskingProbe::timed_out() + " (RADIUS servers say nothing to unknown clients or with a wrong secret)";
  }

  radius::Request request_;
  bool is_otherwise_ = false;
};

}  // namespace

std::shared_ptr<Probe> make_radius_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<RadiusProbe>(tools, target);
}

}  // namespace evenkeel::health
