#pragma once
// Between the model's types and those of bpf/abi.h. Comparisons are by bytes: abi.h leaves no padding.

#include <cstring>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "bpf/abi.h"
#include "desired/state.h"
#include "model/virtual_service.h"

namespace evenkeel::engines::l4_xdp {

ek_address to_abi(const IpAddress& address);
IpAddress from_abi(const ek_address& address);
ek_forwarding_method method_of(model::ForwardingMethod method);
bool is_translated(ek_forwarding_method method);  // NAT, SNAT
bool is_translated(const ek_real_server& record);
uint32_t folded(const ek_address& address);                   // as the data plane has it: an IPv4 address is itself
std::vector<uint8_t> protocols_of(model::Protocol protocol);  // IPPROTO_TCP, IPPROTO_UDP
const char* state_name(uint8_t state);                        // as IPVS has it; a template is "NONE"

// Without what belongs to the slot (generation) and to the ring (ring_length).
ek_sources sources_of(const desired::VirtualService& want);
ek_service service_record(const desired::VirtualService& want);

template <class Record>
bool same_bytes(const Record& left, const Record& right) {
  static_assert(std::is_trivially_copyable_v<Record>);
  return std::memcmp(&left, &right, sizeof(Record)) == 0;
}

// The names of objects in ObjectStatus.
std::string object_name(const desired::VirtualService& service);
std::string object_name(const desired::VirtualService& service, const desired::RealServer& real_server);

}  // namespace evenkeel::engines::l4_xdp
