#pragma once
// Replies with a three-digit code, as FTP, SMTP and NNTP give them: "220 ready", or several lines of which all but the
// last have a "-" behind the code.

#include "health/conversation.h"

namespace evenkeel::health {

struct ReplyLine {
  int code = 0;  // 100..599
  bool is_last = true;
  std::string_view text;
};

// None: not such a line. Pure.
std::optional<ReplyLine> parse_reply_line(std::string_view line);

struct Wanted {
  const char* protocol;  // "SMTP"
  const char* what;      // "the greeting"
  int first, last;       // codes that are good
};

// The code of a whole reply; a failure when it is none, or another than wanted.
boost::asio::awaitable<Heard<int>> hear_reply(Conversation& conversation, Wanted wanted);
// Sends a line and hears its reply.
boost::asio::awaitable<Heard<int>> command(Conversation& conversation, std::string line, Wanted wanted);
// Sends a line that asks for TLS, and shakes hands when the reply agrees.
boost::asio::awaitable<Trouble> change_to_tls(Conversation& conversation, std::string line, Wanted wanted);

}  // namespace evenkeel::health
