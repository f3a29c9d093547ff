#include "model/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "base/utf8.h"
#include "model/json.h"

namespace evenkeel::model {
namespace {

constexpr size_t kMostProblems = 1000;
constexpr size_t kMostCharactersShown = 80;
constexpr size_t kMostCharactersRead = 8192;  // a request's limit, twice

bool is_plain_word(std::string_view key) {
  return !key.empty() && std::isdigit(static_cast<unsigned char>(key[0])) == 0 &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const unsigned char c : text) {
    if (c < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", c);
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += static_cast<char>(c);
    }
  }
  return result;
}

// Optimal string alignment: insertions, deletions, replacements and swapped neighbours.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

void Place::refuse(std::string message, std::string hint) const {
  if (problems_->size() > kMostProblems) return;
  if (problems_->size() == kMostProblems) {
    problems_->push_back({"$", "there are more problems than these", "mend these first"});
    return;
  }
  problems_->push_back({path(), std::move(message), std::move(hint)});
}

std::string Place::path() const {
  if (parent_ == nullptr) return "$";
  if (key_.data() == nullptr) return fmt::format("{}[{}]", parent_->path(), index_);
  return parent_->path() + path_step(key_);
}

std::string path_step(std::string_view key) {
  if (is_plain_word(key)) return fmt::format(".{}", key);
  return fmt::format("[{}]", quoted(key));
}

std::string quoted(std::string_view text) {
  // Masked before it is shortened to what is shown: half a key is still half a key.
  const std::string_view beginning = start_of(text, kMostCharactersRead);
  const std::string masked = mask_secrets(beginning);
  const std::string_view shown = start_of(masked, kMostCharactersShown);
  const bool is_whole = shown.size() == masked.size() && beginning.size() == text.size();
  return fmt::format("\"{}{}\"", escaped(shown), is_whole ? "" : "…");
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  size_t best_distance = std::min<size_t>(3, word.size() / 3 + 1) + 1;
  if (word.size() > kMostCharactersShown) return best;
  for (const std::string_view candidate : candidates) {
    const size_t candidate_distance = distance(word, candidate);
    if (candidate_distance < best_distance && candidate_distance < candidate.size()) {
      best = candidate;
      best_distance = candidate_distance;
    }
  }
  return best;
}

}  // namespace evenkeel::model
