// Always on and always off: the configuration is the verdict.

#include <boost/asio/post.hpp>
#include <utility>

#include "health/probes.h"

namespace evenkeel::health {
namespace {

class ConstantProbe final : public Probe, public std::enable_shared_from_this<ConstantProbe> {
 public:
  ConstantProbe(boost::asio::io_context& io, ProbeResult result) : io_(io), result_(std::move(result)) {}

  void start(OnResult on_result) override {
    on_result_ = std::move(on_result);
    boost::asio::post(io_, [self = shared_from_this()] {
      if (OnResult answer = std::exchange(self->on_result_, nullptr)) answer(self->result_);
    });
  }

  void cancel() override { on_result_ = nullptr; }

 private:
  boost::asio::io_context& io_;
  ProbeResult result_;
  OnResult on_result_;
};

}  // namespace

std::shared_ptr<Probe> make_constant_probe(ProbeTools& tools, const Target& target) {
  const bool is_on = target.check.type == model::HealthCheckType::kAlwaysOn;
  ProbeResult result = is_on ? ProbeResult{Outcome::kSuccess, "always on: not probed", "type"}
                             : ProbeResult{Outcome::kFailure, "always off: not probed", "type"};
  return std::make_shared<ConstantProbe>(tools.io, std::move(result));
}

}  // namespace evenkeel::health
