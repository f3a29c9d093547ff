// Negotiate, FTP: greeting, AUTH TLS if wanted, login if there is one, QUIT.

#include "health/dialogue_probe.h"
#include "health/reply.h"

namespace evenkeel::health {

boost::asio::awaitable<ProbeResult> talk_ftp(Conversation& conversation, const Target& target, const re2::RE2*) {
  auto reply = co_await hear_reply(conversation, {"FTP", "the greeting", 220, 220});
  if (!reply) co_return reply.error();
  if (target.check.starttls) {
    const Wanted agreement{"FTP", "the answer to AUTH TLS", 234, 234};
    if (auto failed = co_await change_to_tls(conversation, "AUTH TLS", agreement)) co_return *std::move(failed);
  }
  const bool has_login = !target.check.login.empty();
  if (has_login) {
    reply = co_await command(conversation, "USER " + target.check.login, {"FTP", "the answer to USER", 230, 331});
    if (!reply) co_return reply.error();
  }
  if (has_login && *reply == 331) {
    reply = co_await command(conversation, "PASS " + target.check.password, {"FTP", "the answer to PASS", 202, 230});
    if (!reply) co_return reply.error();
  }
  ProbeResult result = conversation.success(has_login ? "FTP login" : "FTP greeting");
  co_await conversation.send("QUIT\r\n");
  co_return result;
}

}  // namespace evenkeel::health
