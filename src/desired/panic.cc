#include "desired/panic.h"

#include "desired/find_or.h"
#include "desired/health_of.h"

namespace evenkeel::desired {
namespace {

// An agent that wants no clients for its server decides as an operator does.
bool is_in_service(const model::VirtualService& service, const model::RealServer& server, const Inputs& inputs) {
  const model::RealServerKey key{service.label, server.label};
  const Feedback feedback = find_or(inputs.feedback, key, Feedback{});
  return server.weight > 0 && feedback.takes_new && feedback.percent > 0 &&
         find_or(inputs.operator_said, key, model::OperatorState::kOnline) == model::OperatorState::kOnline;
}

Health health_of(const model::VirtualService& service, const model::RealServer& server, const Inputs& inputs) {
  return desired::health_of(inputs, model::RealServerKey{service.label, server.label});
}

}  // namespace

bool is_panic(const model::VirtualService& service, const Inputs& inputs) {
  constexpr int kPercent = 100;
  int all = 0, down = 0;
  for (const auto& server : service.real_servers) {
    if (!is_in_service(service, server, inputs)) continue;
    ++all;
    down += health_of(service, server, inputs) == Health::kDown ? 1 : 0;
  }
  return down > 0 && (all - down) * kPercent < service.panic_threshold * all;
}

void apply_panic(const model::VirtualService& service, const Inputs& inputs, VirtualService& result) {
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    const auto& configured = service.real_servers[i];
    if (!is_in_service(service, configured, inputs)) continue;
    RealServer& server = result.real_servers[i];
    server.takes_new = health_of(service, configured, inputs) != Health::kUnknown;
    server.established = Established::kKeep;
    server.failed = false;
  }
  result.active_tier = find_or(inputs.active_tier, service.label, 0);
}

}  // namespace evenkeel::desired
