// Negotiate, IMAP: greeting, STARTTLS if wanted, login if there is one, LOGOUT.

#include <fmt/format.h>

#include "health/dialogue_probe.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

constexpr int kMostLines = 256;

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// Lines that begin with "*" are about other things.
boost::asio::awaitable<Trouble> hear_tagged(Conversation& conversation, std::string_view tag, const char* what) {
  conversation.wait_for(what);
  for (int lines = 0; lines < kMostLines; ++lines) {
    const auto line = co_await conversation.line();
    if (!line) co_return line.error();
    if (line->starts_with(fmt::format("{} OK", tag))) co_return std::nullopt;
    if (tag != "*" && line->starts_with("* ")) continue;
    if (tag == "*" && line->starts_with("* PREAUTH")) co_return std::nullopt;
    const char* said = line->starts_with(tag) ? "IMAP" : "no IMAP:";
    co_return conversation.failure(
        fmt::format("{} from {} as {}: {}", said, conversation.server(), what, excerpt(*line)));
  }
  co_return conversation.failure(fmt::format("no end of {} from {}", what, conversation.server()));
}

}  // namespace

boost::asio::awaitable<ProbeResult> talk_imap(Conversation& conversation, const Target& target, const re2::RE2*) {
  const model::HealthCheck& check = target.check;
  if (auto failed = co_await hear_tagged(conversation, "*", "the greeting")) co_return *std::move(failed);
  if (check.starttls) {
    co_await conversation.send("e0 STARTTLS\r\n");
    if (auto failed = co_await hear_tagged(conversation, "e0", "the answer to STARTTLS")) co_return *std::move(failed);
    if (auto failed = co_await conversation.secure()) co_return *std::move(failed);
  }
  if (!check.login.empty()) {
    co_await conversation.send(fmt::format("e1 LOGIN {} {}\r\n", quoted(check.login), quoted(check.password)));
    if (auto failed = co_await hear_tagged(conversation, "e1", "the answer to the login")) co_return *std::move(failed);
  }
  ProbeResult result = conversation.success(check.login.empty() ? "IMAP greeting" : "IMAP login");
  co_await conversation.send("e2 LOGOUT\r\n");
  co_return result;
}

}  // namespace evenkeel::health
