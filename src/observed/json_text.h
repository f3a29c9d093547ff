#pragma once
// JSON that is written down at once, with no values in between: for lists of ten thousand real servers, which somebody
// asks for every second.

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace evenkeel::observed {

class JsonText {
 public:
  // Writes at the end of `text`, which outlives this; a comma that stands there is not written again.
  explicit JsonText(std::string& text) : text_(text) {}

  void begin_object() { open('{'); }
  void begin_object(std::string_view name) { open(name, '{'); }
  void end_object() { text_ += '}'; }
  void begin_array(std::string_view name) { open(name, '['); }
  void end_array() { text_ += ']'; }

  // A member of the object that was begun last. Names are plain: nothing in them has to be escaped. None: null.
  void member(std::string_view name, std::string_view value) {
    begin(name);
    quote(value);
  }
  void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
  void member(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
  void member(std::string_view name, std::nullptr_t) { raw(name, "null"); }
  template <class Number>
    requires(std::integral<Number> || std::floating_point<Number>)
  void member(std::string_view name, Number value) {
    begin(name);
    std::array<char, 32> digits;  // more than any number of these types needs
    text_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  void value(std::string_view name, const boost::json::value& value) { raw(name, boost::json::serialize(value)); }

 private:
  void separate() {
    const char last = text_.empty() ? '{' : text_.back();
    if (last != '{' && last != '[' && last != ':' && last != ',') text_ += ',';
  }
  void begin(std::string_view name);
  void raw(std::string_view name, std::string_view json) {
    begin(name);
    text_ += json;
  }
  void open(char bracket) {
    separate();
    text_ += bracket;
  }
  void open(std::string_view name, char bracket) {
    begin(name);
    text_ += bracket;
  }
  void quote(std::string_view value);

  std::string& text_;
};

}  // namespace evenkeel::observed
