#include "model/kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace evenkeel::model {
namespace {

const char* name_of(boost::json::kind kind) {
  switch (kind) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "true or false";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "text";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

// A number that is whole and fits, however it was written.
std::optional<int64_t> whole_number(const boost::json::value& in) {
  if (in.is_int64()) return in.get_int64();
  if (in.is_uint64()) return std::numeric_limits<int64_t>::max();  // larger than any limit here
  if (!in.is_double()) return std::nullopt;
  constexpr double kExact = 9007199254740992.0;
  const double number = in.get_double();
  if (!(std::abs(number) <= kExact) || number != std::trunc(number)) return std::nullopt;
  return static_cast<int64_t>(number);
}

// 2500 as 2.5, 5000 as 5.
std::string seconds_text(std::chrono::milliseconds time) {
  std::string text = fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

class BooleanKind final : public Kind<bool> {
 public:
  void parse(const boost::json::value& in, bool& out, const Place& place) const override {
    if (const bool* value = in.if_bool()) {
      out = *value;
    } else {
      refuse_type(in, "true or false", "write true or false, without quotes", place);
    }
  }
  boost::json::value to_json(const bool& value, Secrets /*secrets*/) const override { return value; }
  boost::json::object schema() const override { return {{"type", "boolean"}}; }
  void describe(FieldHelp& help) const override {
    help.type = "boolean";
    help.range = "true or false";
  }
};

class AddressKind final : public Kind<IpAddress> {
 public:
  void parse(const boost::json::value& in, IpAddress& out, const Place& place) const override {
    constexpr const char* kHint = "write an address such as \"10.0.0.30\" or \"2001:db8::30\", without prefix or port";
    const auto* text = in.if_string();
    if (text == nullptr) return refuse_type(in, "an IP address", kHint, place);
    if (auto address = IpAddress::parse(*text)) {
      out = *address;
    } else {
      place.refuse(fmt::format("{} is not an IPv4 or IPv6 address", quoted(*text)), kHint);
    }
  }
  boost::json::value to_json(const IpAddress& value, Secrets /*secrets*/) const override {
    return boost::json::string(value.to_string());
  }
  boost::json::object schema() const override {
    return {{"type", "string"},
            {"anyOf",
             boost::json::array{boost::json::object{{"format", "ipv4"}}, boost::json::object{{"format", "ipv6"}}}}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "IP address";
    help.range = "IPv4 or IPv6";
  }
};

class AddressesKind final : public Kind<std::vector<IpAddress>> {
 public:
  explicit AddressesKind(size_t most) : most_(most), address_(ip_address()) {}

  void parse(const boost::json::value& in, std::vector<IpAddress>& out, const Place& place) const override {
    const auto* array = in.if_array();
    if (array == nullptr) {
      return refuse_type(in, "a list of IP addresses", "write addresses such as [\"10.0.0.30\"]", place);
    }
    if (array->size() > most_) {
      return place.refuse(fmt::format("these are {} addresses where {} are the limit", array->size(), most_),
                          fmt::format("write at most {} addresses", most_));
    }
    out.assign(array->size(), IpAddress{});
    for (size_t i = 0; i < array->size(); ++i) address_->parse((*array)[i], out[i], place.element(i));
  }
  boost::json::value to_json(const std::vector<IpAddress>& value, Secrets secrets) const override {
    boost::json::array array;
    for (const IpAddress& address : value) array.push_back(address_->to_json(address, secrets));
    return array;
  }
  boost::json::object schema() const override {
    return {{"type", "array"}, {"items", address_->schema()}, {"maxItems", most_}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "IP addresses";
    help.range = fmt::format("up to {} addresses", most_);
  }

 private:
  size_t most_;
  KindOf<IpAddress> address_;
};

class PortsKind final : public Kind<PortSet> {
 public:
  void parse(const boost::json::value& in, PortSet& out, const Place& place) const override {
    constexpr const char* kHint = "write ports such as \"80\", \"9191,9192,9193\", \"800-900\" or \"*\" for all";
    const auto* text = in.if_string();
    if (text == nullptr) return refuse_type(in, "ports as text", kHint, place);
    if (auto ports = PortSet::parse(*text)) {
      out = std::move(*ports);
    } else {
      place.refuse(ports.error().message, kHint);
    }
  }
  boost::json::value to_json(const PortSet& value, Secrets /*secrets*/) const override {
    return boost::json::string(value.to_string());
  }
  boost::json::object schema() const override {
    return {{"type", "string"}, {"pattern", R"(^(\*|[0-9]+(-[0-9]+)?( *, *[0-9]+(-[0-9]+)?)*)$)"}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "ports";
    help.range = "1 to 65535: one, a list, ranges, or \"*\" for all";
  }
};

class DecimalSecondsKind final : public Kind<std::chrono::milliseconds> {
 public:
  DecimalSecondsKind(std::chrono::milliseconds low, std::chrono::milliseconds high) : low_(low), high_(high) {}

  void parse(const boost::json::value& in, std::chrono::milliseconds& out, const Place& place) const override {
    const std::string hint = fmt::format("write {}, without quotes", range());
    if (!in.is_number()) return refuse_type(in, "a number of seconds", hint, place);
    const double number = in.to_number<double>();
    const double exact = number * 1000;
    if (!(exact >= static_cast<double>(low_.count()) && exact <= static_cast<double>(high_.count()))) {
      return place.refuse(fmt::format("{} seconds is out of range", number), hint);
    }
    if (std::abs(exact - std::round(exact)) > 1e-6) {
      return place.refuse(fmt::format("{} has more than three decimals", number), hint);
    }
    out = std::chrono::milliseconds(std::llround(exact));
  }
  boost::json::value to_json(const std::chrono::milliseconds& value, Secrets /*secrets*/) const override {
    if (value.count() % 1000 == 0) return value.count() / 1000;
    return static_cast<double>(value.count()) / 1000;
  }
  boost::json::object schema() const override {
    return {
        {"type", "number"}, {"minimum", to_json(low_, Secrets::kPlain)}, {"maximum", to_json(high_, Secrets::kPlain)}};
  }
  void describe(FieldHelp& help) const override {
    help.type = "number";
    help.range = range();
  }

 private:
  std::string range() const {
    return fmt::format("{} to {}, up to three decimals", seconds_text(low_), seconds_text(high_));
  }

  std::chrono::milliseconds low_, high_;
};

}  // namespace

void refuse_type(const boost::json::value& in, std::string_view wanted, std::string hint, const Place& place) {
  place.refuse(fmt::format("{} is needed here, not {}", wanted, name_of(in.kind())), std::move(hint));
}

KindOf<bool> boolean() {
  return std::make_shared<const BooleanKind>();
}

KindOf<IpAddress> ip_address() {
  return std::make_shared<const AddressKind>();
}

KindOf<std::vector<IpAddress>> ip_addresses(size_t most) {
  return std::make_shared<const AddressesKind>(most);
}

KindOf<PortSet> port_set() {
  return std::make_shared<const PortsKind>();
}

KindOf<std::chrono::milliseconds> decimal_seconds(std::chrono::milliseconds low, std::chrono::milliseconds high) {
  return std::make_shared<const DecimalSecondsKind>(low, high);
}

std::optional<int64_t> parse_integer(const boost::json::value& in, int64_t low, int64_t high, const Place& place) {
  const std::string_view article = "a whole number";
  if (!in.is_number()) {
    refuse_type(in, article, fmt::format("write a number from {} to {}, without quotes", low, high), place);
    return std::nullopt;
  }
  const auto number = whole_number(in);
  if (number && *number >= low && *number <= high) return number;
  place.refuse(fmt::format("{} is {}", to_text(in, Layout::kOneLine), number ? "out of range" : "not a whole number"),
               fmt::format("write a whole number from {} to {}", low, high));
  return std::nullopt;
}

boost::json::object integer_schema(int64_t low, int64_t high) {
  return {{"type", "integer"}, {"minimum", low}, {"maximum", high}};
}

void describe_integer(FieldHelp& help, int64_t low, int64_t high) {
  help.type = "integer";
  help.range = fmt::format("{} to {}", low, high);
}

std::optional<size_t> parse_choice(const boost::json::value& in, const std::vector<Choice>& choices,
                                   const Place& place) {
  std::vector<std::string_view> names;
  for (const Choice& choice : choices) names.emplace_back(choice.name);
  const std::string hint = fmt::format("write one of {}", fmt::join(names, ", "));
  const auto* text = in.if_string();
  if (text == nullptr) {
    refuse_type(in, "a name", hint, place);
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), std::string_view(*text));
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  const std::string_view meant = nearest(*text, names);
  place.refuse(fmt::format("{} is not known here", quoted(*text)),
               meant.empty() ? hint : fmt::format("did you mean \"{}\"? {}", meant, hint));
  return std::nullopt;
}

boost::json::object choice_schema(const std::vector<Choice>& choices) {
  boost::json::array names, descriptions;
  for (const Choice& choice : choices) {
    names.emplace_back(choice.name);
    descriptions.emplace_back(choice.help);
  }
  return {{"type", "string"}, {"enum", std::move(names)}, {"x-enum-descriptions", std::move(descriptions)}};
}

void describe_choice(FieldHelp& help, const std::vector<Choice>& choices) {
  std::vector<std::string_view> names;
  for (const Choice& choice : choices) names.emplace_back(choice.name);
  help.type = "one of";
  help.range = fmt::format("{}", fmt::join(names, ", "));
  help.choices = choices;
}

boost::json::object reference_schema(const Table& table) {
  return {{"$ref", fmt::format("#/$defs/{}", table.name())}};
}

const boost::json::array* parse_array(const boost::json::value& in, const Table& elements, const Place& place) {
  const auto* array = in.if_array();
  if (array == nullptr) {
    refuse_type(in, "a list", fmt::format("write [ ... ] with a {} in {{ ... }} for each", elements.name()), place);
  }
  return array;
}

}  // namespace evenkeel::model
