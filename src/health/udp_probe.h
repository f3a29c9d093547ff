#pragma once
// A probe that asks over UDP, over TCP, or first one and then the other, as the virtual service is.

#include "health/awaitable_probe.h"
#include "health/datagrams.h"
#include "health/secret_mask.h"

namespace evenkeel::health {

class AskingProbe : public AwaitableProbe {
 public:
  AskingProbe(ProbeTools& tools, const Target& target);

 protected:
  void abort() override;
  std::string timed_out() const override;

  ProbeResult failure(std::string reason) const { return {Outcome::kFailure, mask_.apply(reason)}; }
  bool is_over_udp() const { return target_.served != model::Protocol::kTcp; }
  bool is_over_tcp() const { return target_.served != model::Protocol::kUdp; }
  std::string server() const { return Endpoint{target_.address, target_.port}.to_string(); }

  Target target_;
  SecretMask mask_;
  Datagrams datagrams_;
  Conversation conversation_;
  bool is_talking_tcp_ = false;
};

}  // namespace evenkeel::health
