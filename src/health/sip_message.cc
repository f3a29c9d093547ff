#include "health/sip_message.h"

#include <fmt/format.h>

#include <charconv>

namespace evenkeel::health::sip {

std::string render_options(const Options& options) {
  const std::string user = options.user.empty() ? "" : options.user + "@";
  return fmt::format(
      "OPTIONS sip:{0}{1} SIP/2.0\r\n"
      "Via: SIP/2.0/{2} {3};branch=z9hG4bK{4};rport\r\n"
      "Max-Forwards: 70\r\n"
      "From: <sip:evenkeel@{3}>;tag={4}\r\n"
      "To: <sip:{0}{1}>\r\n"
      "Call-ID: {4}@evenkeel\r\n"
      "CSeq: 1 OPTIONS\r\n"
      "Contact: <sip:evenkeel@{3}>\r\n"
      "Accept: application/sdp\r\n"
      "User-Agent: Evenkeel\r\n"
      "Content-Length: 0\r\n\r\n",
      user, options.server, options.transport, options.local, options.token);
}

std::optional<int> parse_status(std::string_view message, std::string_view token) {
  constexpr std::string_view kBegin = "SIP/2.0 ";
  if (!message.starts_with(kBegin) || message.find(token) == std::string_view::npos) return std::nullopt;
  const std::string_view digits = message.substr(kBegin.size(), 3);
  int status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (error != std::errc{} || end != digits.data() + 3 || status < 100 || status > 699) return std::nullopt;
  return status;
}

}  // namespace evenkeel::health::sip
