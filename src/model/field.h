#pragma once
// The field tables: each struct of the configuration lists its members once, with name, kind of value, default, help.
// Parsing, defaults, JSON, JSON Schema and help all come from them. Used only inside this module; the tables stand in
// the .cc file of the struct that they describe.

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/help.h"
#include "model/json.h"
#include "model/place.h"

namespace evenkeel::model {

// What a value of type T may be, and how it is written in JSON.
template <class T>
class Kind {
 public:
  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind() = default;
  // Sets `out`, or says at `place` why it cannot.
  virtual void parse(const boost::json::value& in, T& out, const Place& place) const = 0;
  virtual boost::json::value to_json(const T& value, Secrets secrets) const = 0;
  virtual boost::json::object schema() const = 0;          // the JSON Schema keywords that say the same
  virtual void describe(FieldHelp& help) const = 0;        // fills in type, range and choices
  virtual const class Table* table() const { return {}; }  // of a structure, or of the elements of a list
};

template <class T>
using KindOf = std::shared_ptr<const Kind<T>>;

enum class Need { kOptional, kRequired };
enum class Shown { kPlainly, kMasked };

struct FieldText {
  const char* name;
  const char* help;
  const char* unit = "";
  Need need = Need::kOptional;
  Shown shown = Shown::kPlainly;
  const char* since = "0.1.0";
};

// One member of a struct, the struct's type forgotten.
class Field {
 public:
  explicit Field(FieldText text) : text_(text) {}
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;
  virtual ~Field() = default;

  const FieldText& text() const { return text_; }
  bool is_required() const { return text_.need == Need::kRequired; }

  virtual void parse(const boost::json::value& in, void* object, const Place& place) const = 0;
  virtual boost::json::value to_json(const void* object, Secrets secrets) const = 0;
  virtual boost::json::object schema() const = 0;
  virtual void describe(FieldHelp& help) const = 0;
  virtual const Table* table() const = 0;

 private:
  FieldText text_;
};

template <auto kMember>
class MemberField;

template <class S, class M, M S::* kMember>
class MemberField<kMember> final : public Field {
 public:
  MemberField(FieldText text, KindOf<M> kind) : Field(text), kind_(std::move(kind)) {}

  void parse(const boost::json::value& in, void* object, const Place& place) const override {
    kind_->parse(in, static_cast<S*>(object)->*kMember, place);
  }
  boost::json::value to_json(const void* object, Secrets secrets) const override {
    return kind_->to_json(static_cast<const S*>(object)->*kMember, secrets);
  }
  boost::json::object schema() const override { return kind_->schema(); }
  void describe(FieldHelp& help) const override { kind_->describe(help); }
  const Table* table() const override { return kind_->table(); }

 private:
  KindOf<M> kind_;
};

class Table {
 public:
  // `defaults` is a default-constructed object: what its initialisers say is the default of each field.
  Table(const char* name, const char* help, std::shared_ptr<const void> defaults,
        std::vector<std::unique_ptr<const Field>> fields)
      : name_(name), help_(help), defaults_(std::move(defaults)), fields_(std::move(fields)) {}

  const char* name() const { return name_; }
  const char* help() const { return help_; }
  const std::vector<std::unique_ptr<const Field>>& fields() const { return fields_; }
  const Field* find(std::string_view name) const;

  // A key that people expect here but that does not exist, and why.
  Table&& explain(const char* key, const char* hint) && {
    explained_.emplace_back(key, hint);
    return std::move(*this);
  }

  // `object` must be of the table's struct. Fields that are not in `in` are left as they are.
  void parse(const boost::json::value& in, void* object, const Place& place) const;
  boost::json::object to_json(const void* object, Secrets secrets) const;
  boost::json::value default_of(const Field& field) const { return field.to_json(defaults_.get(), Secrets::kPlain); }
  boost::json::object schema() const;

 private:
  std::string hint_for_unknown(std::string_view key) const;

  const char* name_;
  const char* help_;
  std::shared_ptr<const void> defaults_;
  std::vector<std::unique_ptr<const Field>> fields_;
  std::vector<std::pair<const char*, const char*>> explained_;
};

// The table of a struct; one specialisation in each struct's .cc file.
template <class S>
const Table& table();

namespace detail {

struct AnyValue {
  template <class T>
  operator T() const;
};

template <class S, size_t... kIndex>
constexpr bool takes(std::index_sequence<kIndex...>) {
  return requires { S{(static_cast<void>(kIndex), AnyValue{})...}; };
}

// How many members an aggregate has.
template <class S, size_t kCount = 0>
constexpr size_t arity() {
  if constexpr (takes<S>(std::make_index_sequence<kCount + 1>{})) {
    return arity<S, kCount + 1>();
  } else {
    return kCount;
  }
}

template <class F, class... Fields>
inline constexpr int kTimesIn = (0 + ... + std::is_same_v<F, Fields>);

}  // namespace detail

template <auto kMember, class K>
std::unique_ptr<const MemberField<kMember>> field(FieldText text, std::shared_ptr<K> kind) {
  return std::make_unique<const MemberField<kMember>>(text, std::move(kind));
}

template <class S, class... Fields>
Table make_table(const char* name, const char* help, std::unique_ptr<Fields>... fields) {
  static_assert(sizeof...(Fields) == detail::arity<S>(), "every member of the struct has one entry in its table");
  static_assert(((detail::kTimesIn<Fields, Fields...> == 1) && ...), "a member is in the table twice");
  std::vector<std::unique_ptr<const Field>> list;
  (list.push_back(std::move(fields)), ...);
  return Table(name, help, std::make_shared<const S>(), std::move(list));
}

}  // namespace evenkeel::model
