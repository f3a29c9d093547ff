#pragma once
// The lines of a section of HAProxy's file.

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

namespace evenkeel::engines::l7_haproxy {

class Lines {
 public:
  explicit Lines(std::string& text) : text_(text) {}

  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += "    ";
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

 private:
  std::string& text_;
};

}  // namespace evenkeel::engines::l7_haproxy
