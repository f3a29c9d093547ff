// Negotiate, SMB: does it speak SMB2, and, if the check names a share, can that be connected to? Only the latter
// notices a print queue that is gone while the server lives on.

#include <fmt/format.h>

#include <chrono>

#include "health/bytes.h"
#include "health/dialogue_probe.h"
#include "health/reason.h"
#include "health/smb_message.h"

namespace evenkeel::health {
namespace {

using boost::asio::awaitable;

constexpr int kMostInterimAnswers = 8;
constexpr uint64_t kSecondsFrom1601To1970 = 11644473600;

awaitable<Heard<smb::Answer>> ask(Conversation& conversation, std::string message, smb::Command command,
                                  const char* what) {
  conversation.wait_for(what);
  if (auto failed = co_await conversation.send(smb::framed(std::move(message)))) co_return std::unexpected(*failed);
  for (int answers = 0; answers < kMostInterimAnswers; ++answers) {
    const auto frame = co_await conversation.exactly(4);
    if (!frame) co_return std::unexpected(frame.error());
    const auto length = smb::announced_length(*frame);
    if (!length) {
      co_return std::unexpected(
          conversation.failure(fmt::format("{} does not speak SMB: {}", conversation.server(), excerpt(*frame))));
    }
    const auto bytes = co_await conversation.exactly(*length);
    if (!bytes) co_return std::unexpected(bytes.error());
    const auto answer = smb::parse_answer(*bytes, command);
    if (!answer) {
      co_return std::unexpected(
          conversation.failure(fmt::format("{} is no SMB2 from {}", what, conversation.server())));
    }
    if (answer->status != smb::kPending) co_return *answer;
  }
  co_return std::unexpected(conversation.failure(fmt::format("{} does not come from {}", what, conversation.server())));
}

ProbeResult refused(const Conversation& conversation, std::string_view what, const smb::Answer& answer) {
  return conversation.failure(
      fmt::format("SMB {} refused by {}: {}", what, conversation.server(), smb::status_text(answer.status)));
}

uint64_t windows_time() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return (static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count()) +
          kSecondsFrom1601To1970) *
         10'000'000;
}

awaitable<ProbeResult> connect_to_share(Conversation& conversation, const Target& target) {
  const model::HealthCheck& check = target.check;
  auto answer = co_await ask(conversation, smb::render_session_setup(1, 0, smb::ntlm_negotiate()),
                             smb::Command::kSessionSetup, "the answer to the first step of the login");
  if (!answer) co_return answer.error();
  if (answer->status != smb::kMoreProcessingRequired) co_return refused(conversation, "login", *answer);
  const auto challenge = smb::parse_challenge(answer->token);
  if (!challenge) co_return conversation.failure(fmt::format("no NTLM challenge from {}", conversation.server()));
  const auto proof = smb::ntlm_authenticate({check.login, check.password}, *challenge, random_bytes(8), windows_time());
  if (!proof) co_return not_checked("OpenSSL has no MD4 here, which a login by SMB needs (its legacy provider)");
  const uint64_t session = answer->session;
  answer = co_await ask(conversation, smb::render_session_setup(2, session, proof->token), smb::Command::kSessionSetup,
                        "the answer to the login");
  if (!answer) co_return answer.error();
  if (answer->status != smb::kOk) co_return refused(conversation, "login", *answer);
  // Guests have no key to sign with.
  const std::string key = answer->session_flags == 0 ? proof->session_key : "";
  answer =
      co_await ask(conversation, smb::render_tree_connect(3, session, target.address.to_string(), check.share, key),
                   smb::Command::kTreeConnect, "the connection to the share");
  if (!answer) co_return answer.error();
  const std::string what = fmt::format("connection to share {}", check.share);
  if (answer->status != smb::kOk) co_return refused(conversation, what, *answer);
  co_return conversation.success(fmt::format("SMB {}{}", what, answer->share_type == 3 ? " (a printer)" : ""));
}

}  // namespace

awaitable<ProbeResult> talk_smb(Conversation& conversation, const Target& target, const re2::RE2*) {
  const auto answer =
      co_await ask(conversation, smb::render_negotiate(), smb::Command::kNegotiate, "the answer to negotiate");
  if (!answer) co_return answer.error();
  if (answer->status != smb::kOk) co_return refused(conversation, "negotiate", *answer);
  if (!target.check.share.empty()) co_return co_await connect_to_share(conversation, target);
  co_return conversation.success(answer->dialect == 0x0210 ? "SMB 2.1" : "SMB 2.0.2");
}

}  // namespace evenkeel::health
