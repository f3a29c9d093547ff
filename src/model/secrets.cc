#include "model/secrets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "model/json.h"

namespace evenkeel::model {
namespace {

// A name that contains one of these, after percent-decoding, in lower case and without punctuation, names a secret.
constexpr std::array<std::string_view, 12> kSecretParts{"authorization", "authorisation", "apikey",    "accesskey",
                                                        "token",         "password",      "passwd",    "passphrase",
                                                        "secret",        "credential",    "signature", "sessionid"};
constexpr std::array<std::string_view, 7> kSecretWords{"key", "auth", "pwd", "pass", "pw", "sig", "sid"};

struct Span {
  size_t begin, end;
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-.~%+[]$").find(c) != std::string_view::npos;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::optional<char> decoded_at(std::string_view text, size_t at) {
  unsigned byte = 0;
  if (at + 2 >= text.size() || text[at] != '%') return std::nullopt;
  const char* digits = text.data() + at + 1;
  const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
  if (error != std::errc{} || end != digits + 2) return std::nullopt;
  return static_cast<char>(byte);
}

// "%41pi%2Dkey" as "apikey". Decoded as often as it was encoded: a URL inside a URL is encoded twice. Of a very long
// name only the end counts, so that odd input costs no time.
std::string normalised(std::string_view name) {
  std::string text(name.substr(name.size() - std::min<size_t>(name.size(), 128)));
  for (bool again = true; again;) {
    again = false;
    std::string decoded;
    for (size_t i = 0; i < text.size(); ++i) {
      const auto byte = decoded_at(text, i);
      decoded += byte.value_or(text[i]);
      if (!byte) continue;
      i += 2;
      again = true;
    }
    text = std::move(decoded);
  }
  std::string result;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') result += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result += c;
  }
  return result;
}

bool has_secret_part(const std::string& name) {
  return std::any_of(kSecretParts.begin(), kSecretParts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

bool is_secret_parameter(std::string_view raw) {
  const std::string name = normalised(raw);
  return has_secret_part(name) || name.ends_with("key") ||
         std::find(kSecretWords.begin(), kSecretWords.end(), name) != kSecretWords.end();
}

// In prose "key: " and "pass: " are ordinary words; as a header or field the name says more.
bool is_secret_header(std::string_view raw) {
  const std::string name = normalised(raw);
  return has_secret_part(name) || (name.starts_with("x") && name.ends_with("key"));
}

struct Separator {
  size_t length;
  bool is_encoded;  // %3D
  bool is_equals;   // else a colon
};

std::optional<Separator> separator_at(std::string_view text, size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == '=') return Separator{1, false, true};
  if (text[at] == ':') return Separator{1, false, false};
  // "%3D", "%253D", ...: the percent sign itself may have been encoded any number of times.
  if (text[at] != '%') return std::nullopt;
  size_t digits = at + 1;
  while (text.substr(digits, 2) == "25") digits += 2;
  const std::string_view code = text.substr(digits, 2);
  if (code == "3D" || code == "3d") return Separator{digits + 2 - at, true, true};
  return std::nullopt;
}

// Whether "%26" (an encoded "&"), however often encoded, stands here.
bool is_encoded_ampersand(std::string_view text, size_t at) {
  if (text[at] != '%') return false;
  size_t digits = at + 1;
  while (text.substr(digits, 2) == "25") digits += 2;
  return text.substr(digits, 2) == "26";
}

size_t end_of_parameter(std::string_view text, size_t begin, bool is_encoded) {
  size_t end = begin;
  while (end < text.size() && !is_space(text[end]) &&
         std::string_view("&#\"'<>").find(text[end]) == std::string_view::npos &&
         !(is_encoded && is_encoded_ampersand(text, end))) {
    ++end;
  }
  return end;
}

size_t end_of_line(std::string_view text, size_t begin) {
  return std::min(text.find_first_of("\r\n\"", begin), text.size());
}

// Start of the name that ends before `end`. An encoded separator ("%3F", "%26") in front of it ends it too.
size_t start_of_name(std::string_view text, size_t from, size_t end) {
  size_t begin = end;
  while (begin > from && is_name_character(text[begin - 1])) --begin;
  return begin;
}

// The value of the secret whose name is text[name_begin, name_end) and that is followed by `separator`, if it is one.
std::optional<Span> secret_after(std::string_view text, std::string_view name, size_t at, Separator separator) {
  size_t begin = at + separator.length;
  const bool is_quoted_field = at > 0 && text[at - 1] == '"';
  const bool is_secret = separator.is_equals || is_quoted_field ? is_secret_parameter(name) : is_secret_header(name);
  if (!is_secret) return std::nullopt;
  while (!separator.is_equals && begin < text.size() && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  const bool is_quoted_value = begin < text.size() && text[begin] == '"';
  if (is_quoted_value) {
    ++begin;
    size_t end = begin;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    return Span{begin, std::min(end, text.size())};
  }
  const size_t end =
      separator.is_equals ? end_of_parameter(text, begin, separator.is_encoded) : end_of_line(text, begin);
  return Span{begin, end};
}

// Values that are not empty, in order, without overlap.
std::vector<Span> find_secrets(std::string_view text) {
  std::vector<Span> secrets;
  size_t from = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto separator = separator_at(text, at);
    if (!separator) continue;
    const size_t name_end = at > from && text[at - 1] == '"' ? at - 1 : at;
    const size_t name_begin = start_of_name(text, from, name_end);
    const auto secret = secret_after(text, text.substr(name_begin, name_end - name_begin), at, *separator);
    from = at + separator->length;
    if (secret && secret->end > secret->begin) {
      secrets.push_back(*secret);
      from = secret->end;
    }
    at = std::max(at, from - 1);
  }
  return secrets;
}

}  // namespace

std::string mask_secrets(std::string_view text) {
  std::string result;
  size_t copied = 0;
  for (const Span& secret : find_secrets(text)) {
    result += text.substr(copied, secret.begin - copied);
    result += kMask;
    copied = secret.end;
  }
  result += text.substr(copied);
  return result;
}

bool names_secret(std::string_view name) {
  return is_secret_parameter(name) || is_secret_header(name);
}

bool has_masked_secret(std::string_view text) {
  const auto secrets = find_secrets(text);
  return std::any_of(secrets.begin(), secrets.end(), [&](const Span& secret) {
    std::string value;
    for (size_t i = secret.begin; i < secret.end; ++i) {
      const auto byte = decoded_at(text, i);
      value += byte.value_or(text[i]);
      if (byte) i += 2;
    }
    return value == kMask;
  });
}

}  // namespace evenkeel::model
