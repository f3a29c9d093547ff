#include "engines/l4_xdp/connection_table.h"

#include <bpf/bpf.h>

#include "engines/l4_xdp/connection_match.h"
#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint32_t kSetsPerSweep = 4096;
constexpr uint64_t kSetsPerPage = 1024;
constexpr size_t kRowsPerPage = 128;  // no further slice after so many

template <class Record>
observed::Connection row_of(const ConnectionMatch& match, const LabelBook& labels, const ek_set_header& header,
                            size_t way, const Record& record, const ek_real_server& server, uint32_t tick) {
  observed::Connection row;
  row.protocol = ConnectionMatch::protocol_name(record.protocol);
  row.expire = match.expire(header, way, tick);
  row.state = state_name(header.state[way]);
  row.source = client_of(record);
  row.virtual_endpoint = virtual_of(record);
  const bool translated = is_translated_record(record);
  row.destination = {from_abi(server.address),
                     translated ? ntohs(record.translation.real_port_be) : row.virtual_endpoint.port};
  if (translated && server.method == EK_METHOD_SNAT) row.source_address = source_of(record);
  model::RealServerKey key = labels.real_server(record.common.real_server);
  row.virtual_service = std::move(key.virtual_service);
  row.real_server = std::move(key.real_server);
  return row;
}

}  // namespace

uint64_t ConnectionTable::size() const {
  return (uint64_t{program_.identity().sets4} + program_.identity().sets6) * EK_SET_WAYS;
}

Result<ek_sweep> ConnectionTable::run_sweep(ek_sweep request) const {
  auto options = libbpf_options<bpf_test_run_opts>();
  options.ctx_in = &request;
  options.ctx_size_in = sizeof request;
  if (bpf_prog_test_run_opts(program_.sweep(), &options) != 0)
    return fail(system_error("cannot sweep the connection table"));
  return request;  // the kernel writes the answer over the question
}

Result<uint64_t> ConnectionTable::sweep() const {
  uint64_t used = 0;
  for (const uint32_t ipv6 : {0U, 1U}) {
    const uint32_t sets = ipv6 != 0 ? program_.identity().sets6 : program_.identity().sets4;
    for (uint32_t first = 0; first < sets; first += kSetsPerSweep) {
      ek_sweep request{};
      request.ipv6 = ipv6;
      request.first = first;
      request.count = std::min(kSetsPerSweep, sets - first);
      const auto swept = run_sweep(request);
      if (!swept) return fail(swept.error());
      used += swept->used;
    }
  }
  return used;
}

Result<uint32_t> ConnectionTable::tick() const {
  const auto now = run_sweep({});  // of no sets
  if (!now) return fail(now.error());
  return now->tick;
}

Result<observed::Page<observed::Connection>> ConnectionTable::connections(const observed::ConnectionFilter& filter,
                                                                          uint64_t position) const {
  observed::Page<observed::Connection> page;
  const ConnectionMatch match(program_, labels_, filter);
  if (match.is_void()) return page;
  const auto now = tick();
  if (!now) return fail(now.error());
  auto walked = walk_slices(program_, position, kSetsPerPage, [&](const auto& slice) {
    slice.visit(*now, [&](const ek_set_header& header, size_t way, const auto& record, uint32_t) {
      if (const ek_real_server* server = match.find(header, way, record))
        page.rows.push_back(row_of(match, labels_, header, way, record, *server, *now));
    });
    return page.rows.size() < kRowsPerPage;
  });
  if (!walked) return fail(walked.error());
  page.next = *walked;
  return page;
}

Result<observed::Page<observed::PersistenceEntry>> ConnectionTable::persistence(
    const observed::ConnectionFilter& filter, uint64_t position) const {
  observed::Page<observed::PersistenceEntry> page;
  const ConnectionMatch match(program_, labels_, filter);
  if (match.is_void()) return page;
  const auto now = tick();
  if (!now) return fail(now.error());
  auto walked = walk_slices(program_, position, kSetsPerPage, [&](const auto& slice) {
    slice.visit(*now, [&](const ek_set_header& header, size_t way, const auto& record, uint32_t) {
      const ek_real_server* server = record.template_service == 0 ? nullptr : match.find(header, way, record);
      if (server == nullptr) return;
      model::RealServerKey key = labels_.real_server(record.common.real_server);
      page.rows.push_back({.client = match.network_of(record),
                           .key = {},
                           .virtual_service = std::move(key.virtual_service),
                           .real_server = std::move(key.real_server),
                           .destination = from_abi(server->address),
                           .expire = match.expire(header, way, *now),
                           .is_confirmed = header.state[way] == EK_STATE_TEMPLATE});
    });
    return page.rows.size() < kRowsPerPage;
  });
  if (!walked) return fail(walked.error());
  page.next = *walked;
  return page;
}

}  // namespace evenkeel::engines::l4_xdp
