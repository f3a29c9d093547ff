#include "engines/l4_xdp/abi_values.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

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

ek_hash_input hash_input_of(model::Scheduler scheduler) {
  if (scheduler == model::Scheduler::kMaglev) return EK_HASH_FLOW;
  return scheduler == model::Scheduler::kDestinationHash ? EK_HASH_DESTINATION : EK_HASH_SOURCE;
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

ek_u32 syn_flood_flag(model::SynFlood syn_flood) {
  switch (syn_flood) {
    case model::SynFlood::kCookies:
      return EK_SERVICE_SYN_COOKIES;
    case model::SynFlood::kTwice:
      return EK_SERVICE_SYN_TWICE;
    case model::SynFlood::kRefuse:
      return EK_SERVICE_SYN_DROP;
    case model::SynFlood::kAutomatic:
    case model::SynFlood::kMakeRoom:
      return 0;
  }
  return 0;
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

ek_forwarding_method method_of(model::ForwardingMethod method) {
  switch (method) {
    case model::ForwardingMethod::kDirectRouting:
      return EK_METHOD_DIRECT_ROUTING;
    case model::ForwardingMethod::kNat:
      return EK_METHOD_NAT;
    case model::ForwardingMethod::kSnat:
      return EK_METHOD_SNAT;
    case model::ForwardingMethod::kTunnel:
      return EK_METHOD_TUNNEL;
  }
  return EK_METHOD_DIRECT_ROUTING;
}

bool is_translated(ek_forwarding_method method) {
  return method >= EK_METHOD_NAT;
}

bool is_translated(const ek_real_server& record) {
  return is_translated(static_cast<ek_forwarding_method>(record.method));
}

// The data plane has an IPv4 address in the last word alone.
uint32_t folded(const ek_address& address) {
  std::array<ek_u32, 4> words;
  std::memcpy(words.data(), address.bytes, sizeof address.bytes);
  if (from_abi(address).is_ipv4()) words[2] = 0;
  return ek_folded_address(words.data());
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

ek_sources sources_of(const desired::VirtualService& want) {
  ek_sources sources{};
  for (const IpAddress& address : want.source_addresses) {
    if (sources.count < EK_MAX_SOURCES) sources.address[sources.count++] = to_abi(address);
  }
  return sources;
}

ek_service service_record(const desired::VirtualService& want) {
  ek_service record{};
  if (want.persistence.enabled) record.flags |= EK_SERVICE_PERSISTENT;
  if (want.one_packet) record.flags |= EK_SERVICE_ONE_PACKET;
  if (want.fallback == model::FallbackMode::kLocal) record.flags |= EK_SERVICE_FALLBACK_LOCAL;
  record.flags |= syn_flood_flag(want.syn_flood);
  record.half_open_limit = want.half_open_limit;
  record.scheduler = static_cast<ek_u8>(scheduler_of(want.scheduler));
  record.hash_input = static_cast<ek_u8>(hash_input_of(want.scheduler));
  record.ipv4_prefix = static_cast<ek_u8>(want.persistence.ipv4_prefix);
  record.ipv6_prefix = static_cast<ek_u8>(want.persistence.ipv6_prefix);
  set_timeouts(record);
  record.timeouts[EK_STATE_TEMPLATE] = timeout_seconds(want.persistence.timeout);
  return record;
}

std::string object_name(const desired::VirtualService& service) {
  return "virtual_service/" + service.label;
}

std::string object_name(const desired::VirtualService& service, const desired::RealServer& real_server) {
  return object_name(service) + "/real_server/" + real_server.label;
}

}  // namespace evenkeel::engines::l4_xdp
