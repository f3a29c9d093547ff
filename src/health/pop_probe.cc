// Negotiate, POP3: greeting, STLS if wanted, login if there is one, QUIT.

#include <fmt/format.h>

#include "health/dialogue_probe.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

boost::asio::awaitable<Trouble> hear_ok(Conversation& conversation, const char* what) {
  conversation.wait_for(what);
  const auto line = co_await conversation.line();
  if (!line) co_return line.error();
  if (line->starts_with("+OK")) co_return std::nullopt;
  const char* said = line->starts_with("-ERR") ? "POP3 error" : "no POP3:";
  co_return conversation.failure(
      fmt::format("{} from {} as {}: {}", said, conversation.server(), what, excerpt(*line)));
}

}  // namespace

boost::asio::awaitable<ProbeResult> talk_pop(Conversation& conversation, const Target& target, const re2::RE2*) {
  const model::HealthCheck& check = target.check;
  if (auto failed = co_await hear_ok(conversation, "the greeting")) co_return *std::move(failed);
  if (check.starttls) {
    co_await conversation.send("STLS\r\n");
    if (auto failed = co_await hear_ok(conversation, "the answer to STLS")) co_return *std::move(failed);
    if (auto failed = co_await conversation.secure()) co_return *std::move(failed);
  }
  if (!check.login.empty()) {
    co_await conversation.send(fmt::format("USER {}\r\n", check.login));
    if (auto failed = co_await hear_ok(conversation, "the answer to USER")) co_return *std::move(failed);
    co_await conversation.send(fmt::format("PASS {}\r\n", check.password));
    if (auto failed = co_await hear_ok(conversation, "the answer to PASS")) co_return *std::move(failed);
  }
  ProbeResult result = conversation.success(check.login.empty() ? "POP3 greeting" : "POP3 login");
  co_await conversation.send("QUIT\r\n");
  co_return result;
}

}  // namespace evenkeel::health
