#include "engines/l4_xdp/source_port_count.h"

#include <algorithm>
#include <unordered_map>

#include "engines/l4_xdp/connection_match.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint64_t kSetsPerPage = 1024;

}  // namespace

// An entry that has expired holds its port until it is swept, which is within two seconds: it need not be told apart.
Result<bool> SourcePortCount::count_page() {
  const SharedArrays& arrays = *program_.tables().arrays;
  auto next = walk_slices(program_, position_, kSetsPerPage, [&](const auto& slice) {
    slice.visit_all([&](const auto& record) {
      const ek_real_server& server = arrays.at<&ek_arrays::real_servers>(record.common.real_server);
      if (!is_translated_record(record) || server.method != EK_METHOD_SNAT) return;
      const Key key{source_of(record).address,
                    {from_abi(server.address), ntohs(record.translation.real_port_be)},
                    record.protocol};
      Used& used = used_[key];
      ++used.ports;
      used.real_servers.insert(record.common.real_server);
    });
    return true;
  });
  if (!next) return fail(next.error());
  position_ = next->value_or(0);
  return next->has_value();
}

std::vector<observed::SourcePorts> SourcePortCount::result() const {
  std::vector<observed::SourcePorts> rows;
  for (const auto& [key, used] : used_) {
    observed::SourcePorts& row = rows.emplace_back();
    row.source_address = key.source;
    row.destination = key.destination;
    row.protocol = ConnectionMatch::protocol_name(key.protocol);
    row.used = used.ports;
    for (const uint32_t id : used.real_servers) {
      if (auto label = labels_.real_server(id); !label.real_server.empty())
        row.real_servers.push_back(std::move(label));
    }
  }
  std::ranges::sort(rows, std::ranges::greater(), &observed::SourcePorts::used);
  return rows;
}

uint64_t most_source_ports(const SharedArrays& arrays, const LabelBook& labels) {
  std::unordered_map<IpAddress, uint64_t> connections;
  uint64_t most = 0;
  for (const uint32_t id : labels.real_server_ids({}, {})) {
    const ek_real_server& server = arrays.at<&ek_arrays::real_servers>(id);
    if (server.method != EK_METHOD_SNAT) continue;
    const ek_real_server_live& live = arrays.at<&ek_arrays::real_server_live>(id);
    most = std::max(most, connections[from_abi(server.address)] += uint64_t{live.active} + live.inactive);
  }
  return most;
}

}  // namespace evenkeel::engines::l4_xdp
