#include "model/layer7_rule.h"

#include <algorithm>

#include "model/kinds.h"
#include "model/layer7_rule_names.h"

// Every text here ends up in a line of HAProxy's file. What a text may consist of is said here, how it is quoted in
// engines/l7_haproxy/quote.h: neither relies on the other.

namespace evenkeel::model {
namespace {

KindOf<std::string> token() {
  return shaped_text({.type = "the name of a header or parameter",
                      .range = "up to 64 letters, digits, \"_\" and \"-\", or empty",
                      .pattern = "[A-Za-z0-9_-]{0,64}",
                      .hint = "write a name such as \"X-Tenant\"",
                      .longest = 64});
}

KindOf<std::string> ascii_text(size_t longest) {
  return shaped_text({.type = "text of plain characters on one line",
                      .range = "printable ASCII, or empty",
                      .pattern = "[ -~]*",
                      .hint = "write letters, digits and signs of ASCII alone, without line ends",
                      .longest = longest});
}

KindOf<std::string> location() {
  return shaped_text({.type = "a URL",
                      .range = "a URL or a part of one, or empty",
                      .pattern = R"([A-Za-z0-9:/?#@!$&'()*+,;=._~%\[\]-]*)",
                      .hint = "write a URL such as \"https://print.example/help\"; write other characters as %20",
                      .longest = 2048});
}

KindOf<std::string> label_list() {
  return shaped_text({.type = "a list of labels",
                      .range = "labels of real servers, separated by commas, or empty",
                      .pattern = "(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(?: *, *[A-Za-z0-9][A-Za-z0-9_.-]{0,63})*)?",
                      .hint = "write labels such as \"PS1,PS2\"",
                      .longest = 4096});
}

}  // namespace

template <>
const Table& table<Layer7Condition>() {
  static const Table table = make_table<Layer7Condition>(
      "layer7_condition", "What must be so for a rule to fit.",
      field<&Layer7Condition::subject>(
          {.name = "subject", .help = "What of the request is looked at.", .need = Need::kRequired},
          choice<RuleSubject>()),
      field<&Layer7Condition::name>({.name = "name",
                                     .help = "Which header, or which parameter of the query; empty means the whole "
                                             "query."},
                                    token()),
      field<&Layer7Condition::comparison>({.name = "comparison", .help = "How it is compared with the value."},
                                          choice<Comparison>()),
      field<&Layer7Condition::value>(
          {.name = "value",
           .help = "What it is compared with. Capitals count, except in host names. Of source: networks such as "
                   "10.0.0.0/8, separated by commas."},
          ascii_text(1024)),
      field<&Layer7Condition::negate>({.name = "negate", .help = "Holds where the rest of it does not."}, boolean()));
  return table;
}

template <>
const Table& table<Layer7Rule>() {
  static const Table table = make_table<Layer7Rule>(
      "layer7_rule", "What is done with requests that fit. The first rule that fits decides.",
      field<&Layer7Rule::label>({.name = "label",
                                 .help = "The rule's name, unique within its virtual service, such as api.",
                                 .need = Need::kRequired},
                                label_text()),
      field<&Layer7Rule::conditions>({.name = "conditions",
                                      .help = "All of them must hold. None means that the rule always fits. For one or "
                                              "the other, write two rules."},
                                     inline_list<Layer7Condition>()),
      field<&Layer7Rule::action>({.name = "action", .help = "What is done with the request.", .need = Need::kRequired},
                                 choice<RuleAction>()),
      field<&Layer7Rule::servers>({.name = "servers",
                                   .help = "With use_servers, the labels of the real servers that answer, balanced as "
                                           "in the virtual service. Cookies and tables of persistence are the rule's "
                                           "own."},
                                  label_list()),
      field<&Layer7Rule::location>({.name = "location",
                                    .help = "With redirect_location the URL, with redirect_prefix its beginning, with "
                                            "redirect_scheme http or https."},
                                   location()),
      field<&Layer7Rule::status>(
          {.name = "status",
           .help = "The status of the answer. null means 302 for redirections and 403 for deny. In tcp mode there is "
                   "none."},
          optional(integer<int>(300, 503))));
  return table;
}

template <>
const Table& table<Layer7HeaderRule>() {
  static const Table table = make_table<Layer7HeaderRule>(
      "layer7_header_rule", "One change of a header, in every request or response.",
      field<&Layer7HeaderRule::of>({.name = "of", .help = "Of which the header is: requests or responses."},
                                   choice<HeaderOf>()),
      field<&Layer7HeaderRule::action>({.name = "action", .help = "What is done with it."}, choice<HeaderAction>()),
      field<&Layer7HeaderRule::name>(
          {.name = "name", .help = "The header's name, such as X-Tenant.", .need = Need::kRequired}, token()),
      field<&Layer7HeaderRule::pattern>(
          {.name = "pattern", .help = "With replace, a regular expression for the whole value."}, ascii_text(512)),
      field<&Layer7HeaderRule::value>(
          {.name = "value",
           .help = "The new value, as it is written here. With replace, \\1 to \\9 are what "
                   "the groups of the pattern have matched."},
          ascii_text(2048)));
  return table;
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.push_back(part);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

}  // namespace evenkeel::model
