// Negotiate, SIP: OPTIONS, over UDP where the virtual service has UDP, then over TCP where it has TCP.

#include <fmt/format.h>

#include "health/bytes.h"
#include "health/reason.h"
#include "health/sip_message.h"
#include "health/status_ranges.h"
#include "health/udp_probe.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

constexpr int kFirstFinalStatus = 200;
constexpr int kMostLines = 100;

std::string random_token() {
  const std::string bytes = random_bytes(8);
  std::string token;
  for (const char byte : bytes) token += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return token;
}

class SipProbe final : public AskingProbe {
 public:
  SipProbe(ProbeTools& tools, const Target& target) : AskingProbe(tools, target), token_(random_token()) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  asio::awaitable<ProbeResult> run() override {
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    ProbeResult result{Outcome::kSuccess, ""};
    if (is_over_udp()) result = co_await ask_by_udp();
    if (result.outcome == Outcome::kSuccess && is_over_tcp()) result = co_await ask_by_tcp();
    co_return result;
  }

  sip::Options options(std::string transport, std::string local) const {
    const std::string& host = target_.check.virtual_host;
    return {std::move(transport), host.empty() ? server() : host, std::move(local), target_.check.login, token_};
  }

  asio::awaitable<ProbeResult> ask_by_udp() {
    if (auto failed = datagrams_.open()) co_return *std::move(failed);
    const auto answer = co_await datagrams_.ask(
        sip::render_options(options("UDP", datagrams_.local_endpoint())), [this](std::string_view message) {
          return sip::parse_status(message, token_).value_or(0) >= kFirstFinalStatus;
        });
    if (!answer) co_return answer.error();
    co_return judge(*answer, "UDP", datagrams_.elapsed());
  }

  asio::awaitable<ProbeResult> ask_by_tcp() {
    is_talking_tcp_ = true;
    if (auto failed = co_await conversation_.open()) co_return *std::move(failed);
    conversation_.wait_for("the answer to OPTIONS");
    const std::string request = sip::render_options(options("TCP", conversation_.local_address()));
    if (auto failed = co_await conversation_.send(request)) co_return *std::move(failed);
    std::string answer;
    for (int lines = 0; lines < kMostLines; ++lines) {
      const auto line = co_await conversation_.line();
      if (!line) co_return line.error();
      answer += *line + "\r\n";
      if (!line->empty()) continue;
      if (sip::parse_status(answer, token_).value_or(kFirstFinalStatus) >= kFirstFinalStatus) break;
      answer.clear();  // a provisional answer
    }
    const std::string elapsed = conversation_.elapsed();
    co_await conversation_.leave();
    co_return judge(answer, "TCP", elapsed);
  }

  ProbeResult judge(const std::string& answer, const char* transport, const std::string& elapsed) const {
    const auto status = sip::parse_status(answer, token_);
    if (!status) {
      return failure(fmt::format("no SIP answer from {} over {}: {}", server(), transport, excerpt(answer)));
    }
    const auto allowed = StatusRanges::parse(target_.check.allowed_status);
    if (!allowed) return not_checked(allowed.error().message);
    if (!allowed->contains(*status)) {
      return failure(fmt::format("SIP {} from {} over {} where {} is allowed: {}", *status, server(), transport,
                                 target_.check.allowed_status, excerpt(answer)));
    }
    if (pattern_ && !re2::RE2::PartialMatch(answer, *pattern_)) {
      return failure(fmt::format("the SIP answer of {} does not match \"{}\"", server(),
                                 excerpt(target_.check.response_expected)));
    }
    return {Outcome::kSuccess, fmt::format("SIP {} from {} over {} in {}", *status, server(), transport, elapsed)};
  }

  std::string token_;
  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace

std::shared_ptr<Probe> make_sip_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<SipProbe>(tools, target);
}

}  // namespace evenkeel::health
