#include "daemon/layer7_counters.h"

namespace evenkeel::daemon {
namespace {

observed::Counters to_counters(const observed::Layer7Traffic& traffic) {
  return {.bytes = traffic.bytes_in,
          .connections = traffic.total,
          .active = traffic.connections,
          .bytes_out = traffic.bytes_out};
}

}  // namespace

void add_layer7(const observed::Layer7Report& report, engines::l4_xdp::L4Engine::Counters& counters) {
  for (const auto& [label, traffic] : report.virtual_services) {
    counters.virtual_services.insert_or_assign(label, to_counters(traffic));
  }
  for (const auto& [key, traffic] : report.real_servers) {
    counters.real_servers.insert_or_assign(key, to_counters(traffic));
  }
}

}  // namespace evenkeel::daemon
