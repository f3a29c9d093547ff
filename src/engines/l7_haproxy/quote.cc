#include "engines/l7_haproxy/quote.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,:/@=+?&%^-";

bool is_plain(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

// Between single quotes HAProxy knows no other sign than the quote that ends them.
std::string word(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else if (c >= ' ' && c <= '~') {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string literal(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '%' ? 2 : 1, c);
  return word(doubled);
}

}  // namespace evenkeel::engines::l7_haproxy
