#include "api/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace evenkeel::api {
namespace {

constexpr size_t kSentenceCharacters = 500;
constexpr size_t kMaximumParameters = 32;

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

std::string plus_to_space(std::string_view text) {
  std::string copy(text);
  std::replace(copy.begin(), copy.end(), '+', ' ');
  return copy;
}

}  // namespace

Result<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      decoded += text[index];
      continue;
    }
    const int high = index + 2 < text.size() ? hex_digit(text[index + 1]) : -1;
    const int low = index + 2 < text.size() ? hex_digit(text[index + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(ErrorCode::kInvalidArgument, "in the address, % must be followed by two hexadecimal digits");
    }
    decoded += static_cast<char>(high * 16 + low);
    index += 2;
  }
  if (!is_utf8(decoded)) return fail(ErrorCode::kInvalidArgument, "the address is not UTF-8");
  return decoded;
}

Result<std::string> parse_sentence(std::string_view name, std::string_view text) {
  if (!is_utf8(text)) return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not UTF-8", name));
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} holds control characters: write one line", name));
  }
  const auto continuations = static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continuation));
  if (text.size() - continuations > kSentenceCharacters) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is longer than {} characters", name, kSentenceCharacters));
  }
  return std::string(text);
}

Result<int64_t> parse_integer(std::string_view name, std::string_view text, int64_t low, int64_t high) {
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || value < low || value > high) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} must be a number from {} to {}", name, low, high));
  }
  return value;
}

Result<Query> Query::parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (entry.empty()) continue;
    const size_t equals = std::min(entry.find('='), entry.size());
    auto name = decode_percent(plus_to_space(entry.substr(0, equals)));
    if (!name) return fail(name.error());
    auto value = decode_percent(plus_to_space(entry.substr(std::min(equals + 1, entry.size()))));
    if (!value) return fail(value.error());
    if (query.find(*name) != nullptr) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("the query parameter \"{}\" is given twice", *name));
    }
    if (query.entries_.size() == kMaximumParameters) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("more than {} query parameters", kMaximumParameters));
    }
    query.entries_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

const std::string* Query::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.first == name; });
  return found == entries_.end() ? nullptr : &found->second;
}

std::string Query::text(std::string_view name) const {
  const std::string* const value = find(name);
  return value == nullptr ? std::string() : *value;
}

Result<bool> Query::boolean(std::string_view name) const {
  const std::string* const value = find(name);
  if (value == nullptr || *value == "false") return false;
  if (*value == "true") return true;
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} must be true or false", name));
}

Result<std::optional<int64_t>> Query::integer(std::string_view name, int64_t low, int64_t high) const {
  const std::string* const value = find(name);
  if (value == nullptr) return std::optional<int64_t>();
  auto number = parse_integer(name, *value, low, high);
  if (!number) return fail(number.error());
  return std::optional<int64_t>(*number);
}

}  // namespace evenkeel::api
