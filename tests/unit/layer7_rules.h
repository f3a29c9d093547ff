#pragma once
// Rules and changes of headers for the tests, in few words.

#include <optional>
#include <utility>
#include <vector>

#include "model/layer7_rule.h"

namespace evenkeel::model {

inline Layer7Condition condition(RuleSubject subject, const char* value, Comparison comparison = Comparison::kEquals,
                                 const char* name = "", bool negate = false) {
  return {subject, name, comparison, value, negate};
}

inline Layer7Rule use(const char* label, const char* servers, std::vector<Layer7Condition> conditions) {
  return {label, std::move(conditions), RuleAction::kUseServers, servers, "", std::nullopt};
}

inline Layer7Rule redirect(const char* label, const char* location, std::optional<int> status = std::nullopt) {
  return {label, {}, RuleAction::kRedirectLocation, "", location, status};
}

inline Layer7Rule deny(const char* label, std::vector<Layer7Condition> conditions = {},
                       std::optional<int> status = std::nullopt) {
  return {label, std::move(conditions), RuleAction::kDeny, "", "", status};
}

inline Layer7HeaderRule change(HeaderAction action, const char* name, const char* value = "", const char* pattern = "",
                               HeaderOf of = HeaderOf::kRequest) {
  return {of, action, name, pattern, value};
}

}  // namespace evenkeel::model
