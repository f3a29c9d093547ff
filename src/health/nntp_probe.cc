// Negotiate, NNTP: greeting, STARTTLS if wanted, login if there is one, one command if there is one (such as
// "GROUP news.test"), QUIT.

#include "health/dialogue_probe.h"
#include "health/reply.h"

namespace evenkeel::health {

boost::asio::awaitable<ProbeResult> talk_nntp(Conversation& conversation, const Target& target, const re2::RE2*) {
  const model::HealthCheck& check = target.check;
  auto reply = co_await hear_reply(conversation, {"NNTP", "the greeting", 200, 201});
  if (!reply) co_return reply.error();
  if (check.starttls) {
    const Wanted agreement{"NNTP", "the answer to STARTTLS", 382, 382};
    if (auto failed = co_await change_to_tls(conversation, "STARTTLS", agreement)) co_return *std::move(failed);
  }
  if (!check.login.empty()) {
    reply =
        co_await command(conversation, "AUTHINFO USER " + check.login, {"NNTP", "the answer to the user", 281, 381});
    if (!reply) co_return reply.error();
  }
  if (!check.login.empty() && *reply == 381) {
    reply = co_await command(conversation, "AUTHINFO PASS " + check.password,
                             {"NNTP", "the answer to the password", 281, 281});
    if (!reply) co_return reply.error();
  }
  if (!check.request.empty()) {
    reply = co_await command(conversation, check.request, {"NNTP", "the answer to the request", 100, 299});
    if (!reply) co_return reply.error();
  }
  ProbeResult result = conversation.success("NNTP answer");
  co_await conversation.send("QUIT\r\n");
  co_return result;
}

}  // namespace evenkeel::health
