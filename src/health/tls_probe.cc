// TLS: the handshake is the check; the certificate's last day is told, and warned of.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "health/dialogue_probe.h"

namespace evenkeel::health {

boost::asio::awaitable<ProbeResult> talk_tls(Conversation& conversation, const Target&, const re2::RE2*) {
  ProbeResult result = conversation.success("TLS handshake");
  const auto end = conversation.certificate_end();
  if (end && result.reason.find("warning") == std::string::npos) {
    result.reason +=
        fmt::format(", certificate until {:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(*end)));
  }
  co_return result;
}

}  // namespace evenkeel::health
