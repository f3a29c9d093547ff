#include "health/udp_probe.h"

#include <fmt/format.h>

#include "health/reason.h"

namespace evenkeel::health {

AskingProbe::AskingProbe(ProbeTools& tools, const Target& target)
    : AwaitableProbe(tools.io, target.check.timeout),
      target_(target),
      mask_(target.check),
      datagrams_(tools, target),
      conversation_(tools, target, Wire::kPlain) {}

void AskingProbe::abort() {
  datagrams_.abort();
  conversation_.abort();
}

std::string AskingProbe::timed_out() const {
  if (is_talking_tcp_) return conversation_.timed_out();
  return fmt::format("no answer from {} over UDP within {}", server(), timeout_text(target_.check.timeout));
}

}  // namespace evenkeel::health
