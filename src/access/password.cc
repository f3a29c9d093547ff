#include "access/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace evenkeel::access {
namespace {

constexpr size_t kFewestCharacters = 12;
constexpr size_t kMostBytes = 512;
constexpr size_t kFewestBesideWord = 6;
constexpr size_t kFewestDifferent = 5;

// What attackers try first. Not forbidden in a longer password.
constexpr std::array<std::string_view, 10> kTriedFirst{"password", "passwort", "loadbalancer", "evenkeel", "qwerty",
                                                       "letmein",  "changeme", "welcome",      "admin",    "123456"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

size_t characters_in(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xc0) != 0x80; }));
}

// "abcdefghijkl", "210987654321"
bool is_run(std::string_view text) {
  if (text.size() < 2) return false;
  const int step = text[1] - text[0];
  if (step != 1 && step != -1) return false;
  size_t breaks = 0;
  for (size_t index = 1; index < text.size(); ++index) breaks += text[index] - text[index - 1] == step ? 0 : 1;
  return breaks <= text.size() / 8;  // 1234567890123
}

bool is_mostly(std::string_view password, std::string_view word) {
  const size_t at = word.empty() ? std::string_view::npos : password.find(word);
  return at != std::string_view::npos && characters_in(password) < characters_in(word) + kFewestBesideWord;
}

}  // namespace

const std::string kNobodysHash =
    "$argon2id$v=19$m=65536,t=2,p=1$DcZGAXhJ9nAvbEv0pWoJ1A$Wl1rVv8eJDIKZoMm4mGgK7Ysb2d6RrKLJvWj4T1YV9c";

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
  if (sodium_init() < 0) return fail(ErrorCode::kSystem, "the kernel has no random numbers");
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), cost.operations, cost.memory) != 0) {
    return fail(ErrorCode::kResourceExhausted, "not enough memory to hash a password");
  }
  return std::string(hash.data());
}

bool is_password(const std::string& hash, std::string_view password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::optional<std::string> weakness_of(std::string_view password, std::string_view user) {
  if (characters_in(password) < kFewestCharacters) {
    return fmt::format("the password has {} characters: it needs at least {}", characters_in(password),
                       kFewestCharacters);
  }
  if (password.size() > kMostBytes) return fmt::format("the password has more than {} bytes", kMostBytes);
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
  if (std::ranges::any_of(password, is_control)) return "the password has control characters in it";
  const std::string lower = lower_case(password);
  if (std::set<char>(lower.begin(), lower.end()).size() < kFewestDifferent) {
    return fmt::format("the password has fewer than {} different characters", kFewestDifferent);
  }
  if (is_run(lower)) return "the password is a run of letters or digits";
  if (is_mostly(lower, lower_case(user))) return "the password is little more than the user's name";
  for (const std::string_view word : kTriedFirst) {
    if (is_mostly(lower, word)) return fmt::format("the password is little more than \"{}\"", word);
  }
  return std::nullopt;
}

}  // namespace evenkeel::access
