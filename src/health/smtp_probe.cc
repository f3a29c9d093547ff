// Negotiate, SMTP: greeting, EHLO, STARTTLS if wanted, AUTH PLAIN if there is a login, QUIT. Nothing is sent by mail.

#include <fmt/format.h>

#include "base/base64.h"
#include "health/dialogue_probe.h"
#include "health/reply.h"

namespace evenkeel::health {
namespace {

std::string greeting_name(const std::string& address) {
  return address.find(':') == std::string::npos ? fmt::format("[{}]", address) : fmt::format("[IPv6:{}]", address);
}

std::string plain_login(const model::HealthCheck& check) {
  const std::string nul(1, '\0');
  return to_base64(nul + check.login + nul + check.password);
}

}  // namespace

boost::asio::awaitable<ProbeResult> talk_smtp(Conversation& conversation, const Target& target, const re2::RE2*) {
  auto reply = co_await hear_reply(conversation, {"SMTP", "the greeting", 220, 220});
  if (!reply) co_return reply.error();
  const std::string hello = "EHLO " + greeting_name(conversation.local_address());
  const Wanted welcome{"SMTP", "the answer to EHLO", 250, 250};
  reply = co_await command(conversation, hello, welcome);
  if (!reply) co_return reply.error();
  if (target.check.starttls) {
    const Wanted agreement{"SMTP", "the answer to STARTTLS", 220, 220};
    if (auto failed = co_await change_to_tls(conversation, "STARTTLS", agreement)) co_return *std::move(failed);
    reply = co_await command(conversation, hello, welcome);  // what was said before means nothing any more
    if (!reply) co_return reply.error();
  }
  if (!target.check.login.empty()) {
    reply = co_await command(conversation, "AUTH PLAIN " + plain_login(target.check),
                             {"SMTP", "the answer to the login", 235, 235});
    if (!reply) co_return reply.error();
  }
  ProbeResult result = conversation.success(target.check.login.empty() ? "SMTP greeting" : "SMTP login");
  co_await conversation.send("QUIT\r\n");
  co_return result;
}

}  // namespace evenkeel::health
