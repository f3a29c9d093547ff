// JSON text to values and back: stricter than the library's parser, and easier to read than its serializer.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <set>

#include "model/json.h"
#include "model/place.h"

namespace evenkeel::model {
namespace {

using boost::json::error_code;
using boost::json::string_view;

constexpr size_t kMostBytes = 16 << 20;
constexpr size_t kMostLevels = 32;

// Builds the value as the library's own handler does, and knows where it is, so that a duplicate key is noticed.
class Handler {
 public:
  static constexpr size_t max_object_size = kMostBytes;
  static constexpr size_t max_array_size = kMostBytes;
  static constexpr size_t max_key_size = kMostBytes;
  static constexpr size_t max_string_size = kMostBytes;

  bool on_document_begin(error_code& /*error*/) {
    stack_.reset();
    return true;
  }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) { return open(); }
  bool on_object_end(size_t size, error_code& /*error*/) {
    stack_.push_object(size);
    return close();
  }
  bool on_array_begin(error_code& /*error*/) { return open(); }
  bool on_array_end(size_t size, error_code& /*error*/) {
    stack_.push_array(size);
    return close();
  }
  bool on_key_part(string_view part, size_t /*size*/, error_code& /*error*/) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(string_view part, size_t /*size*/, error_code& /*error*/) {
    key_.append(part.data(), part.size());
    stack_.push_key(part);
    note_key();
    return true;
  }
  bool on_string_part(string_view part, size_t /*size*/, error_code& /*error*/) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(string_view part, size_t /*size*/, error_code& /*error*/) {
    stack_.push_string(part);
    return end_value();
  }
  bool on_number_part(string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_int64(int64_t number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_int64(number);
    return end_value();
  }
  bool on_uint64(uint64_t number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_uint64(number);
    return end_value();
  }
  bool on_double(double number, string_view /*text*/, error_code& /*error*/) {
    stack_.push_double(number);
    return end_value();
  }
  bool on_bool(bool value, error_code& /*error*/) {
    stack_.push_bool(value);
    return end_value();
  }
  bool on_null(error_code& /*error*/) {
    stack_.push_null();
    return end_value();
  }
  bool on_comment_part(string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_comment(string_view /*part*/, error_code& /*error*/) { return true; }

  boost::json::value release() { return stack_.release(); }
  std::vector<Problem> take_problems() { return std::move(problems_); }

 private:
  // An object or array that is still open.
  struct Level {
    std::set<std::string, std::less<>> keys;  // of an object
    std::string key;                          // the current one
    size_t index = 0;                         // of an array: the current element
  };

  bool open() {
    levels_.emplace_back();
    return true;
  }
  bool close() {
    levels_.pop_back();
    return end_value();
  }
  bool end_value() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  void note_key() {
    Level& level = levels_.back();
    level.key = std::exchange(key_, {});
    if (level.keys.insert(level.key).second) return;
    place_of(0, Place(problems_));
  }

  // Follows the open levels down to the duplicate key, and reports it there.
  void place_of(size_t depth, const Place& parent) {
    if (depth == levels_.size()) {
      parent.refuse(fmt::format("{} is there twice in one object", quoted(levels_.back().key)), "keep one of the two");
      return;
    }
    const Level& level = levels_[depth];
    place_of(depth + 1, level.keys.empty() ? parent.element(level.index) : parent.member(level.key));
  }

  boost::json::value_stack stack_;
  std::vector<Level> levels_;
  std::string key_;
  std::vector<Problem> problems_;
};

std::string line_and_column(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const std::string_view in_line = before.substr(line_start);
  const auto characters =
      std::count_if(in_line.begin(), in_line.end(), [](unsigned char byte) { return (byte & 0xc0) != 0x80; });
  return fmt::format("line {}, column {}", lines + 1, characters + 1);
}

Problem not_json(std::string_view text, size_t offset, const error_code& error) {
  const std::string where = line_and_column(text, offset);
  using boost::json::error;
  if (error == error::incomplete) {
    return {"$", fmt::format("the JSON ends too early, at {}", where), "close every brace, bracket and quotation mark"};
  }
  if (error == error::too_deep) {
    return {"$", fmt::format("more than {} levels at {}", kMostLevels, where), "a configuration needs five"};
  }
  if (error == error::extra_data) {
    return {"$", fmt::format("something follows the JSON at {}", where), "write one object and nothing after it"};
  }
  const auto byte = static_cast<unsigned char>(offset < text.size() ? text[offset] : ' ');
  if (byte < 0x20 || byte >= 0x80) {
    return {"$", fmt::format("a byte that JSON does not allow there, at {}", where),
            "write UTF-8, and control characters as \\u0000"};
  }
  return {"$", fmt::format("this is not JSON: {} at {}", error.message(), where),
          "look for a missing or superfluous comma, quotation mark or brace there"};
}

void append_number(std::string& out, double number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

class Writer {
 public:
  explicit Writer(Layout layout) : layout_(layout) {}

  void write(const boost::json::value& value) {
    if (const auto* object = value.if_object()) {
      write_all('{', '}', *object, [this](const auto& entry) {
        write(boost::json::string(entry.key()));
        out_ += layout_ == Layout::kIndented ? ": " : ":";
        write(entry.value());
      });
    } else if (const auto* array = value.if_array()) {
      write_all('[', ']', *array, [this](const boost::json::value& element) { write(element); });
    } else if (const double* number = value.if_double()) {
      append_number(out_, *number);
    } else {
      out_ += boost::json::serialize(value);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  template <class Container, class WriteOne>
  void write_all(char open, char close, const Container& container, WriteOne write_one) {
    out_ += open;
    ++depth_;
    bool is_first = true;
    for (const auto& element : container) {
      if (!is_first) out_ += ',';
      is_first = false;
      new_line();
      write_one(element);
    }
    --depth_;
    if (!is_first) new_line();
    out_ += close;
  }

  void new_line() {
    if (layout_ == Layout::kIndented) out_.append(1, '\n').append(2 * depth_, ' ');
  }

  Layout layout_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

Parsed<boost::json::value> parse_json(std::string_view text) {
  if (text.size() > kMostBytes) {
    return std::unexpected(std::vector{Problem{"$", "the text has more than 16 MiB", "split or shorten it"}});
  }
  boost::json::parse_options options;
  options.max_depth = kMostLevels;
  boost::json::basic_parser<Handler> parser(options);
  error_code error;
  const size_t consumed = parser.write_some(false, text.data(), text.size(), error);
  if (!error && consumed < text.size()) error = boost::json::error::extra_data;
  if (error) return std::unexpected(std::vector{not_json(text, consumed, error)});
  auto problems = parser.handler().take_problems();
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return parser.handler().release();
}

std::string to_text(const boost::json::value& value, Layout layout) {
  Writer writer(layout);
  writer.write(value);
  return writer.take();
}

}  // namespace evenkeel::model
