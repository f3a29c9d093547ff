#include "engines/l4_xdp/connection_match.h"

#include <netinet/in.h>

namespace evenkeel::engines::l4_xdp {

ConnectionMatch::ConnectionMatch(const Program& program, const LabelBook& labels,
                                 const observed::ConnectionFilter& filter)
    : arrays_(*program.tables().arrays),
      filter_(filter),
      ticks_per_second_x256_(std::max<uint32_t>(1, program.identity().ticks_per_second_x256)) {
  if (filter.virtual_service.empty() && filter.real_server.empty()) return;
  const std::vector<uint32_t> ids = labels.real_server_ids(filter.virtual_service, filter.real_server);
  wanted_.insert(ids.begin(), ids.end());
  is_void_ = wanted_.empty();
}

const ek_real_server* ConnectionMatch::owner_of(const ek_connection& connection) const {
  const ek_real_server& server = arrays_.at<&ek_arrays::real_servers>(connection.real_server);
  const bool is_alive = server.service != 0 && server.generation == connection.real_server_generation;
  return is_alive ? &server : nullptr;
}

std::chrono::seconds ConnectionMatch::expire(const ek_set_header& header, size_t way, uint32_t tick) const {
  return std::chrono::seconds(uint64_t{header.expires[way] - tick} * 256 / ticks_per_second_x256_);
}

const char* ConnectionMatch::protocol_name(uint8_t protocol) {
  return protocol == IPPROTO_TCP ? "TCP" : protocol == IPPROTO_UDP ? "UDP" : "IP";
}

}  // namespace evenkeel::engines::l4_xdp
