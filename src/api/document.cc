#include "api/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr std::string_view kMask = "****";

std::string_view label_of(const json::value& element) {
  const json::object* const object = element.if_object();
  const json::value* const label = object == nullptr ? nullptr : object->if_contains("label");
  return label != nullptr && label->is_string() ? std::string_view(label->get_string()) : std::string_view();
}

// Elements with labels are the ones with the same labels. Others are those that are shown as they were, wherever they
// are now; what was changed as well is the one at its place, as long as none was added or removed: a secret must not
// get to another place by mistake.
class StoredElements {
 public:
  StoredElements(const json::array& incoming, const json::array& masked)
      : masked_(masked), has_same_size_(incoming.size() == masked.size()) {
    for (size_t index = 0; index < masked.size(); ++index) by_label_.emplace(label_of(masked[index]), index);
  }

  std::optional<size_t> find(const json::value& element, size_t index) const {
    if (const std::string_view label = label_of(element); !label.empty()) {
      const auto found = by_label_.find(label);
      return found == by_label_.end() ? std::nullopt : std::optional(found->second);
    }
    if (index < masked_.size() && masked_[index] == element) return index;
    const auto same = std::ranges::find(masked_, element);
    if (same != masked_.end()) return static_cast<size_t>(same - masked_.begin());
    return has_same_size_ ? std::optional(index) : std::nullopt;
  }

 private:
  const json::array& masked_;
  const bool has_same_size_;
  std::map<std::string_view, size_t> by_label_;
};

void restore_in_array(json::array& incoming, const json::array& masked, const json::array& plain) {
  const StoredElements stored(incoming, masked);
  for (size_t index = 0; index < incoming.size(); ++index) {
    const auto found = stored.find(incoming[index], index);
    if (found) restore_secrets(incoming[index], masked[*found], plain[*found]);
  }
}

void restore_in_object(json::object& incoming, const json::object& masked, const json::object& plain) {
  for (auto& [key, value] : incoming) {
    const json::value* const masked_value = masked.if_contains(key);
    const json::value* const plain_value = plain.if_contains(key);
    if (masked_value != nullptr && plain_value != nullptr) restore_secrets(value, *masked_value, *plain_value);
  }
}

// With something else in place of the mask, masking brings the mask back: then a secret belongs there.
bool has_masked_secret(std::string_view text) {
  const size_t mask = text.find(kMask);
  if (mask == std::string_view::npos) return false;
  std::string unmasked(text);
  unmasked.replace(mask, kMask.size(), "x");
  return model::mask_secrets(unmasked) == text;
}

void find_masks_in(const json::value& document, const std::string& path, std::vector<model::Problem>& problems) {
  if (const json::object* const object = document.if_object()) {
    for (const auto& [key, value] : *object)
      find_masks_in(value, fmt::format("{}.{}", path, std::string_view(key)), problems);
  } else if (const json::array* const array = document.if_array()) {
    for (size_t index = 0; index < array->size(); ++index) {
      find_masks_in((*array)[index], fmt::format("{}[{}]", path, index), problems);
    }
  } else if (document.is_string() && has_masked_secret(document.get_string())) {
    problems.push_back(
        {path, "the secret is masked, and nothing that is stored here has this masked form", "write the secret out"});
  }
}

}  // namespace

std::expected<json::value, model::Problem> parse_json(std::string_view text) {
  json::parser parser;
  json::error_code error;
  const size_t consumed = parser.write(text.data(), text.size(), error);
  if (!error) return parser.release();
  if (text.empty()) return std::unexpected(model::Problem{"$", "there is no body", "send a JSON object"});
  const std::string_view before = text.substr(0, std::min(consumed, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t column = before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
  return std::unexpected(model::Problem{
      "$", fmt::format("the body is not JSON: {} at line {}, column {}", error.message(), line, column), ""});
}

void merge_patch(json::value& target, const json::value& patch) {
  const json::object* const changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  for (const auto& [key, value] : *changes) {
    if (value.is_null()) {
      target.get_object().erase(key);
    } else {
      merge_patch(target.get_object()[key], value);
    }
  }
}

void restore_secrets(json::value& incoming, const json::value& masked, const json::value& plain) {
  if (incoming.is_object() && masked.is_object() && plain.is_object()) {
    restore_in_object(incoming.get_object(), masked.get_object(), plain.get_object());
  } else if (incoming.is_array() && masked.is_array() && plain.is_array()) {
    restore_in_array(incoming.get_array(), masked.get_array(), plain.get_array());
  } else if (incoming.is_string() && incoming == masked) {
    incoming = plain;
  }
}

std::vector<model::Problem> find_masks(const json::value& document, std::string path) {
  std::vector<model::Problem> problems;
  find_masks_in(document, path, problems);
  return problems;
}

}  // namespace evenkeel::api
