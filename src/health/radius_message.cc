#include "health/radius_message.h"

#include <algorithm>

#include "health/bytes.h"

namespace evenkeel::health::radius {
namespace {

constexpr size_t kHeader = 20;
constexpr size_t kBlock = 16;
constexpr size_t kLongestPassword = 128;
constexpr size_t kLongestValue = 253;
enum Attribute : char {
  kUserName = 1,
  kUserPassword = 2,
  kReplyMessage = 18,
  kNasIdentifier = 32,
  kMessageAuthenticator = 80
};

void append(std::string& bytes, Attribute attribute, std::string_view value) {
  value = value.substr(0, kLongestValue);
  bytes += static_cast<char>(attribute);
  bytes += static_cast<char>(value.size() + 2);
  bytes += value;
}

std::string hidden(std::string_view password, std::string_view authenticator, std::string_view secret) {
  std::string padded(password.substr(0, kLongestPassword));
  padded.resize(std::max(kBlock, (padded.size() + kBlock - 1) / kBlock * kBlock), '\0');
  std::string previous(authenticator);
  for (size_t block = 0; block < padded.size(); block += kBlock) {
    const std::string mask = digest(EVP_md5(), std::string(secret) + previous);
    for (size_t i = 0; i < kBlock; ++i) padded[block + i] = static_cast<char>(padded[block + i] ^ mask[i]);
    previous = padded.substr(block, kBlock);
  }
  return padded;
}

// The message without what stands behind its own length; empty: broken, or of another request.
std::string_view answer_part(std::string_view message, const Request& request) {
  if (message.size() < kHeader || message[1] != request.bytes[1]) return {};
  const size_t length = big(message, 2, 2);
  return length < kHeader || length > message.size() ? std::string_view() : message.substr(0, length);
}

}  // namespace

Request render_request(uint8_t id, std::string_view authenticator, std::string_view login, std::string_view password,
                       std::string_view secret) {
  std::string attributes;
  append(attributes, kUserName, login);
  append(attributes, kUserPassword, hidden(password, authenticator, secret));
  append(attributes, kNasIdentifier, "evenkeel");
  append(attributes, kMessageAuthenticator, std::string(kBlock, '\0'));
  std::string bytes("\x01");
  bytes += static_cast<char>(id);
  append_big(bytes, static_cast<uint32_t>(kHeader + attributes.size()), 2);
  bytes += authenticator;
  bytes += attributes;
  bytes.replace(bytes.size() - kBlock, kBlock, keyed_digest(EVP_md5(), secret, bytes));
  return {bytes, std::string(authenticator)};
}

std::optional<int> parse_answer(std::string_view message, const Request& request, std::string_view secret) {
  const std::string_view answer = answer_part(message, request);
  if (answer.empty()) return std::nullopt;
  const std::string signed_text = std::string(answer.substr(0, 4)) + request.authenticator +
                                  std::string(answer.substr(kHeader)) + std::string(secret);
  if (digest(EVP_md5(), signed_text) != answer.substr(4, kBlock)) return std::nullopt;
  return static_cast<uint8_t>(answer[0]);
}

bool is_signed_otherwise(std::string_view message, const Request& request, std::string_view secret) {
  return !answer_part(message, request).empty() && !parse_answer(message, request, secret);
}

std::string reply_message(std::string_view message) {
  for (size_t at = kHeader; at + 2 <= message.size();) {
    const size_t length = static_cast<uint8_t>(message[at + 1]);
    if (length < 2 || length > message.size() - at) break;
    if (message[at] == kReplyMessage) return std::string(message.substr(at + 2, length - 2));
    at += length;
  }
  return {};
}

}  // namespace evenkeel::health::radius
