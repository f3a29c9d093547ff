// "N connects, 1 negotiate": most checks only connect, so that the real server's log stays readable.

#include "health/probes.h"

namespace evenkeel::health {
namespace {

class ConnectsThenNegotiateProbe final : public Probe, public std::enable_shared_from_this<ConnectsThenNegotiateProbe> {
 public:
  ConnectsThenNegotiateProbe(ProbeTools& tools, const Target& target)
      : counts_(tools.connect_counts),
        target_(target),
        is_negotiate_(tools.connect_counts.is_negotiate_due(target)),
        inner_(is_negotiate_ ? make_negotiate_probe(tools, target) : make_connect_probe(tools, target)) {}

  void start(OnResult on_result) override {
    inner_->start([self = shared_from_this(), on_result = std::move(on_result)](ProbeResult result) {
      self->counts_.count(self->target_, self->is_negotiate_, result.outcome);
      on_result(std::move(result));
    });
  }

  void cancel() override { inner_->cancel(); }

 private:
  ConnectCounts& counts_;
  Target target_;
  bool is_negotiate_;
  std::shared_ptr<Probe> inner_;
};

}  // namespace

std::shared_ptr<Probe> make_connects_then_negotiate_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<ConnectsThenNegotiateProbe>(tools, target);
}

}  // namespace evenkeel::health
