#include "health/reply.h"

#include <fmt/format.h>

#include <algorithm>

#include "health/reason.h"

namespace evenkeel::health {
namespace {

constexpr int kMostLines = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<ReplyLine> parse_reply_line(std::string_view line) {
  if (line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), is_digit)) return std::nullopt;
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (code < 100 || code > 599) return std::nullopt;
  if (line.size() == 3) return ReplyLine{code, true, {}};
  if (line[3] != ' ' && line[3] != '-') return std::nullopt;
  return ReplyLine{code, line[3] == ' ', line.substr(4)};
}

boost::asio::awaitable<Heard<int>> hear_reply(Conversation& conversation, Wanted wanted) {
  conversation.wait_for(wanted.what);
  std::optional<int> code;
  for (int lines = 0; lines < kMostLines; ++lines) {
    const auto line = co_await conversation.line();
    if (!line) co_return std::unexpected(line.error());
    const auto parsed = parse_reply_line(*line);
    // Within a reply FTP allows lines of any kind.
    if (!parsed && code) continue;
    if (!parsed) {
      co_return std::unexpected(
          conversation.failure(fmt::format("{} does not speak {}: {} where {} is expected", conversation.server(),
                                           wanted.protocol, excerpt(*line), wanted.what)));
    }
    if (!code) code = parsed->code;
    if (!parsed->is_last || parsed->code != *code) continue;
    if (*code >= wanted.first && *code <= wanted.last) co_return *code;
    co_return std::unexpected(conversation.failure(fmt::format(
        "{} {} from {} as {}: {}", wanted.protocol, *code, conversation.server(), wanted.what, excerpt(parsed->text))));
  }
  co_return std::unexpected(conversation.failure(
      fmt::format("{} of {} has more than {} lines", wanted.what, conversation.server(), kMostLines)));
}

boost::asio::awaitable<Heard<int>> command(Conversation& conversation, std::string line, Wanted wanted) {
  if (auto failed = co_await conversation.send(std::move(line) + "\r\n")) co_return std::unexpected(*std::move(failed));
  co_return co_await hear_reply(conversation, wanted);
}

boost::asio::awaitable<Trouble> change_to_tls(Conversation& conversation, std::string line, Wanted wanted) {
  if (const auto reply = co_await command(conversation, std::move(line), wanted); !reply) co_return reply.error();
  co_return co_await conversation.secure();
}

}  // namespace evenkeel::health
