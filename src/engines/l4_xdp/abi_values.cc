#include "engines/l4_xdp/abi_values.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace evenkeel::engines::l4_xdp {
namespace {

// A year: far from where the signed difference of ticks would turn.
constexpr int64_t kLongestTimeout = int64_t{365} * 86400;

uint32_t timeout_seconds(std::chrono::seconds timeout) {
  return static_cast<uint32_t>(std::clamp<int64_t>(timeout.count(), 1, kLongestTimeout));
}

ek_scheduler scheduler_of(model::Scheduler scheduler) {
  switch (scheduler) {
    case model::Scheduler::kWeightedLeastConnections:
      return EK_SCHEDULER_WLC;
    case model::Scheduler::kWeightedRoundRobin:
      return EK_SCHEDULER_WRR;
    case model::Scheduler::kSourceHash:
    case model::Scheduler::kMaglev:
    case model::Scheduler::kDestinationHash:
      return EK_SCHEDULER_RING;
  }
  return EK_SCHEDULER_WLC;
}

// IPVS's defaults.
void set_timeouts(ek_service& record) {
  record.timeouts[EK_STATE_NONE] = 2;
  record.timeouts[EK_STATE_ESTABLISHED] = 15 * 60;
  record.timeouts[EK_STATE_SYN_SENT] = 2 * 60;
  record.timeouts[EK_STATE_SYN_RECV] = 60;
  record.timeouts[EK_STATE_FIN_WAIT] = 2 * 60;
  record.timeouts[EK_STATE_TIME_WAIT] = 2 * 60;
  record.timeouts[EK_STATE_CLOSE] = 10;
  record.timeouts[EK_STATE_CLOSE_WAIT] = 60;
  record.timeouts[EK_STATE_LAST_ACK] = 30;
  record.timeouts[EK_STATE_UDP] = 5 * 60;
}

}  // namespace

ek_address to_abi(const IpAddress& address) {
  ek_address value;
  std::ranges::copy(address.bytes(), value.bytes);
  return value;
}

IpAddress from_abi(const ek_address& address) {
  std::array<uint8_t, 16> bytes;
  std::ranges::copy(address.bytes, bytes.begin());
  return IpAddress::from_ipv6(bytes);
}

std::vector<uint8_t> protocols_of(model::Protocol protocol) {
  switch (protocol) {
    case model::Protocol::kTcp:
      return {IPPROTO_TCP};
    case model::Protocol::kUdp:
      return {IPPROTO_UDP};
    case model::Protocol::kTcpUdp:
      return {IPPROTO_TCP, IPPROTO_UDP};
  }
  return {};
}

const char* state_name(uint8_t state) {
  static constexpr std::array<const char*, EK_STATES> kNames{"NONE",     "ESTABLISHED", "SYN_SENT", "SYN_RECV",
                                                             "FIN_WAIT", "TIME_WAIT",   "CLOSE",    "CLOSE_WAIT",
                                                             "LAST_ACK", "UDP",         "NONE"};
  return state < kNames.size() ? kNames[state] : "NONE";
}

ek_service service_record(const desired::VirtualService& want) {
  ek_service record{};
  if (want.persistence.enabled) record.flags |= EK_SERVICE_PERSISTENT;
  if (want.fallback == model::FallbackMode::kLocal) record.flags |= EK_SERVICE_FALLBACK_LOCAL;
  record.scheduler = static_cast<ek_u8>(scheduler_of(want.scheduler));
  record.hash_input = want.scheduler == model::Scheduler::kMaglev ? EK_HASH_FLOW : EK_HASH_SOURCE;
  record.ipv4_prefix = static_cast<ek_u8>(want.persistence.ipv4_prefix);
  record.ipv6_prefix = static_cast<ek_u8>(want.persistence.ipv6_prefix);
  record.persistence_timeout = timeout_seconds(want.persistence.timeout);
  set_timeouts(record);
  record.timeouts[EK_STATE_TEMPLATE] = record.persistence_timeout;
  return record;
}

std::string object_name(const desired::VirtualService& service) {
  return "virtual_service/" + service.label;
}

std::string object_name(const desired::VirtualService& service, const desired::RealServer& real_server) {
  return object_name(service) + "/real_server/" + real_server.label;
}

}  // namespace evenkeel::engines::l4_xdp
