#include "judge.h"

#include <algorithm>

namespace evenkeel::packet {
namespace {

bool says_nothing_of_the_verdict(uint32_t reason) {
  return reason == EK_REASON_TABLE_FULL || reason == EK_REASON_TEMPLATE_TABLE_FULL ||
         reason == EK_REASON_EVICTED_HALF_OPEN;
}
bool is_reason_to_pass(uint32_t reason) {
  return reason == EK_REASON_FALLBACK || reason == EK_REASON_NOT_A_CONNECTION || reason == EK_REASON_ICMP_UNKNOWN;
}

void judge_counters(const Event& event) {
  const auto drops = std::ranges::count_if(event.reasons, [](uint32_t reason) {
    return !says_nothing_of_the_verdict(reason) && !is_reason_to_pass(reason);
  });
  const auto passes = std::ranges::count_if(event.reasons, is_reason_to_pass);
  if (event.output.verdict == Verdict::kPass) {
    require(event.counted == 0 && drops == 0 && passes <= 1, "counters of a packet that passes", event);
  } else if (event.output.verdict == Verdict::kDrop) {
    require(drops == 1 || event.has(EK_REASON_TABLE_FULL), "a drop without its one reason", event);
    require(passes == 0, "a drop that was counted as left to the local stack", event);
    require(event.counted == 0, "a drop that was counted as forwarded", event);
  } else if (!event.tells_sender()) {
    require(event.counted == 1 && drops == 0 && passes == 0, "counters of a forwarded packet", event);
  }
}

// Back to where it came from, and all right on its own.
void judge_told(const Event& event, const View& in, const View& out) {
  const Bytes& bytes = event.output.bytes;
  require(event.output.verdict == Verdict::kTransmit, "told by another interface", event);
  require(part(bytes, 0, 6) == part(event.frame, 6, 12) && part(bytes, 6, 12) == part(event.frame, 0, 6),
          "told somebody else", event);
  require(out.source == in.destination && out.destination == in.source, "told another address", event);
  require(out.ip_checksum_holds && out.l4_checksum_holds == true, "told with a wrong checksum", event);
}

void judge_tag(const Sent& sent, uint16_t vlan) {
  const View& out = sent.out;
  if (vlan == 0) {
    require(out.tags == 0, "a tag that does not belong there", sent.event);
    return;
  }
  require((out.innermost_tag & 0xfff) == vlan, "another VLAN", sent.event);
  require(out.tags == 1 || out.tags == sent.in.tags, "more tags than before", sent.event);
}

void judge_direct(const Sent& sent) {
  require(part(sent.given, sent.in.ip, sent.in.end) == part(sent.event.output.bytes, sent.out.ip, sent.out.end),
          "direct routing changed the packet", sent.event);
}

void judge_tunnel(const Sent& sent) {
  const View &in = sent.in, &out = sent.out;
  const RealServerOptions& options = sent.server.options;
  require(out.protocol == (in.ipv6 ? 41 : 4) && out.ipv6 == in.ipv6, "not in a tunnel", sent.event);
  require(out.destination == address_of(options.address), "a tunnel to another address", sent.event);
  require(out.source == address_of(options.tunnel_source), "a tunnel from another address", sent.event);
  require(out.ip_checksum_holds, "outer header with a wrong checksum", sent.event);
  require(out.end - out.l4 == in.end - in.ip, "the outer header's length is wrong", sent.event);
  require(part(sent.given, in.ip, in.end) == part(sent.event.output.bytes, out.l4, out.end),
          "the packet in the tunnel was changed", sent.event);
  require(options.mtu == 0 || out.end - out.ip <= options.mtu, "larger than the way's MTU", sent.event);
}

}  // namespace

void Judge::after(const Event& event) {
  require(event.output.verdict != Verdict::kAborted, "aborted", event);
  judge_counters(event);
  flows_.note(event, expected_);
  if (is_way_noted(event) && expected_.view) own_macs_.insert(part(event.frame, 0, 6));
  if (event.output.verdict == Verdict::kPass) {
    require(event.output.bytes == event.frame, "a frame that passes was changed", event);
  } else if (event.is_sent()) {
    judge_sent(event);
  }
}

void Judge::judge_sent(const Event& event) const {
  require(expected_.view.has_value(), "a frame that could not be read, or is for a group, was forwarded", event);
  const auto out = view(event.output.bytes);
  require(out.has_value(), "a frame that cannot be read left", event);
  require(out->end <= event.output.bytes.size(), "a packet longer than its frame left", event);
  if (event.tells_sender()) {
    judge_told(event, *expected_.view, *out);
    return;
  }
  const Bytes given = event.partial_checksums ? completed(event.frame, *expected_.view) : event.frame;
  const auto in = view(given);
  const uint32_t id = event.from_server != 0 ? event.from_server : event.to_server;
  require(id != 0 && id <= farm_.server_count(), "to no real server", event);
  const auto flow = flows_.flow_of(event, expected_, *out);
  require(flow.has_value(), "to or from a real server that is not its flow's", event);
  const Sent sent = {event, given, *in, *out, expected_, *flow, id, farm_.server(id), event.from_server != 0};
  judge_flow(sent);
  if (sent.is_answer) {
    judge_answer(sent);
  } else {
    judge_to_server(sent);
  }
}

// Is it a flow that may have this server, and is that what the table says?
void Judge::judge_flow(const Sent& sent) const {
  const Flow& flow = sent.flow;
  require(sent.server.ipv6 == sent.in.ipv6, "a real server of the other family", sent.event);
  require(Farm::service_port(flow.tuple) == sent.server.port, "a real server of another service", sent.event);
  require(flow.server == 0 || flow.server == sent.id, "another real server than the table says", sent.event);
  if (!sent.expected.tuple || sent.is_answer) return;
  const auto record = farm_.record(flow.tuple);
  require(!record || record->server == sent.id, "the table names another real server", sent.event);
  if (!flows_.is_translated(sent.id)) return;
  require(record.has_value() && record->source == flow.source, "translated, and not as in the table", sent.event);
  require(flows_.has_own_answers(flow), "two flows have the same answers", sent.event);
  if (sent.server.options.method != EK_METHOD_SNAT) return;
  require(flow.source.address == flow.tuple.to.address, "a source address that is not the service's", sent.event);
}

void Judge::judge_answer(const Sent& sent) const {
  const Bytes& bytes = sent.event.output.bytes;
  const auto is_right = [&](const WayBack& way) { return way.mac == part(bytes, 0, 6); };
  const auto way = std::ranges::find_if(sent.flow.ways, is_right);
  require(way != sent.flow.ways.end(), "an answer to a MAC address that is not its client's", sent.event);
  require(own_macs_.contains(part(bytes, 6, 12)), "an answer from a MAC address that is not ours", sent.event);
  require(sent.event.output.verdict == Verdict::kTransmit, "an answer by another interface", sent.event);
  judge_tag(sent, way->vlan);
  judge_translated(sent, farm_);
}

void Judge::judge_to_server(const Sent& sent) const {
  const Bytes& bytes = sent.event.output.bytes;
  const RealServerOptions& options = sent.server.options;
  require(part(bytes, 0, 6) == DataPlane::mac_of(sent.id), "to another MAC address", sent.event);
  require(part(bytes, 6, 12) == DataPlane::source_mac(), "from another MAC address", sent.event);
  require((sent.event.output.verdict == Verdict::kTransmit) == (options.interface_index == kIngress),
          "by another interface", sent.event);
  judge_tag(sent, options.vlan);
  if (options.method == EK_METHOD_DIRECT_ROUTING) {
    judge_direct(sent);
  } else if (options.method == EK_METHOD_TUNNEL) {
    judge_tunnel(sent);
  } else {
    judge_translated(sent, farm_);
  }
}

}  // namespace evenkeel::packet
