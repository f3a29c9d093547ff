#include "engines/l7_haproxy/rule_lines.h"

#include <algorithm>
#include <string>

#include "engines/l7_haproxy/quote.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using model::Comparison;
using model::HeaderAction;
using model::Layer7Condition;
using model::Layer7HeaderRule;
using model::Layer7Mode;
using model::Layer7Rule;
using model::Layer7Service;
using model::RuleAction;
using model::RuleSubject;

std::string what_is_looked_at(const Layer7Condition& condition) {
  switch (condition.subject) {
    case RuleSubject::kPath:
      return "path";
    case RuleSubject::kHost:
      return "req.hdr(host),host_only";
    case RuleSubject::kHeader:
      return fmt::format("req.fhdr({})", condition.name);
    case RuleSubject::kQuery:
      return condition.name.empty() ? "query" : fmt::format("url_param({})", condition.name);
    case RuleSubject::kMethod:
      return "method";
    case RuleSubject::kSource:
      return "src";
  }
  return "";
}

const char* how_it_is_compared(const Layer7Condition& condition) {
  switch (condition.comparison) {
    case Comparison::kEquals:
      return "-m str";
    case Comparison::kBegins:
      return "-m beg";
    case Comparison::kEnds:
      return "-m end";
    case Comparison::kContains:
      return "-m sub";
    case Comparison::kMatches:
      return "-m reg";
    case Comparison::kExists:
      return "-m found";
  }
  return "";
}

// "10.0.0.0/8,192.0.2.1" as "10.0.0.0/8 192.0.2.1".
std::string networks(const std::string& value) {
  std::string text;
  for (const auto network : model::split_list(value)) text += (text.empty() ? "" : " ") + word(network);
  return text;
}

// By name rather than in braces: there a value could be taken for the brace that ends it.
std::string name_of(const Layer7Rule& rule, size_t condition) {
  return fmt::format("{}.{}", rule.label, condition + 1);
}

void add_condition(const std::string& name, const Layer7Condition& condition, Lines& lines) {
  const auto subject = what_is_looked_at(condition);
  if (condition.subject == RuleSubject::kSource) {
    return lines.add("acl {} src -- {}", name, networks(condition.value));
  }
  if (condition.comparison == Comparison::kExists) return lines.add("acl {} {} -m found", name, subject);
  lines.add("acl {} {} {}{} -- {}", name, subject, how_it_is_compared(condition),
            condition.subject == RuleSubject::kHost ? " -i" : "", word(condition.value));
}

bool chooses(const Layer7Rule& rule) {
  return rule.action == RuleAction::kUseServers;
}

class RuleWriter {
 public:
  RuleWriter(Layer7Mode mode, Lines& lines) : is_http_(mode == Layer7Mode::kHttp), lines_(lines) {}

  void add(const Layer7Rule& rule) {
    for (size_t i = 0; i < rule.conditions.size(); ++i) add_condition(name_of(rule, i), rule.conditions[i], lines_);
    lines_.add("{} {}{}", is_http_ ? "http-request" : "tcp-request content", action(rule), when(rule));
    has_chosen_ = has_chosen_ || chooses(rule);
  }

 private:
  std::string action(const Layer7Rule& rule) const {
    const int redirection = rule.status.value_or(model::kUsualRedirection);
    switch (rule.action) {
      case RuleAction::kUseServers:
        return fmt::format("set-var(txn.servers) str({})", rule.label);
      case RuleAction::kRedirectLocation:
        return fmt::format("redirect location {} code {}", literal(rule.location), redirection);
      case RuleAction::kRedirectPrefix:
        return fmt::format("redirect prefix {} code {}", literal(rule.location), redirection);
      case RuleAction::kRedirectScheme:
        return fmt::format("redirect scheme {} code {}", literal(rule.location), redirection);
      case RuleAction::kDeny:
        if (!is_http_) return "reject";
        return fmt::format("deny deny_status {}", rule.status.value_or(model::kUsualDenial));
    }
    return "";
  }

  // What a rule before it has decided is decided.
  std::string when(const Layer7Rule& rule) const {
    std::string text;
    for (size_t i = 0; i < rule.conditions.size(); ++i) {
      text += fmt::format(" {}{}", rule.conditions[i].negate ? "!" : "", name_of(rule, i));
    }
    if (has_chosen_) text += " !{ var(txn.servers) -m found }";
    return text.empty() ? text : " if" + text;
  }

  bool is_http_;
  Lines& lines_;
  bool has_chosen_ = false;
};

std::string change_of(const Layer7HeaderRule& rule) {
  switch (rule.action) {
    case HeaderAction::kAdd:
      return fmt::format("add-header {} {}", rule.name, literal(rule.value));
    case HeaderAction::kSet:
      return fmt::format("set-header {} {}", rule.name, literal(rule.value));
    case HeaderAction::kDelete:
      return fmt::format("del-header {}", rule.name);
    case HeaderAction::kReplace:
      return fmt::format("replace-header {} {} {}", rule.name, word("^(?:" + rule.pattern + ")$"), literal(rule.value));
  }
  return "";
}

}  // namespace

void add_rules(const Layer7Service& service, Lines& lines) {
  RuleWriter writer(service.mode, lines);
  for (const auto& rule : service.rules) writer.add(rule);
}

void add_header_rules(const Layer7Service& service, Lines& lines) {
  for (const auto& rule : service.header_rules) {
    const bool is_request = rule.of == model::HeaderOf::kRequest;
    lines.add("{} {}", is_request ? "http-request" : "http-response", change_of(rule));
  }
}

void add_choice(const Layer7Service& service, Lines& lines) {
  if (std::ranges::none_of(service.rules, chooses)) return;
  lines.add("use_backend {}:%[var(txn.servers)] if {{ var(txn.servers) -m found }}", service.label);
}

}  // namespace evenkeel::engines::l7_haproxy
