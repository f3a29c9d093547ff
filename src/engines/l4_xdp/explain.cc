#include "engines/l4_xdp/explain.h"

#include <bpf/bpf.h>
#include <netinet/in.h>

#include <array>

#include "engines/l4_xdp/explain_packet.h"
#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {
namespace {

const InForce* find_service(const Ledger& ledger, const std::string& label) {
  for (const auto& [id, in_force] : ledger.in_force) {
    if (in_force.want.label == label) return &in_force;
  }
  return nullptr;
}

}  // namespace

Result<observed::Explanation> Explainer::explain(const observed::ExplainQuery& query) {
  const InForce* service = find_service(ledger_, query.virtual_service);
  if (service == nullptr)
    return fail(ErrorCode::kNotFound, "there is no such virtual service", "virtual service " + query.virtual_service);
  const desired::VirtualService& want = service->want;
  if (want.address.family() != query.client.address.family()) {
    return fail(ErrorCode::kInvalidArgument, "the client and the virtual service are not both IPv4 or both IPv6",
                "virtual service " + query.virtual_service);
  }
  const model::Protocol protocol = query.protocol.value_or(want.protocol);
  const uint8_t number = protocol == model::Protocol::kUdp ? IPPROTO_UDP : IPPROTO_TCP;
  ExplanationContext context;
  context.client = query.client;
  context.virtual_endpoint = {want.address, query.port.value_or(want.ports.first())};
  auto answer = ask(first_packet(query.client, context.virtual_endpoint, number));
  if (!answer) return fail(answer.error());

  context.virtual_service = labels_.service(answer->service);
  context.real_server = labels_.real_server(answer->real_server).real_server;
  if (const auto in_force = ledger_.in_force.find(answer->service); in_force != ledger_.in_force.end())
    context.scheduler = in_force->second.want.scheduler;
  if (const ek_real_server* record = ledger_.real_servers.find(answer->real_server)) {
    context.weight = record->weight;
    if (const auto totals = tables_.read_totals({&answer->real_server, 1})) context.totals = totals->front();
  }
  return to_words(*answer, context);
}

Result<ek_explanation> Explainer::ask(const std::vector<uint8_t>& frame) {
  if (!explaining_) {
    auto program = program_.load_explaining();
    if (!program) return fail(program.error());
    explaining_ = std::move(*program);
  }
  std::vector<uint8_t> out(frame.size() + 256);
  auto options = libbpf_options<bpf_test_run_opts>();
  options.data_in = frame.data();
  options.data_size_in = static_cast<uint32_t>(frame.size());
  options.data_out = out.data();
  options.data_size_out = static_cast<uint32_t>(out.size());
  options.repeat = 1;
  const uint32_t key = 0;
  ek_explanation answer{};
  const int map = program_.map("explanation");
  if (bpf_map_update_elem(map, &key, &answer, BPF_ANY) != 0)
    return fail(system_error("cannot clear the map explanation"));
  if (bpf_prog_test_run_opts(explaining_->explain(), &options) != 0)
    return fail(system_error("cannot run the explaining program"));
  if (bpf_map_lookup_elem(map, &key, &answer) != 0) return fail(system_error("cannot read the map explanation"));
  return answer;
}

}  // namespace evenkeel::engines::l4_xdp
