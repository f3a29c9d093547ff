// Negotiate, DNS: one query, by UDP where the virtual service has UDP, then by TCP where it has TCP. Up if there is a
// record of the type asked for (and one that matches, if the check expects something).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "health/bytes.h"
#include "health/dns_message.h"
#include "health/reason.h"
#include "health/udp_probe.h"
#include "model/names.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

class DnsProbe final : public AskingProbe {
 public:
  DnsProbe(ProbeTools& tools, const Target& target) : AskingProbe(tools, target) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  asio::awaitable<ProbeResult> run() override {
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    const auto id = static_cast<uint16_t>(big(random_bytes(2), 0, 2));
    const auto query = dns::render_query(id, target_.check.request, target_.check.record_type);
    if (!query) co_return not_checked("the request is not a name that DNS can be asked for");
    query_ = *query;
    ProbeResult result{Outcome::kSuccess, ""};
    if (is_over_udp()) result = co_await ask_by_udp();
    if (result.outcome != Outcome::kSuccess || (!is_over_tcp() && !is_truncated_)) co_return result;
    ProbeResult by_tcp = co_await ask_by_tcp();
    if (by_tcp.outcome == Outcome::kSuccess && is_over_udp()) by_tcp.reason += "; " + result.reason;
    co_return by_tcp;
  }

  asio::awaitable<ProbeResult> ask_by_udp() {
    if (auto failed = datagrams_.open()) co_return *std::move(failed);
    const auto answer = co_await datagrams_.ask(
        query_, [this](std::string_view message) { return dns::is_answer_to(query_, message); });
    if (!answer) co_return answer.error();
    co_return judge(*answer, "UDP", datagrams_.elapsed());
  }

  asio::awaitable<ProbeResult> ask_by_tcp() {
    is_talking_tcp_ = true;
    is_truncated_ = false;
    if (auto failed = co_await conversation_.open()) co_return *std::move(failed);
    conversation_.wait_for("the answer to the query");
    std::string framed;
    append_big(framed, static_cast<uint32_t>(query_.size()), 2);
    if (auto failed = co_await conversation_.send(framed + query_)) co_return *std::move(failed);
    const auto length = co_await conversation_.exactly(2);
    if (!length) co_return length.error();
    const auto answer = co_await conversation_.exactly(big(*length, 0, 2));
    if (!answer) co_return answer.error();
    const std::string elapsed = conversation_.elapsed();
    co_await conversation_.leave();
    if (!dns::is_answer_to(query_, *answer)) co_return failure(fmt::format("no DNS answer from {} over TCP", server()));
    co_return judge(*answer, "TCP", elapsed);
  }

  ProbeResult judge(std::string_view message, std::string_view transport, const std::string& elapsed) {
    const model::HealthCheck& check = target_.check;
    const auto answer = dns::parse_answer(message, check.record_type);
    if (!answer) return failure(fmt::format("broken DNS answer from {} over {}", server(), transport));
    if (answer->code != 0) {
      return failure(fmt::format("DNS {} from {} over {} for {}", dns::code_text(answer->code), server(), transport,
                                 check.request));
    }
    is_truncated_ = answer->is_truncated && transport == "UDP";
    if (is_truncated_) return {Outcome::kSuccess, fmt::format("truncated over UDP in {}", elapsed)};
    const std::string type = model::to_string(check.record_type);
    if (answer->records.empty()) {
      return failure(fmt::format("{} has no {} record at {} over {}", check.request, type, server(), transport));
    }
    const std::string records = excerpt(fmt::format("{}", fmt::join(answer->records, ", ")));
    const auto matches = [&](const std::string& record) { return re2::RE2::PartialMatch(record, *pattern_); };
    if (pattern_ && std::ranges::none_of(answer->records, matches)) {
      return failure(fmt::format("no {} record of {} at {} over {} matches \"{}\": {}", type, check.request, server(),
                                 transport, excerpt(check.response_expected), records));
    }
    return {Outcome::kSuccess, fmt::format("DNS {} from {} over {} in {}", records, server(), transport, elapsed)};
  }

  std::string query_;
  bool is_truncated_ = false;
  std::shared_ptr<const re2::RE2> pattern_;
};

}  // namespace

std::shared_ptr<Probe> make_dns_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<DnsProbe>(tools, target);
}

}  // namespace evenkeel::health
