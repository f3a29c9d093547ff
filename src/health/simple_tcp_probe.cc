// Negotiate, simple TCP: sends the request, closes our side, and reads until what is expected has come.

#include <fmt/format.h>
#include <re2/re2.h>

#include "health/dialogue_probe.h"
#include "health/reason.h"
#include "health/simple_text.h"

namespace evenkeel::health {

boost::asio::awaitable<ProbeResult> talk_simple_tcp(Conversation& conversation, const Target& target,
                                                    const re2::RE2* expected) {
  if (!target.check.request.empty()) {
    if (auto failed = co_await conversation.send(unescaped(target.check.request))) co_return *std::move(failed);
  }
  conversation.finish_sending();
  if (expected == nullptr) co_return conversation.success("TCP connection, nothing expected,");
  conversation.wait_for("an answer that matches");
  while (!re2::RE2::PartialMatch(conversation.heard(), *expected)) {
    const auto byte = co_await conversation.some();
    if (!byte && !conversation.heard().empty() && byte.error().outcome == Outcome::kFailure) break;
    if (!byte) co_return byte.error();
  }
  co_return conversation.success("answer");
}

}  // namespace evenkeel::health
