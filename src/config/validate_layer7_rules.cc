#include "config/validate_layer7_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "model/expression.h"
#include "model/layer7_rule_names.h"

namespace evenkeel::config {
namespace {

using model::Comparison;
using model::HeaderAction;
using model::Layer7Condition;
using model::Layer7HeaderRule;
using model::Layer7Mode;
using model::Layer7Rule;
using model::Layer7Service;
using model::Problem;
using model::RuleAction;
using model::RuleSubject;

constexpr std::array kRedirections{301, 302, 303, 307, 308};
constexpr std::array kDenials{400, 403, 404, 405, 408, 410, 413, 425, 429, 500, 501, 502, 503};
constexpr size_t kMostNetworks = 32;

// By these the two ends find out where a request ends, or who is to hold the connection.
constexpr std::array<std::string_view, 6> kFraming{"content-length", "transfer-encoding", "connection", "upgrade", "te",
                                                   "keep-alive"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

// A backslash there is followed by the number of a group.
bool has_odd_backslash(std::string_view value) {
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\') continue;
    if (++i == value.size() || value[i] < '0' || value[i] > '9') return true;
  }
  return false;
}

class RulesValidator {
 public:
  RulesValidator(const Layer7Service& service, const std::string& path) : service_(service), path_(path) {}

  std::vector<Problem> validate() {
    check_count("rules", service_.rules.size(), model::kMostRules);
    std::set<std::string_view> labels;
    for (size_t i = 0; i < service_.rules.size(); ++i) {
      const auto& rule = service_.rules[i];
      here_ = fmt::format("rules[{}]", i);
      if (!labels.insert(rule.label).second) {
        refuse("label", fmt::format("another rule before has the label \"{}\"", rule.label),
               "give each rule of a virtual service its own label");
      }
      check(rule);
    }
    check_count("header_rules", service_.header_rules.size(), model::kMostHeaderRules);
    for (size_t i = 0; i < service_.header_rules.size(); ++i) {
      here_ = fmt::format("header_rules[{}]", i);
      check(service_.header_rules[i]);
    }
    return std::move(problems_);
  }

 private:
  void refuse(std::string_view field, std::string message, std::string hint) {
    problems_.push_back({fmt::format("{}.{}.{}", path_, here_, field), std::move(message), std::move(hint)});
  }

  void check_count(std::string_view list, size_t count, size_t most) {
    if (count <= most) return;
    problems_.push_back({fmt::format("{}.{}", path_, list),
                         fmt::format("these are {} where {} are the limit", count, most),
                         "leave some out, or spread them over several virtual services"});
  }

  bool is_tcp() const { return service_.mode == Layer7Mode::kTcp; }

  void check(const Layer7Rule& rule) {
    if (rule.conditions.size() > model::kMostConditions) {
      refuse("conditions",
             fmt::format("these are {} where {} are the limit", rule.conditions.size(), model::kMostConditions),
             "make several rules of it");
    }
    const std::string rule_here = here_;
    for (size_t i = 0; i < rule.conditions.size(); ++i) {
      here_ = fmt::format("{}.conditions[{}]", rule_here, i);
      check(rule.conditions[i]);
    }
    here_ = rule_here;
    const bool is_redirection = rule.action != RuleAction::kUseServers && rule.action != RuleAction::kDeny;
    if (is_tcp() && is_redirection) {
      return refuse("action", "in tcp mode there are no requests that could be answered with a redirection",
                    "make the mode http, or the action use_servers or deny");
    }
    check_servers(rule);
    check_location(rule, is_redirection);
    check_status(rule, is_redirection);
  }

  void check(const Layer7Condition& condition) {
    if (is_tcp() && condition.subject != RuleSubject::kSource) {
      return refuse("subject", "in tcp mode nothing is known of a client but its address",
                    "make the mode http, or the subject source");
    }
    check_name(condition);
    check_comparison(condition);
    if (condition.comparison == Comparison::kExists) {
      if (!condition.value.empty()) refuse("value", "exists looks at no value", "leave it out, or use equals");
    } else if (condition.value.empty()) {
      refuse("value", "there is nothing to compare with", "write a value, or make the comparison exists");
    } else if (condition.subject == RuleSubject::kSource) {
      check_networks(condition.value);
    } else if (condition.comparison == Comparison::kMatches) {
      check_expression("value", condition.value);
    }
  }

  void check_name(const Layer7Condition& condition) {
    if (condition.subject == RuleSubject::kHeader && condition.name.empty()) {
      refuse("name", "it is not said which header", "write its name, such as X-Tenant");
    }
    const bool has_name = condition.subject == RuleSubject::kHeader || condition.subject == RuleSubject::kQuery;
    if (!has_name && !condition.name.empty()) {
      refuse("name", fmt::format("a {} has no name", model::to_string(condition.subject)),
             "leave it out, or make the subject header or query");
    }
  }

