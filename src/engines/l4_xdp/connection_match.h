#pragma once
// Which ways of the connection table a filter means. What a list shows is thus exactly what clearing clears.

#include <chrono>
#include <unordered_set>

#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/table_walk.h"
#include "observed/connection.h"

namespace evenkeel::engines::l4_xdp {

class ConnectionMatch {
 public:
  // All of them outlive this.
  ConnectionMatch(const Program& program, const LabelBook& labels, const observed::ConnectionFilter& filter);

  // True when no connection can fit: there is nothing with these labels.
  bool is_void() const { return is_void_; }
  // The real server that it belongs to; null: does not fit, or dead since its real server was deleted.
  template <class Record>
  const ek_real_server* find(const ek_set_header& header, size_t way, const Record& record) const {
    if (!wanted_.empty() && !wanted_.contains(record.common.real_server)) return nullptr;
    if (filter_.client && !filter_.client->overlaps(network_of(record))) return nullptr;
    if (!filter_.state.empty() && filter_.state != state_name(header.state[way])) return nullptr;
    if (!filter_.protocol.empty() && filter_.protocol != protocol_name(record.protocol)) return nullptr;
    return owner_of(record.common);
  }

  // The client's address, of a persistence entry its network.
  template <class Record>
  IpPrefix network_of(const Record& record) const {
    const IpAddress client = client_of(record).address;
    if (record.template_service == 0) return {client, client.bits()};
    const ek_service& service = arrays_.at<&ek_arrays::services>(record.template_service & (EK_MAX_SERVICES - 1));
    return {client, client.is_ipv4() ? service.ipv4_prefix : service.ipv6_prefix};
  }

  std::chrono::seconds expire(const ek_set_header& header, size_t way, uint32_t tick) const;
  static const char* protocol_name(uint8_t protocol);

 private:
  const ek_real_server* owner_of(const ek_connection& connection) const;

  const SharedArrays& arrays_;
  const observed::ConnectionFilter& filter_;
  uint32_t ticks_per_second_x256_;
  std::unordered_set<uint32_t> wanted_;  // real servers; empty: any
  bool is_void_ = false;
};

}  // namespace evenkeel::engines::l4_xdp
