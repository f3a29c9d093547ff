#include "model/field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace evenkeel::model {

const Field* Table::find(std::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field->text().name == name; });
  return found == fields_.end() ? nullptr : found->get();
}

std::string Table::hint_for_unknown(std::string_view key) const {
  for (const auto& [explained, hint] : explained_) {
    if (key == explained) return hint;
  }
  std::vector<std::string_view> names;
  for (const auto& field : fields_) names.emplace_back(field->text().name);
  const std::string_view meant = nearest(key, names);
  if (!meant.empty()) return fmt::format("did you mean \"{}\"?", meant);
  return fmt::format("the fields here are {}", fmt::join(names, ", "));
}

void Table::parse(const boost::json::value& in, void* object, const Place& place) const {
  const auto* given = in.if_object();
  if (given == nullptr) {
    place.refuse("an object is needed here", fmt::format("write {{ ... }} with the fields of a {}", name_));
    return;
  }
  for (const auto& [key, value] : *given) {
    const Place here = place.member(key);
    if (const Field* field = find(key)) {
      field->parse(value, object, here);
    } else {
      here.refuse(fmt::format("there is no field {} here", quoted(key)), hint_for_unknown(key));
    }
  }
  for (const auto& field : fields_) {
    if (!field->is_required() || given->contains(field->text().name)) continue;
    place.member(field->text().name)
        .refuse(fmt::format("\"{}\" is missing", field->text().name), fmt::format("add it: {}", field->text().help));
  }
}

boost::json::object Table::to_json(const void* object, Secrets secrets) const {
  boost::json::object result;
  result.reserve(fields_.size());
  for (const auto& field : fields_) result.emplace(field->text().name, field->to_json(object, secrets));
  return result;
}

}  // namespace evenkeel::model
