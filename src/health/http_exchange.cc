#include "health/http_exchange.h"

#include <fmt/format.h>

#include "health/reason.h"

namespace evenkeel::health {

Wire http_wire(const Target& target) {
  using model::NegotiateProtocol;
  const auto protocol = target.check.protocol;
  return protocol == NegotiateProtocol::kHttps || protocol == NegotiateProtocol::kIpps ? Wire::kTls : Wire::kPlain;
}

boost::asio::awaitable<Trouble> exchange(Conversation& conversation, std::string request, HttpResponse& response) {
  if (auto failed = co_await conversation.open()) co_return failed;
  conversation.wait_for("an HTTP answer");
  if (auto failed = co_await conversation.send(std::move(request))) co_return failed;
  while (response.needs_more()) {
    const auto bytes = co_await conversation.more();
    if (!bytes && bytes.error().outcome == Outcome::kNotChecked) co_return bytes.error();
    if (!bytes) {
      co_return conversation.failure(
          fmt::format("no complete HTTP answer from {}: {}", conversation.server(), bytes.error().reason));
    }
    if (bytes->empty()) {
      response.close();
    } else {
      response.feed(*bytes);
    }
  }
  co_return std::nullopt;
}

std::string timed_out_text(const Conversation& conversation, const HttpResponse& response, const Target& target) {
  if (response.status() == 0) {
    std::string text = conversation.timed_out();
    if (const size_t at = text.find("(TCP connected, waiting"); at != std::string::npos) {
      text = text.substr(0, at) + "(TCP connected, no HTTP answer)";
    }
    return text;
  }
  return fmt::format("no answer from {} within {} (HTTP {}, body not complete after {} bytes)", conversation.server(),
                     timeout_text(target.check.timeout), response.status(), response.body().size());
}

}  // namespace evenkeel::health
