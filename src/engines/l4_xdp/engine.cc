#include "engines/l4_xdp/engine.h"

#include <algorithm>
#include <atomic>

#include "engines/l4_xdp/connection_table.h"
#include "engines/l4_xdp/explain.h"
#include "engines/l4_xdp/kernel_features.h"
#include "engines/l4_xdp/limits.h"
#include "engines/l4_xdp/links.h"
#include "engines/l4_xdp/pin_directory.h"
#include "engines/l4_xdp/program.h"
#include "engines/l4_xdp/reasons.h"
#include "engines/l4_xdp/source_port_count.h"
#include "engines/l4_xdp/writer.h"

namespace evenkeel::engines::l4_xdp {
namespace {

observed::Counters to_counters(const Totals& totals) {
  return {.packets = totals.packets,
          .bytes = totals.bytes,
          .connections = totals.connections,
          .active = totals.active,
          .inactive = totals.inactive,
          .packets_out = totals.packets_out,
          .bytes_out = totals.bytes_out};
}

void add(observed::Counters& sum, const observed::Counters& part) {
  sum.packets += part.packets;
  sum.bytes += part.bytes;
  sum.connections += part.connections;
  sum.active += part.active;
  sum.inactive += part.inactive;
  sum.packets_out += part.packets_out;
  sum.bytes_out += part.bytes_out;
}

}  // namespace

class L4Engine::Impl {
 public:
  Impl(PinDirectory directory, Program program)
      : directory_(std::move(directory)), program_(std::move(program)), links_(directory_, program_.xdp()) {}

  Result<> adopt() {
    if (auto recovered = writer_.recover(); !recovered) return recovered;
    if (auto adopted = links_.adopt(); !adopted) return adopted;
    return program_.start_sweeping();
  }

  void decide_checksums(const std::vector<Interface>& interfaces) {
    program_.tables().arrays->all<&ek_arrays::partial_checksums>() =
        std::ranges::none_of(interfaces, &Interface::leaves_checksums) ? EK_CHECKSUMS_WHOLE
        : links_.are_native()                                          ? EK_CHECKSUMS_COMPLETED
                                                                       : EK_CHECKSUMS_LEFT;
  }

  Result<> sweep() {
    const auto used = table_.sweep();
    if (!used) return fail(used.error());
    connections_used_ = *used;
    return {};
  }

  // Ends of connections that began under the slot's last service may be counted before its own begin.
  uint64_t half_open_of(uint32_t service) const {
    const auto count = static_cast<int32_t>(program_.tables().arrays->at<&ek_arrays::service_live>(service).half_open);
    return static_cast<uint64_t>(std::max(count, 0));
  }
  Result<> count_real_servers(const Counted& counted, Counters& counters) const;
  Result<> count_reasons(const Counted& counted, Counters& counters) const;

