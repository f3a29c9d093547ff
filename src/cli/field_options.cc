#include "cli/field_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/tokenizer.hpp>
#include <charconv>
#include <utility>

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

// The structures within a virtual service and within the alerts, and how the names of their options begin.
struct Inner {
  std::string_view field, structure, prefix;
};
constexpr std::array kInner{
    Inner{"persistence", "persistence", "persistence"},
    Inner{"health_check", "health_check", "check"},
    Inner{"fallback", "fallback", "fallback"},
    Inner{"feedback", "feedback", "feedback"},
    Inner{"http", "layer7_http", "http"},
    Inner{"tls", "tls", "tls"},
    Inner{"server_tls", "server_tls", "server-tls"},
    Inner{"email", "email_alerts", "email"},
    Inner{"webhook", "webhook_alerts", "webhook"},
};

// Lists whose elements are written as one text each: --more-checks "type=connect check-port=9163".
struct InnerList {
  std::string_view field, structure;
};
constexpr std::array kLists{InnerList{"more_checks", "health_check"}};

std::string with_dashes(std::string_view name) {
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  return dashed;
}

// health_check.request is check-request, health_check.check_port is check-port, health_check.path_check is check-path,
// persistence.enabled is persistence.
std::string option_name(std::string_view prefix, std::string_view field) {
  if (field == "enabled" || field == "mode") return with_dashes(prefix);
  std::string name = with_dashes(field);
  if (const std::string end = "-" + with_dashes(prefix); name.ends_with(end)) name.resize(name.size() - end.size());
  return name.starts_with(with_dashes(prefix) + "-") ? name : with_dashes(prefix) + "-" + name;
}

bool is_structure(const model::FieldHelp& help) {
  return help.type == "object" || help.type == "list";
}
bool is_boolean(const model::FieldHelp& help) {
  return help.type == "boolean";
}
bool is_list(const model::FieldHelp& help) {
  return help.type == "IP addresses" || help.type == "labels";
}
bool is_json_list(const model::FieldHelp& help) {
  return help.type == "JSON list";
}
bool is_number(const model::FieldHelp& help) {
  return help.type == "integer" || help.type == "number";
}

