#include "engines/l7_haproxy/mask.h"

#include <algorithm>
#include <vector>

#include "engines/l7_haproxy/blame.h"
#include "model/json.h"
#include "model/secrets.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

// Of our own lines only these hold what people wrote, beside names.
bool may_hold_values(std::string_view keyword) {
  return keyword.starts_with("http-") || keyword.starts_with("tcp-") || keyword == "acl";
}

// The words of a line, each with the space before it; quoted and escaped spaces are part of a word.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  char quote = 0;
  bool in_word = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool is_space = quote == 0 && (c == ' ' || c == '\t');
    if (words.empty() || (is_space && in_word)) words.emplace_back();
    in_word = !is_space;
    words.back() += c;
    if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    }
  }
  return words;
}

std::string_view without_space(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of(" \t"), word.size()));
  return word;
}

// What is not a value: braces, and options such as "-m".
bool is_grammar(std::string_view word) {
  return word.empty() || word == "{" || word == "!{" || (word.size() == 2 && word.starts_with('-'));
}

bool ends_condition(std::string_view word) {
  return word == "if" || word == "unless" || word == "}";
}

std::string masked_line(std::string_view line) {
  const auto words = words_of(line);
  std::string text;
  bool is_secret = false;
  bool is_option = false;  // the word before was "-m": this one says how to compare
  for (const auto& word : words) {
    const auto bare = without_space(word);
    if (ends_condition(bare)) is_secret = false;
    const bool is_value = is_secret && !is_option && !is_grammar(bare) && !ends_condition(bare);
    text += is_value ? word.substr(0, word.size() - bare.size()).append(model::kMask) : word;
    is_option = bare == "-m";
    is_secret = is_secret || model::names_secret(bare);
  }
  return model::mask_secrets(text);
}

}  // namespace

std::string masked(std::string_view file) {
  std::string text;
  bool is_manual = false;
  while (!file.empty()) {
    const size_t end = std::min(file.find('\n'), file.size());
    const auto line = file.substr(0, end);
    is_manual = line == kManualMark || (is_manual && line.starts_with(' '));
    const auto bare = without_space(line);
    const bool is_looked_at = is_manual || may_hold_values(bare.substr(0, bare.find(' ')));
    text += is_looked_at ? masked_line(line) : std::string(line);
    text += '\n';
    file.remove_prefix(std::min(end + 1, file.size()));
  }
  return text;
}

}  // namespace evenkeel::engines::l7_haproxy
