#pragma once
// The kinds of values that fields have. Each says once what may be written, for parsing, schema and help.

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "model/auto_nat.h"
#include "model/field.h"
#include "model/names.h"
#include "model/port_set.h"

namespace evenkeel::model {

// "text is needed here, not a number"
void refuse_type(const boost::json::value& in, std::string_view wanted, std::string hint, const Place& place);

KindOf<bool> boolean();
KindOf<IpAddress> ip_address();
KindOf<AutoNat> auto_nat();
KindOf<std::vector<IpAddress>> ip_addresses(size_t most);
KindOf<PortSet> port_set();
KindOf<std::vector<std::string>> labels(size_t most);  // of other objects, each once
// Seconds with up to three decimals; bounds in milliseconds.
KindOf<std::chrono::milliseconds> decimal_seconds(std::chrono::milliseconds low, std::chrono::milliseconds high);

// Texts. From host_name() on they may be empty: the field's help says what that means.
KindOf<std::string> label_text();
KindOf<std::string> interface_name();
KindOf<std::string> plain_interface_name();  // never empty, and without what means something in rules
KindOf<std::string> label_text_or_empty();
KindOf<std::string> host_name();
KindOf<std::string> regular_expression();
KindOf<std::string> request_text(Shown shown);  // its syntax depends on the protocol: model/check_kind.h
KindOf<std::string> header_lines(Shown shown);
KindOf<std::string> plain_text(size_t longest);  // on one line
KindOf<std::string> share_name();
KindOf<std::string> script_name();
KindOf<std::string> json_pointer();
KindOf<std::string> secret_text();  // masked as a whole
KindOf<std::string> status_list();
KindOf<std::string> mail_server();     // a host name or an address
KindOf<std::string> mail_address();    // one
KindOf<std::string> mail_addresses();  // separated by commas
KindOf<std::string> web_address();     // http or https; shown without its path
KindOf<std::string> cookie_name();     // never empty
KindOf<std::string> page_text();       // HTML, with line ends
KindOf<std::string> ciphers();         // their names are looked at by config::validate
KindOf<std::string> day_counts();      // "30,14,7,1"

// A text of another shape, for structures that have their own.
struct TextShape {
  const char* type;     // "the name of a cookie"
  const char* range;    // "1 to 64 letters"
  const char* pattern;  // RE2 and ECMA, for the whole
  const char* hint;
  size_t longest;  // bytes
};
KindOf<std::string> shaped_text(const TextShape& shape);

// The parts of integers that are the same for all integer types.
std::optional<int64_t> parse_integer(const boost::json::value& in, int64_t low, int64_t high, const Place& place);
boost::json::object integer_schema(int64_t low, int64_t high);
void describe_integer(FieldHelp& help, int64_t low, int64_t high);

template <class T>
class IntegerKind final : public Kind<T> {
 public:
  IntegerKind(int64_t low, int64_t high) : low_(low), high_(high) {}

  void parse(const boost::json::value& in, T& out, const Place& place) const override {
    if (auto number = parse_integer(in, low_, high_, place)) out = static_cast<T>(*number);
  }
  boost::json::value to_json(const T& value, Secrets /*secrets*/) const override { return number_of(value); }
  boost::json::object schema() const override { return integer_schema(low_, high_); }
  void describe(FieldHelp& help) const override { describe_integer(help, low_, high_); }

 private:
  static int64_t number_of(std::chrono::seconds value) { return value.count(); }
  static int64_t number_of(int64_t value) { return value; }

  int64_t low_, high_;
};

template <class T>
KindOf<T> integer(int64_t low, int64_t high) {
  return std::make_shared<const IntegerKind<T>>(low, high);
}

// A value, or null for none.
template <class T>
class OptionalKind final : public Kind<std::optional<T>> {
 public:
  explicit OptionalKind(KindOf<T> kind) : kind_(std::move(kind)) {}