// "TCP/UDP", "tcp-udp" and "tcp_udp" are one name.
std::string normalised(std::string_view name) {
  std::string normal;
  for (const char c : name) {
    const bool separates = c == '-' || c == '/' || c == ' ';
    normal += separates ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return normal;
}

std::string type_name(const model::FieldHelp& help) {
  if (help.type == "one of") return "NAME";
  if (is_number(help)) return "NUMBER";
  if (help.type == "IP address") return "ADDRESS";
  if (is_list(help)) return help.type == "labels" ? "LABEL,..." : "ADDRESS,...";
  if (is_json_list(help)) return "JSON";
  return help.type == "ports" ? "PORTS" : "TEXT";
}

std::string sentence_about_values(const model::FieldHelp& help) {
  if (help.range.empty() || is_boolean(help)) return {};
  return fmt::format(" [{}{}{}]", help.range, help.unit.empty() ? "" : "; ", help.unit);
}

std::string help_text(const FieldOption& option, FieldUse use) {
  const model::FieldHelp& help = option.help;
  std::string text = help.help + sentence_about_values(help);
  static constexpr std::array<std::string_view, 4> kNothing{"", "null", "\"\"", "[]"};
  const bool has_default = std::find(kNothing.begin(), kNothing.end(), help.default_value) == kNothing.end();
  if (use == FieldUse::kAdd && has_default) {
    std::string value = help.default_value;
    std::erase(value, '"');
    text += is_boolean(help) ? fmt::format(" (default: {})", value == "true" ? "yes" : "no")
                             : fmt::format(" (default: {})", value);
  }
  return text;
}

Answer<json::value> parse_number(const FieldOption& option, std::string_view text) {
  std::error_code error;
  json::value number = json::parse(text, error);
  if (error || !number.is_number()) {
    return misused(fmt::format("--{}: \"{}\" is not a number", option.name, text),
                   option.help.range.empty() ? "" : "write " + option.help.range);
  }
  return number;
}

Answer<json::value> parse_choice(const FieldOption& option, std::string_view text) {
  const std::string name = normalised(text);
  const auto& choices = option.help.choices;
  if (std::any_of(choices.begin(), choices.end(), [&](const auto& choice) { return choice.name == name; })) {
    return json::value(json::string(name));
  }
  return misused(fmt::format("--{}: \"{}\" is not known here", option.name, text), "write one of " + option.help.range);
}

// "10.0.0.1,10.0.0.2"; nothing at all is the empty list.
json::value parse_list(std::string_view text) {
  json::array elements;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    elements.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return elements;
}

Answer<json::value> parse_json_list(const FieldOption& option, std::string_view text) {
  std::error_code error;
  json::value list = json::parse(text, error);
  if (!error && list.is_array()) return list;
  return misused(fmt::format("--{}: this is no list in JSON", option.name),
                 "write [{...}, ...] as in the API; its fields: evenkeel schema");
}

// CLI11 knows no other way to refuse a value than this exception; it does not leave the parsing.
CLI::ValidationError refused_value(const Failure& failure) {
  return CLI::ValidationError(failure.message + (failure.hint.empty() ? "" : ": " + failure.hint),
                              CLI::ExitCodes::ValidationError);
}

json::value parse_or_throw(const FieldOption& option, std::string_view text) {
  auto value = parse_field(option, text);
  if (value) return std::move(*value);
  throw refused_value(value.error());
}

bool is_list(const FieldOption& option) {
  return option.help.type == "list";
}

// May be given several times.
void add_list_option(CLI::App& command, const FieldOption& option, FieldUse use,
                     const std::shared_ptr<GivenFields>& given) {
  const auto take = [given, option](const std::vector<std::string>& texts) {
    json::array elements;
    for (const std::string& text : texts) {
      auto element = parse_element(option, text);
      if (!element) throw refused_value(element.error());
      elements.push_back(std::move(*element));
    }
    given->set(option.path, std::move(elements));
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--" + option.name, take,
          help_text(option, use) +
              " One text for each, such as \"type=connect check-port=9163\", with the names of the "
              "settings as in JSON; those that are given replace all that there were.")
      ->allow_extra_args(false)
      ->type_name("\"NAME=VALUE ...\"")
      ->group("Settings");
}

void add_option(CLI::App& command, const FieldOption& option, FieldUse use, const std::shared_ptr<GivenFields>& given) {
  if (is_list(option)) return add_list_option(command, option, use, given);
  CLI::Option* added = nullptr;
  if (is_boolean(option.help)) {
    added = command.add_flag_function(
        fmt::format("--{0},!--no-{0}", option.name),
        [given, path = option.path](int64_t count) { given->set(path, count > 0); }, help_text(option, use));
  } else {
    added = command.add_option_function<std::string>(
        "--" + option.name,
        [given, option](const std::string& text) { given->set(option.path, parse_or_throw(option, text)); },
        help_text(option, use));
    added->type_name(type_name(option.help));
  }
  added->group("Settings");
  if (use == FieldUse::kAdd && option.help.required) added->required();
}

// Null in a merge patch removes a field: its default comes back.
void add_reset(CLI::App& command, const std::vector<FieldOption>& options, const std::shared_ptr<GivenFields>& given) {
  std::vector<FieldOption> resettable;
  std::copy_if(options.begin(), options.end(), std::back_inserter(resettable),
               [](const FieldOption& option) { return !option.help.required; });
  const auto reset = [given, resettable](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const std::string wanted = name.starts_with("--") ? name.substr(2) : name;
      const auto found = std::find_if(resettable.begin(), resettable.end(),
                                      [&](const FieldOption& option) { return option.name == wanted; });
      if (found == resettable.end()) {
        throw CLI::ValidationError(fmt::format("--reset: there is no setting \"{}\" that has a default", name),
                                   CLI::ExitCodes::ValidationError);
      }
      given->set(found->path, nullptr);
    }
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--reset", reset, "Put settings back to their defaults, such as --reset check-port,weight")
      ->delimiter(',')
      ->type_name("SETTING,...")
      ->group("Settings");
}

}  // namespace