  PinDirectory directory_;
  Program program_;
  BpfTables tables_{program_.tables()};
  LabelBook labels_;
  Writer writer_{tables_, labels_};
  Links links_;
  ConnectionTable table_{program_, labels_};
  ReasonCounts reasons_{program_};
  Explainer explainer_{program_, tables_, writer_.ledger(), labels_};
  std::atomic<uint64_t> connections_used_ = 0;  // at the last sweep
};

Result<> L4Engine::Impl::count_real_servers(const Counted& counted, Counters& counters) const {
  const std::vector<uint32_t>& ids = counted.real_servers;
  const auto totals = tables_.read_totals(ids);
  if (!totals) return fail(totals.error());
  for (size_t index = 0; index < ids.size(); ++index) {
    const model::RealServerKey key = labels_.real_server(ids[index]);
    if (key.real_server.empty()) continue;  // found in the maps, not claimed by an apply yet, or gone meanwhile
    const observed::Counters value = to_counters((*totals)[index]);
    counters.real_servers[key] = value;
    add(counters.virtual_services[key.virtual_service], value);
  }
  for (const Counted::Service& service : counted.services) {
    counters.half_open[service.label] = half_open_of(service.id);
    add(counters.virtual_services[service.label], service.deleted);
  }
  return {};
}

Result<> L4Engine::Impl::count_reasons(const Counted& counted, Counters& counters) const {
  auto all = reasons_.of_all();
  if (!all) return fail(all.error());
  counters.reasons = std::move(*all);
  const auto by_service = reasons_.by_service();
  if (!by_service) return fail(by_service.error());
  SlotOwners owners;
  for (const Counted::Service& service : counted.services)
    owners[service.id] = {.generation = service.generation, .label = service.label};
  counters.service_reasons = by_label(*by_service, owners);
  return {};
}

Result<std::unique_ptr<L4Engine>> L4Engine::open(const Options& options) {
  if (auto checked = check_kernel(SystemKernelProbe()); !checked) return fail(checked.error());
  auto directory = PinDirectory::open(options.pin_directory);
  if (!directory) return fail(directory.error());
  auto program = Program::load(*directory, {options.ipv4_connections, options.ipv6_connections});
  if (!program) return fail(program.error());
  auto impl = std::make_unique<Impl>(std::move(*directory), std::move(*program));
  if (auto adopted = impl->adopt(); !adopted) return fail(adopted.error());
  return std::unique_ptr<L4Engine>(new L4Engine(std::move(impl)));
}

L4Engine::L4Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
L4Engine::~L4Engine() = default;

std::vector<ObjectStatus> L4Engine::check(const desired::Layer4& want) const {
  return check_limits(want);
}

Result<ApplyReport> L4Engine::apply(const desired::Layer4& want) {
  return impl_->writer_.apply(want);
}

ApplyReport L4Engine::attach(const std::vector<Interface>& interfaces) {
  impl_->decide_checksums(interfaces);  // as the mode was: the first frame comes before it is known anew
  auto report = impl_->links_.attach(interfaces);
  impl_->decide_checksums(interfaces);
  return report;
}

void L4Engine::set_next_hop(const NextHop& next_hop) {
  impl_->writer_.set_next_hop(next_hop);
}

Result<> L4Engine::sweep() {
  return impl_->sweep();
}

L4Engine::Counted L4Engine::counted() const {
  const Ledger& ledger = impl_->writer_.ledger();
  Counted counted{.real_servers = ledger.real_servers.ids(), .services = {}};
  for (const auto& [id, in_force] : ledger.in_force) {
    const auto deleted = ledger.deleted.find(id);
    const bool has_deleted = deleted != ledger.deleted.end();
    counted.services.push_back({.id = id,
                                .generation = ledger.services.at(id).generation,
                                .label = in_force.want.label,
                                .deleted = has_deleted ? to_counters(deleted->second) : observed::Counters{}});
  }
  return counted;
}

Result<L4Engine::Counters> L4Engine::counters(const Counted& counted) const {
  Counters counters;
  if (auto done = impl_->count_real_servers(counted, counters); !done) return fail(done.error());
  if (auto done = impl_->count_reasons(counted, counters); !done) return fail(done.error());
  counters.connection_table_size = impl_->table_.size();
  counters.connection_table_used = impl_->connections_used_;
  return counters;
}

Result<observed::Page<observed::Connection>> L4Engine::connections(const observed::ConnectionFilter& filter,
                                                                   uint64_t position) const {
  return impl_->table_.connections(filter, position);
}

Result<observed::Page<observed::PersistenceEntry>> L4Engine::persistence(const observed::ConnectionFilter& filter,
                                                                         uint64_t position) const {
  return impl_->table_.persistence(filter, position);
}

Result<observed::ClearedPage> L4Engine::clear_persistence(const observed::ConnectionFilter& filter,
                                                          uint64_t position) const {
  return impl_->table_.clear_persistence(filter, position);
}

Result<std::vector<observed::SourcePorts>> L4Engine::source_ports() const {
  SourcePortCount count(impl_->program_, impl_->labels_);
  for (bool has_more = true; has_more;) {
    const auto counted = count.count_page();
    if (!counted) return fail(counted.error());
    has_more = *counted;
  }
  return count.result();
}

uint64_t L4Engine::most_source_ports() const {
  return engines::l4_xdp::most_source_ports(*impl_->program_.tables().arrays, impl_->labels_);
}

Result<observed::Explanation> L4Engine::explain(const observed::ExplainQuery& query) const {
  return impl_->explainer_.explain(query);
}

}  // namespace evenkeel::engines::l4_xdp