  void parse(const boost::json::value& in, std::optional<T>& out, const Place& place) const override {
    out.reset();
    if (in.is_null()) return;
    kind_->parse(in, out.emplace(), place);
  }
  boost::json::value to_json(const std::optional<T>& value, Secrets secrets) const override {
    return value ? kind_->to_json(*value, secrets) : boost::json::value();
  }
  boost::json::object schema() const override {
    boost::json::object schema = kind_->schema();
    schema["type"] = boost::json::array{schema["type"], "null"};
    return schema;
  }
  void describe(FieldHelp& help) const override {
    kind_->describe(help);
    help.range += " or null";
  }

 private:
  KindOf<T> kind_;
};

template <class T>
KindOf<std::optional<T>> optional(KindOf<T> kind) {
  return std::make_shared<const OptionalKind<T>>(std::move(kind));
}

// The index of the chosen name; none after a problem was reported.
std::optional<size_t> parse_choice(const boost::json::value& in, const std::vector<Choice>& choices,
                                   const Place& place);
boost::json::object choice_schema(const std::vector<Choice>& choices);
void describe_choice(FieldHelp& help, const std::vector<Choice>& choices);

template <class E>
class EnumKind final : public Kind<E> {
 public:
  EnumKind() {
    for (const auto& entry : names<E>()) choices_.push_back({entry.name, entry.help});
  }
  void parse(const boost::json::value& in, E& out, const Place& place) const override {
    if (auto index = parse_choice(in, choices_, place)) out = names<E>()[*index].value;
  }
  boost::json::value to_json(const E& value, Secrets /*secrets*/) const override { return to_string(value); }
  boost::json::object schema() const override { return choice_schema(choices_); }
  void describe(FieldHelp& help) const override { describe_choice(help, choices_); }

 private:
  std::vector<Choice> choices_;
};

template <class E>
KindOf<E> choice() {
  return std::make_shared<const EnumKind<E>>();
}

boost::json::object reference_schema(const Table& table);

template <class S>
class StructureKind final : public Kind<S> {
 public:
  void parse(const boost::json::value& in, S& out, const Place& place) const override {
    model::table<S>().parse(in, &out, place);
  }
  boost::json::value to_json(const S& value, Secrets secrets) const override {
    return model::table<S>().to_json(&value, secrets);
  }
  boost::json::object schema() const override { return reference_schema(model::table<S>()); }
  void describe(FieldHelp& help) const override { help.type = "object"; }
  const Table* table() const override { return &model::table<S>(); }
};

template <class S>
KindOf<S> structure() {
  return std::make_shared<const StructureKind<S>>();
}

// Reports the problem when `in` is no array.
const boost::json::array* parse_array(const boost::json::value& in, const Table& elements, const Place& place);

template <class S>
class ListKind final : public Kind<std::vector<S>> {
 public:
  explicit ListKind(const char* type) : type_(type) {}

  void parse(const boost::json::value& in, std::vector<S>& out, const Place& place) const override {
    const auto* array = parse_array(in, model::table<S>(), place);
    if (array == nullptr) return;
    out.assign(array->size(), S{});
    for (size_t i = 0; i < array->size(); ++i) model::table<S>().parse((*array)[i], &out[i], place.element(i));
  }
  boost::json::value to_json(const std::vector<S>& value, Secrets secrets) const override {
    boost::json::array array;
    array.reserve(value.size());
    for (const S& element : value) array.push_back(model::table<S>().to_json(&element, secrets));
    return array;
  }
  boost::json::object schema() const override {
    return {{"type", "array"}, {"items", reference_schema(model::table<S>())}};
  }
  void describe(FieldHelp& help) const override { help.type = type_; }
  const Table* table() const override { return &model::table<S>(); }

 private:
  const char* type_;
};

template <class S>
KindOf<std::vector<S>> list() {
  return std::make_shared<const ListKind<S>>("list");
}

// One that is set as a whole; on the command line it is written as JSON.
template <class S>
KindOf<std::vector<S>> inline_list() {
  return std::make_shared<const ListKind<S>>("JSON list");
}

}  // namespace evenkeel::model