std::vector<FieldOption> field_options(std::string_view structure) {
  std::vector<FieldOption> options;
  const std::vector<model::FieldHelp> fields = model::field_help();
  const auto add_structure = [&](const Inner& within, auto& self) -> void {
    for (const model::FieldHelp& field : fields) {
      if (field.structure != within.structure) continue;
      const auto inner = std::ranges::find(kInner, field.field, &Inner::field);
      const bool is_known_list = std::ranges::find(kLists, field.field, &InnerList::field) != kLists.end();
      if (inner != kInner.end() && field.type == "object") {
        self(*inner, self);
      } else if (!is_structure(field) || is_known_list) {
        std::vector<std::string> path{field.field};
        if (!within.field.empty()) path.insert(path.begin(), std::string(within.field));
        const std::string name = with_dashes(field.field);
        options.push_back({field, path, within.prefix.empty() ? name : option_name(within.prefix, field.field)});
      }
    }
  };
  add_structure(Inner{"", structure, ""}, add_structure);
  return options;
}

void GivenFields::set(const std::vector<std::string>& path, json::value value) {
  json::object* object = &document_;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    json::value& inner = (*object)[path[i]];
    object = inner.is_object() ? &inner.get_object() : &inner.emplace_object();
  }
  (*object)[path.back()] = std::move(value);
}

std::shared_ptr<GivenFields> add_field_options(CLI::App& command, std::string_view structure, FieldUse use) {
  auto given = std::make_shared<GivenFields>();
  const std::vector<FieldOption> options = field_options(structure);
  for (const FieldOption& option : options) {
    if (use != FieldUse::kEdit && option.name == "label") continue;
    add_option(command, option, use, given);
  }
  if (use != FieldUse::kAdd) add_reset(command, options, given);
  return given;
}

Answer<json::value> parse_field(const FieldOption& option, std::string_view text) {
  if (is_number(option.help)) return parse_number(option, text);
  if (!option.help.choices.empty()) return parse_choice(option, text);
  if (is_list(option.help)) return parse_list(text);
  if (is_json_list(option.help)) return parse_json_list(option, text);
  return json::value(json::string(text));
}

namespace {

// "yes" where the value is left out.
Answer<json::value> parse_setting(const FieldOption& option, const std::string& text, bool has_value) {
  if (!is_boolean(option.help)) return parse_field(option, text);
  const std::string word = has_value ? normalised(text) : "yes";
  for (const char* yes : {"yes", "true", "on"}) {
    if (word == yes) return json::value(true);
  }
  for (const char* no : {"no", "false", "off"}) {
    if (word == no) return json::value(false);
  }
  return misused(fmt::format("{}: \"{}\" is neither yes nor no", option.name, text));
}

}  // namespace

Answer<json::value> parse_element(const FieldOption& list, const std::string& text) {
  const auto known = std::ranges::find(kLists, list.help.field, &InnerList::field);
  const std::vector<FieldOption> settings = field_options(known->structure);
  // Spaces part settings, quotes keep them together, and a backslash is one: requests have some.
  const boost::escaped_list_separator<char> separator(std::string(), " \t\n", "\"'");
  json::object element;
  for (const std::string& word : boost::tokenizer(text, separator)) {
    if (word.empty()) continue;
    const size_t equals = std::min(word.find('='), word.size());
    const std::string name = with_dashes(word.substr(0, equals));
    const auto setting = std::ranges::find(settings, name, &FieldOption::name);
    if (setting == settings.end()) return misused(fmt::format("--{}: there is no setting \"{}\"", list.name, name));
    const bool has_value = equals < word.size();
    auto value = parse_setting(*setting, has_value ? word.substr(equals + 1) : "", has_value);
    if (!value) return std::unexpected(value.error());
    element[setting->help.field] = std::move(*value);
  }
  return element;
}

}  // namespace evenkeel::cli
