#pragma once
// The names of the enumerators of rules and of layer 7's HTTP settings.

#include "model/layer7_http.h"
#include "model/layer7_rule.h"
#include "model/names.h"

namespace evenkeel::model {

inline constexpr std::array kClientForwardedForNames{
    EnumName<ClientForwardedFor>{ClientForwardedFor::kAdd, "add", "it stays, and the load balancer's comes after it"},
    EnumName<ClientForwardedFor>{ClientForwardedFor::kKeep, "keep", "it stays, and the load balancer adds none"},
    EnumName<ClientForwardedFor>{ClientForwardedFor::kReplace, "replace",
                                 "it is removed, so that nobody can pretend to be somebody else"},
};
static_assert(detail::is_complete(kClientForwardedForNames));

inline constexpr std::array kConnectionModeNames{
    EnumName<ConnectionMode>{ConnectionMode::kKeepAlive, "keep_alive", "both stay open for the next request"},
    EnumName<ConnectionMode>{ConnectionMode::kServerClose, "server_close",
                             "the client's stays open, the real server's is closed"},
    EnumName<ConnectionMode>{ConnectionMode::kClose, "close", "both are closed"},
};
static_assert(detail::is_complete(kConnectionModeNames));

inline constexpr std::array kConnectionReuseNames{
    EnumName<ConnectionReuse>{ConnectionReuse::kNever, "never", "every client has connections of its own"},
    EnumName<ConnectionReuse>{ConnectionReuse::kSafe, "safe",
                              "shared, but a client's first request goes on a new connection"},
    EnumName<ConnectionReuse>{ConnectionReuse::kAggressive, "aggressive",
                              "a first request too, on connections that were shared before"},
    EnumName<ConnectionReuse>{ConnectionReuse::kAlways, "always", "shared whenever one is idle"},
};
static_assert(detail::is_complete(kConnectionReuseNames));

inline constexpr std::array kRuleSubjectNames{
    EnumName<RuleSubject>{RuleSubject::kPath, "path", "the path of the URL, without its query"},
    EnumName<RuleSubject>{RuleSubject::kHost, "host", "the host name that is asked for, without a port"},
    EnumName<RuleSubject>{RuleSubject::kHeader, "header", "the header with that name"},
    EnumName<RuleSubject>{RuleSubject::kQuery, "query", "the query's parameter with that name, or the whole query"},
    EnumName<RuleSubject>{RuleSubject::kMethod, "method", "the method, such as POST"},
    EnumName<RuleSubject>{RuleSubject::kSource, "source", "the client's address; the only one in tcp mode"},
};
static_assert(detail::is_complete(kRuleSubjectNames));

inline constexpr std::array kComparisonNames{
    EnumName<Comparison>{Comparison::kEquals, "equals", "it is the value, or is in one of the networks"},
    EnumName<Comparison>{Comparison::kBegins, "begins", "it begins with the value"},
    EnumName<Comparison>{Comparison::kEnds, "ends", "it ends with the value"},
    EnumName<Comparison>{Comparison::kContains, "contains", "the value is somewhere in it"},
    EnumName<Comparison>{Comparison::kMatches, "matches",
                         "the value is a regular expression that fits somewhere in it"},
    EnumName<Comparison>{Comparison::kExists, "exists", "it is there, with whatever value"},
};
static_assert(detail::is_complete(kComparisonNames));

inline constexpr std::array kRuleActionNames{
    EnumName<RuleAction>{RuleAction::kUseServers, "use_servers", "one of these real servers answers"},
    EnumName<RuleAction>{RuleAction::kRedirectLocation, "redirect_location", "the client is sent to that URL"},
    EnumName<RuleAction>{RuleAction::kRedirectPrefix, "redirect_prefix",
                         "the client is sent to that URL with the path and query that it asked for after it"},
    EnumName<RuleAction>{RuleAction::kRedirectScheme, "redirect_scheme",
                         "the client is sent to the same with that scheme"},
    EnumName<RuleAction>{RuleAction::kDeny, "deny", "the load balancer refuses"},
};
static_assert(detail::is_complete(kRuleActionNames));

inline constexpr std::array kHeaderOfNames{
    EnumName<HeaderOf>{HeaderOf::kRequest, "request", "what the client sends"},
    EnumName<HeaderOf>{HeaderOf::kResponse, "response", "what the real server answers"},
};
static_assert(detail::is_complete(kHeaderOfNames));

inline constexpr std::array kHeaderActionNames{
    EnumName<HeaderAction>{HeaderAction::kAdd, "add", "one more, whatever is there"},
    EnumName<HeaderAction>{HeaderAction::kSet, "set", "this one, in place of all with its name"},
    EnumName<HeaderAction>{HeaderAction::kDelete, "delete", "all with that name go"},
    EnumName<HeaderAction>{HeaderAction::kReplace, "replace", "those whose whole value fits the pattern get a new one"},
};
static_assert(detail::is_complete(kHeaderActionNames));

template <>
constexpr std::span<const EnumName<ClientForwardedFor>> names() {
  return kClientForwardedForNames;
}
template <>
constexpr std::span<const EnumName<ConnectionMode>> names() {
  return kConnectionModeNames;
}
template <>
constexpr std::span<const EnumName<ConnectionReuse>> names() {
  return kConnectionReuseNames;
}
template <>
constexpr std::span<const EnumName<RuleSubject>> names() {
  return kRuleSubjectNames;
}
template <>
constexpr std::span<const EnumName<Comparison>> names() {
  return kComparisonNames;
}
template <>
constexpr std::span<const EnumName<RuleAction>> names() {
  return kRuleActionNames;
}
template <>
constexpr std::span<const EnumName<HeaderOf>> names() {
  return kHeaderOfNames;
}
template <>
constexpr std::span<const EnumName<HeaderAction>> names() {
  return kHeaderActionNames;
}

}  // namespace evenkeel::model
