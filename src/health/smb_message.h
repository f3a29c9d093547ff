#pragma once
// As much of SMB2 (dialects 2.0.2 and 2.1) as a check needs: negotiate, log in with NTLMv2 or as nobody, connect to a
// share. Messages as bytes, without the length that stands before them on the wire. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health::smb {

enum class Command : uint16_t { kNegotiate = 0, kSessionSetup = 1, kTreeConnect = 3 };

inline constexpr uint32_t kOk = 0;
inline constexpr uint32_t kPending = 0x00000103;
inline constexpr uint32_t kMoreProcessingRequired = 0xC0000016;

struct Answer {
  uint32_t status = kOk;
  uint64_t session = 0;
  uint16_t dialect = 0;        // of negotiate: 0x0202, 0x0210
  uint16_t session_flags = 0;  // of session setup: 1 guest, 2 nobody
  uint8_t share_type = 0;      // of tree connect: 1 disk, 2 pipe, 3 printer
  std::string token;           // of session setup
};

// None: not an answer to that command, or broken.
std::optional<Answer> parse_answer(std::string_view message, Command command);
// "STATUS_BAD_NETWORK_NAME (there is no such share)", or the number.
std::string status_text(uint32_t status);

struct Login {
  std::string user;  // "user", "DOMAIN\user"; empty: nobody
  std::string password;
};
struct Challenge {
  std::string server_challenge;  // 8 bytes
  std::string target_info;
};
struct Proof {
  std::string token;        // NTLMSSP AUTHENTICATE
  std::string session_key;  // 16 bytes, empty for nobody
};

std::optional<Challenge> parse_challenge(std::string_view token);
std::string ntlm_negotiate();
// None: OpenSSL has no MD4 here. client_challenge: 8 random bytes; time: in 100 ns since 1601.
std::optional<Proof> ntlm_authenticate(const Login& login, const Challenge& challenge,
                                       std::string_view client_challenge, uint64_t time);

std::string render_negotiate();
std::string render_session_setup(uint64_t message, uint64_t session, std::string_view token);
// `server` and `share` in UTF-8. Signed if there is a key.
std::string render_tree_connect(uint64_t message, uint64_t session, std::string_view server, std::string_view share,
                                std::string_view session_key);

// The four bytes before a message, and what they announce (none: no session message).
std::string framed(std::string message);
std::optional<size_t> announced_length(std::string_view four_bytes);

}  // namespace evenkeel::health::smb
