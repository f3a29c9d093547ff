#include "engines/l4_xdp/writer.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/change.h"
#include "engines/l4_xdp/limits.h"

namespace evenkeel::engines::l4_xdp {
namespace {

// The services to apply when some objects were refused: without refused real servers, and with the last good version of
// refused services. Owns the altered copies.
class Accepted {
 public:
  Accepted(const desired::Layer4& want, const std::vector<ObjectStatus>& problems, const Ledger& ledger) {
    for (const ObjectStatus& problem : problems) refused_.insert(problem.object);
    std::unordered_set<std::string> seen;
    for (const desired::VirtualService& service : want.virtual_services) {
      if (!seen.insert(service.label).second) continue;  // the first of a label was judged on its own
      if (refused_.contains(object_name(service)))
        keep_last_good(service.label, ledger);
      else
        accept(service);
    }
  }

  std::span<const desired::VirtualService* const> services() const { return services_; }

 private:
  void keep_last_good(const std::string& label, const Ledger& ledger) {
    for (const auto& [id, in_force] : ledger.in_force) {
      if (in_force.want.label == label) services_.push_back(&copies_.emplace_back(in_force.want));
    }
  }

  void accept(const desired::VirtualService& service) {
    const auto is_refused = [&](const desired::RealServer& real_server) {
      return refused_.contains(object_name(service, real_server));
    };
    if (refused_.empty() || std::ranges::none_of(service.real_servers, is_refused)) {
      services_.push_back(&service);
      return;
    }
    desired::VirtualService& copy = copies_.emplace_back(service);
    std::erase_if(copy.real_servers, is_refused);
    services_.push_back(&copy);
  }

  std::unordered_set<std::string> refused_;
  std::deque<desired::VirtualService> copies_;
  std::vector<const desired::VirtualService*> services_;
};

}  // namespace

void set_next_hop(RealServerEntry& entry, const NextHop* next_hop) {
  ek_real_server& record = entry.record;
  if (next_hop == nullptr || (record.method == EK_METHOD_DIRECT_ROUTING && !next_hop->on_link)) {
    record.flags &= static_cast<ek_u8>(~EK_REAL_SERVER_HAS_NEXT_HOP);
    return;
  }
  std::ranges::copy(next_hop->mac.bytes, record.mac);
  std::ranges::copy(next_hop->source_mac.bytes, record.source_mac);
  record.interface_index = next_hop->interface_index;
  record.vlan = next_hop->vlan;
  record.mtu = static_cast<ek_u16>(std::min<uint32_t>(next_hop->mtu, UINT16_MAX));
  record.flags |= EK_REAL_SERVER_HAS_NEXT_HOP;
  entry.tunnel_source = to_abi(next_hop->source);
}

ApplyReport Writer::apply(const desired::Layer4& want) {
  ApplyReport report{.statuses = check_limits(want)};
  const Accepted accepted(want, report.statuses, ledger_);
  std::vector<ObjectStatus> failures = Change(tables_, labels_, ledger_).run(accepted.services());
  std::ranges::move(failures, std::back_inserter(report.statuses));
  return report;
}

void Writer::set_next_hop(const NextHop& next_hop) {
  const bool has_route = next_hop.state != NextHop::State::kNoRoute;
  if (has_route && next_hop.state != NextHop::State::kReachable) return;
  if (has_route)
    ledger_.next_hops.insert_or_assign(next_hop.address, next_hop);
  else
    ledger_.next_hops.erase(next_hop.address);
  for (const uint32_t id : ledger_.real_servers.at(next_hop.address)) {
    RealServerEntry entry{.id = id, .record = *ledger_.real_servers.find(id)};
    l4_xdp::set_next_hop(entry, has_route ? &next_hop : nullptr);
    write_changed(entry);
  }
}

void Writer::write_changed(const RealServerEntry& entry) {
  const bool is_tunnel = entry.record.method == EK_METHOD_TUNNEL;  // whose source is not in the record
  if (!is_tunnel && same_bytes(entry.record, *ledger_.real_servers.find(entry.id))) return;
  if (tables_.write_real_servers({&entry, 1})) {
    ledger_.real_servers.put(entry.id, entry.record);
  } else if (const auto service = ledger_.in_force.find(entry.record.service); service != ledger_.in_force.end()) {
    service->second.is_complete = false;  // the next apply writes it
  }
}

}  // namespace evenkeel::engines::l4_xdp
