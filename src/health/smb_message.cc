#include "health/smb_message.h"

#include <fmt/format.h>

#include <array>

#include "health/bytes.h"
#include "health/ntlm.h"

namespace evenkeel::health::smb {
namespace {

constexpr size_t kHeader = 64;
constexpr std::string_view kProtocol("\xfeSMB", 4);
constexpr uint32_t kFlagAnswer = 1;
constexpr uint32_t kFlagSigned = 8;
constexpr size_t kSignatureAt = 48;
constexpr size_t kSignatureSize = 16;
constexpr uint64_t kNoTree = 0;

struct StatusName {
  uint32_t status;
  const char* text;
};
constexpr std::array kStatusNames{
    StatusName{0xC000006D, "STATUS_LOGON_FAILURE (user or password is wrong)"},
    StatusName{0xC0000022, "STATUS_ACCESS_DENIED"},
    StatusName{0xC00000CC, "STATUS_BAD_NETWORK_NAME (no such share, or it cannot be used)"},
    StatusName{0xC0000072, "STATUS_ACCOUNT_DISABLED"},
    StatusName{0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
    StatusName{0xC0000071, "STATUS_PASSWORD_EXPIRED"},
    StatusName{0xC000000D, "STATUS_INVALID_PARAMETER"},
    StatusName{0xC00000BB, "STATUS_NOT_SUPPORTED"},
    StatusName{0xC0000205, "STATUS_INSUFF_SERVER_RESOURCES"},
    StatusName{0xC0000203, "STATUS_USER_SESSION_DELETED"},
    StatusName{0xC00000D0, "STATUS_REQUEST_NOT_ACCEPTED (the server takes no more connections)"},
};

std::string header(Command command, uint64_t message, uint64_t session) {
  std::string bytes(kProtocol);
  append_little(bytes, kHeader, 2);
  append_little(bytes, message == 0 ? 0 : 1, 2);  // credit charge
  append_little(bytes, 0, 4);                     // status
  append_little(bytes, static_cast<uint16_t>(command), 2);
  append_little(bytes, 1, 2);  // credits asked for
  append_little(bytes, 0, 4);  // flags
  append_little(bytes, 0, 4);  // no next command
  append_little(bytes, message, 8);
  append_little(bytes, 0, 4);
  append_little(bytes, kNoTree, 4);
  append_little(bytes, session, 8);
  bytes.append(kSignatureSize, '\0');
  return bytes;
}

void sign(std::string& message, std::string_view key) {
  message[16] = static_cast<char>(kFlagSigned);
  const std::string signature = keyed_digest(EVP_sha256(), key, message);
  message.replace(kSignatureAt, kSignatureSize, signature, 0, kSignatureSize);
}

void parse_body(std::string_view message, Command command, Answer& answer) {
  const std::string_view body = message.substr(kHeader);
  if (command == Command::kNegotiate && body.size() >= 6) {
    answer.dialect = static_cast<uint16_t>(little(body, 4, 2));
  } else if (command == Command::kTreeConnect && body.size() >= 3) {
    answer.share_type = static_cast<uint8_t>(body[2]);
  } else if (command == Command::kSessionSetup && body.size() >= 8) {
    answer.session_flags = static_cast<uint16_t>(little(body, 2, 2));
    const size_t at = little(body, 4, 2), size = little(body, 6, 2);
    if (at <= message.size() && size <= message.size() - at) answer.token = message.substr(at, size);
  }
}

}  // namespace

std::optional<Answer> parse_answer(std::string_view message, Command command) {
  if (message.size() < kHeader || !message.starts_with(kProtocol)) return std::nullopt;
  if (little(message, 4, 2) != kHeader || little(message, 12, 2) != static_cast<uint16_t>(command)) return std::nullopt;
  if ((little(message, 16, 4) & kFlagAnswer) == 0) return std::nullopt;
  Answer answer;
  answer.status = static_cast<uint32_t>(little(message, 8, 4));
  answer.session = little(message, 40, 8);
  parse_body(message, command, answer);
  const bool is_known = answer.dialect == 0x0202 || answer.dialect == 0x0210;
  if (command == Command::kNegotiate && answer.status == kOk && !is_known) return std::nullopt;
  return answer;
}

std::string status_text(uint32_t status) {
  for (const StatusName& name : kStatusNames) {
    if (name.status == status) return name.text;
  }
  return fmt::format("status 0x{:08X}", status);
}

std::string render_negotiate() {
  std::string bytes = header(Command::kNegotiate, 0, 0);
  append_little(bytes, 36, 2);
  append_little(bytes, 2, 2);  // dialects
  append_little(bytes, 1, 2);  // signing enabled
  append_little(bytes, 0, 2);
  append_little(bytes, 0, 4);  // capabilities
  bytes += random_bytes(16);   // client GUID
  append_little(bytes, 0, 8);
  append_little(bytes, 0x0202, 2);
  append_little(bytes, 0x0210, 2);
  return bytes;
}

std::string render_session_setup(uint64_t message, uint64_t session, std::string_view token) {
  std::string bytes = header(Command::kSessionSetup, message, session);
  append_little(bytes, 25, 2);
  append_little(bytes, 0x0100, 2);  // no flags, signing enabled
  append_little(bytes, 0, 8);       // capabilities, channel
  append_little(bytes, kHeader + 24, 2);
  append_little(bytes, token.size(), 2);
  append_little(bytes, 0, 8);  // no previous session
  bytes += token;
  return bytes;
}

std::string render_tree_connect(uint64_t message, uint64_t session, std::string_view server, std::string_view share,
                                std::string_view session_key) {
  const std::string path = to_utf16(fmt::format("\\\\{}\\{}", server, share));
  std::string bytes = header(Command::kTreeConnect, message, session);
  append_little(bytes, 9, 2);
  append_little(bytes, 0, 2);
  append_little(bytes, kHeader + 8, 2);
  append_little(bytes, path.size(), 2);
  bytes += path;
  if (!session_key.empty()) sign(bytes, session_key);
  return bytes;
}

std::string framed(std::string message) {
  std::string bytes;
  append_big(bytes, static_cast<uint32_t>(message.size()), 4);
  return bytes + message;
}

std::optional<size_t> announced_length(std::string_view four_bytes) {
  if (four_bytes.size() != 4 || four_bytes[0] != '\0') return std::nullopt;
  return big(four_bytes, 1, 3);
}

}  // namespace evenkeel::health::smb