  void check_comparison(const Layer7Condition& condition) {
    using enum RuleSubject;
    const bool may_be_absent =
        condition.subject == kHost || condition.subject == kHeader || condition.subject == kQuery;
    const bool takes_equals_alone = condition.subject == kMethod || condition.subject == kSource;
    if (takes_equals_alone && condition.comparison != Comparison::kEquals) {
      refuse("comparison", fmt::format("a {} can only be equal", model::to_string(condition.subject)),
             "make it equals; the source may be several networks");
    } else if (condition.comparison == Comparison::kExists && !may_be_absent) {
      refuse("comparison", fmt::format("every request has a {}", model::to_string(condition.subject)),
             "leave the condition out, or compare with a value");
    }
  }

  void check_networks(const std::string& value) {
    const auto networks = model::split_list(value);
    if (networks.size() > kMostNetworks) {
      refuse("value", fmt::format("these are {} networks where {} are the limit", networks.size(), kMostNetworks),
             "make several rules of it");
    }
    for (const auto network : networks) {
      if (IpPrefix::parse(network)) continue;
      refuse("value", fmt::format("\"{}\" is no network", network), "write networks such as 10.0.0.0/8,192.0.2.7");
    }
  }

  void check_expression(std::string_view field, const std::string& value) {
    auto objection = model::object_to_expression(value);
    if (!objection.empty()) refuse(field, std::move(objection), "write a regular expression such as ^/api/v[0-9]+/");
  }

  void check_servers(const Layer7Rule& rule) {
    if (rule.action != RuleAction::kUseServers) {
      if (!rule.servers.empty()) refuse("servers", "only use_servers uses real servers", "leave it out");
      return;
    }
    if (rule.servers.empty()) refuse("servers", "it is not said which real servers", "write their labels: PS1,PS2");
    std::set<std::string_view> seen;
    for (const auto label : model::split_list(rule.servers)) {
      if (!seen.insert(label).second) {
        refuse("servers", fmt::format("\"{}\" is there twice", label), "name each real server once");
      }
      if (std::ranges::find(service_.real_servers, label, &model::Layer7Server::label) != service_.real_servers.end())
        continue;
      refuse("servers", fmt::format("this virtual service has no real server \"{}\"", label),
             "add it, or take it out of this rule");
    }
  }

  void check_location(const Layer7Rule& rule, bool is_redirection) {
    if (!is_redirection) {
      if (!rule.location.empty()) refuse("location", "only redirections lead somewhere", "leave it out");
    } else if (rule.location.empty()) {
      refuse("location", "it is not said where to", "write a URL such as https://print.example/");
    } else if (rule.action == RuleAction::kRedirectScheme && rule.location != "http" && rule.location != "https") {
      refuse("location", fmt::format("\"{}\" is no scheme of the web", rule.location), "write http or https");
    }
  }

  void check_status(const Layer7Rule& rule, bool is_redirection) {
    if (!rule.status) return;
    const auto is_one_of = [&](const auto& list) { return std::ranges::find(list, *rule.status) != list.end(); };
    if (rule.action == RuleAction::kUseServers) {
      refuse("status", "the real server chooses the status of its answer", "leave it out");
    } else if (is_tcp()) {
      refuse("status", "in tcp mode a refusal is the end of the connection, and has no status", "leave it out");
    } else if (is_redirection && !is_one_of(kRedirections)) {
      refuse("status", fmt::format("{} is no redirection to another place", *rule.status),
             "write 301, 302, 303, 307 or 308");
    } else if (!is_redirection && !is_one_of(kDenials)) {
      refuse("status", fmt::format("{} is no status that a refusal can have", *rule.status),
             "write 400, 403, 404, 405, 408, 410, 413, 425, 429, 500, 501, 502 or 503");
    }
  }

  void check(const Layer7HeaderRule& rule) {
    if (rule.name.empty()) refuse("name", "it is not said which header", "write its name, such as X-Tenant");
    if (std::ranges::find(kFraming, lower(rule.name)) != kFraming.end()) {
      refuse("name", fmt::format("by {} the two ends of a connection understand each other", rule.name),
             "leave it alone; for what becomes of connections see http.connections");
    }
    const bool replaces = rule.action == HeaderAction::kReplace;
    if (!replaces && !rule.pattern.empty()) refuse("pattern", "only replace looks at the value", "leave it out");
    if (replaces && rule.pattern.empty()) refuse("pattern", "it is not said which values", "write .* for all");
    if (replaces) check_expression("pattern", rule.pattern);
    if (replaces && has_odd_backslash(rule.value)) {
      refuse("value", "a backslash has to be followed by the number of a group of the pattern", "write \\1 to \\9");
    }
    const bool has_value = !rule.value.empty();
    if (rule.action == HeaderAction::kDelete && has_value) {
      refuse("value", "all headers with that name go, whatever their value", "leave it out, or use replace");
    }
    if ((rule.action == HeaderAction::kAdd || rule.action == HeaderAction::kSet) && !has_value) {
      refuse("value", "there is nothing to put there", "write the value, or use delete");
    }
  }

  const Layer7Service& service_;
  const std::string& path_;
  std::string here_;  // the rule or condition at hand
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate_layer7_rules(const Layer7Service& service, const std::string& path) {
  return RulesValidator(service, path).validate();
}

}  // namespace evenkeel::config
