#pragma once
// What a layer-7 virtual service does with some requests in particular: rules, the first that fits decides, and changes
// of headers.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::model {

// What of a request a condition looks at.
enum class RuleSubject { kPath, kHost, kHeader, kQuery, kMethod, kSource };

enum class Comparison { kEquals, kBegins, kEnds, kContains, kMatches, kExists };

struct Layer7Condition {
  RuleSubject subject = RuleSubject::kPath;
  std::string name;  // of the header; of the query's parameter, empty: the whole query
  Comparison comparison = Comparison::kEquals;
  std::string value;    // matches: RE2; source: networks, separated by commas
  bool negate = false;  // true where the rest is not

  bool operator==(const Layer7Condition&) const = default;
};

enum class RuleAction { kUseServers, kRedirectLocation, kRedirectPrefix, kRedirectScheme, kDeny };

struct Layer7Rule {
  std::string label;                        // unique within its virtual service
  std::vector<Layer7Condition> conditions;  // all of them must hold; none: every request
  RuleAction action = RuleAction::kDeny;
  std::string servers;        // use_servers: labels, separated by commas
  std::string location;       // redirect_*: the URL, the beginning of it, or the scheme
  std::optional<int> status;  // of redirect_* and deny; none: 302 and 403

  bool operator==(const Layer7Rule&) const = default;
};

enum class HeaderOf { kRequest, kResponse };
enum class HeaderAction { kAdd, kSet, kDelete, kReplace };

struct Layer7HeaderRule {
  HeaderOf of = HeaderOf::kRequest;
  HeaderAction action = HeaderAction::kSet;
  std::string name;
  std::string pattern;  // replace: RE2 over the whole value
  std::string value;    // replace: \1 is what the first group has matched

  bool operator==(const Layer7HeaderRule&) const = default;
};

inline constexpr size_t kMostRules = 128;
inline constexpr size_t kMostConditions = 16;
inline constexpr size_t kMostHeaderRules = 64;
inline constexpr int kUsualRedirection = 302;
inline constexpr int kUsualDenial = 403;

// The parts of a list that is written with commas, without the spaces around them.
std::vector<std::string_view> split_list(std::string_view list);

}  // namespace evenkeel::model
