#pragma once
// Small pieces of HAProxy's texts. Bounded; what is not what it should be reads as nothing.

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/ip_address.h"

namespace evenkeel::engines::l7_haproxy {

// What stands behind `key` in the line, up to the next space, comma or closing parenthesis; empty: it is not there.
// "addr=10.0.0.1:80", asked for " addr=", is "10.0.0.1:80".
std::string_view value_of(std::string_view line, std::string_view key);

// 0: it is none.
template <class Number>
Number to_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : Number{0};
}

// "10.0.0.1:80", and "2001:db8::1:80" without brackets.
std::optional<Endpoint> to_endpoint(std::string_view text);

// "41s", "2m30s", "1h5m", "0d00h00m08s"; zero where it is none, as "<NEVER>" is.
std::chrono::seconds to_seconds(std::string_view text);

}  // namespace evenkeel::engines::l7_haproxy
