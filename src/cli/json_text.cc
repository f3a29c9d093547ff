#include "cli/json_text.h"

#include <fmt/format.h>

#include "cli/text.h"
#include "model/json.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

// JSON itself escapes only what is below the space, and only texts hold anything else that a terminal might obey.
std::string escaped(std::string_view text) {
  std::string safe;
  for (; !text.empty();) {
    const CodePoint point = first_code_point(text);
    safe += point.value == '\n' || is_harmless(point.value)
                ? std::string(text.substr(0, point.length))
                : fmt::format("\\u{:04x}", static_cast<uint32_t>(point.value));
    text.remove_prefix(point.length);
  }
  return safe;
}

}  // namespace
const json::value* member(const json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string text_at(const json::value& value, std::string_view key) {
  const auto* found = member(value, key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

uint64_t count_at(const json::value& value, std::string_view key) {
  const auto* found = member(value, key);
  if (found == nullptr) {
    return 0;
  }
  if (const auto* unsigned_number = found->if_uint64()) {
    return *unsigned_number;
  }
  const auto* number = found->if_int64();
  return number != nullptr && *number > 0 ? static_cast<uint64_t>(*number) : 0;
}

double number_at(const json::value& value, std::string_view key) {
  const auto* found = member(value, key);
  if (found == nullptr) {
    return 0;
  }
  const auto* real = found->if_double();
  return real != nullptr ? *real : static_cast<double>(count_at(value, key));
}

bool flag_at(const json::value& value, std::string_view key) {
  const auto* found = member(value, key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

const json::array& list_at(const json::value& value, std::string_view key) {
  static const json::array kEmpty;
  const auto* found = member(value, key);
  return found != nullptr && found->is_array() ? found->get_array() : kEmpty;
}

std::string pretty(const json::value& value) {
  return escaped(model::to_text(value, model::Layout::kIndented)) + "\n";
}

std::string one_line(const json::value& value) {
  return escaped(model::to_text(value, model::Layout::kOneLine)) + "\n";
}

}  // namespace evenkeel::cli
