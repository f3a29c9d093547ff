#include "observed/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace evenkeel::observed {
namespace {

bool is_escaped(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
}

}  // namespace

void JsonText::begin(std::string_view name) {
  separate();
  const size_t before = text_.size();
  text_.resize(before + name.size() + 3);
  char* const at = text_.data() + before;
  at[0] = '"';
  std::ranges::copy(name, at + 1);
  at[name.size() + 1] = '"';
  at[name.size() + 2] = ':';
}

void JsonText::quote(std::string_view value) {
  text_ += '"';
  while (!value.empty()) {
    const auto plain = static_cast<size_t>(std::ranges::find_if(value, is_escaped) - value.begin());
    text_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    fmt::format_to(std::back_inserter(text_), "\\u{:04x}", static_cast<unsigned char>(value.front()));
    value.remove_prefix(1);
  }
  text_ += '"';
}

}  // namespace evenkeel::observed
