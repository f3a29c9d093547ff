#include "flows.h"

#include <algorithm>

namespace evenkeel::packet {
namespace {

constexpr uint32_t kFragmentSeconds = 30;
constexpr size_t kTcpFlags = 13;

bool is_expired(uint32_t expires, uint32_t tick) {
  return static_cast<int32_t>(expires - tick) < 0;
}

bool opens(const Bytes& frame, const View& view) {
  return (frame[view.l4 + kTcpFlags] & (kSyn | kAck | kRst | kFin)) == kSyn;
}

bool is_closing(uint8_t state) {
  return state >= EK_STATE_FIN_WAIT && state <= EK_STATE_LAST_ACK;
}

Bytes fragment_key(const View& view) {
  Bytes key = view.source;
  key.insert(key.end(), view.destination.begin(), view.destination.end());
  key.insert(key.end(), view.fragment_id.begin(), view.fragment_id.end());
  key.push_back(view.fragment_protocol);
  return key;
}

WayBack way_of(const Bytes& frame, const View& view) {
  const uint16_t vlan = view.tags != 0 ? view.innermost_tag & 0xfff : 0;
  return {part(frame, 6, 12), vlan};
}

}  // namespace

bool is_way_noted(const Event& event) {
  return event.to_server != 0 || event.has(EK_REASON_TTL_EXPIRED) || event.has(EK_REASON_REDIRECT_FAILED);
}

bool Flows::is_live(const Flow& flow) const {
  const auto record = farm_.record(flow.tuple);
  return record && !is_expired(record->expires, farm_.plane().tick());
}

// Where a known client may be sent to another server: it asks for a connection again whose old one is over, or whose
// server is gone.
bool Flows::begins_anew(const Bytes& frame, const View& view, const Flow& flow, const Farm::Record& record) const {
  const uint32_t flags = farm_.server(flow.server).options.flags;
  const bool is_tcp = view.protocol == kTcp;
  if (is_tcp && !opens(frame, view)) return false;
  if ((flags & EK_REAL_SERVER_KEEPS_ESTABLISHED) == 0) return true;
  if (!is_tcp) return false;
  return is_closing(record.state) || (record.state == EK_STATE_SYN_RECV && (flags & EK_REAL_SERVER_TAKES_NEW) == 0);
}

const Flow* Flows::answered_by(const Tuple& tuple) const {
  for (const auto& [key, flow] : flows_) {
    if (key.protocol == tuple.protocol && is_translated(flow.server) && flow.source == tuple.to &&
        farm_.real_end(flow.server, key.to.port) == tuple.from && is_live(flow)) {
      return &flow;
    }
  }
  return nullptr;
}

bool Flows::has_own_answers(const Flow& flow) const {
  const Endpoint real = farm_.real_end(flow.server, flow.tuple.to.port);
  return std::ranges::none_of(flows_, [&](const auto& entry) {
    const auto& [key, other] = entry;
    return key != flow.tuple && key.protocol == flow.tuple.protocol && is_translated(other.server) &&
           other.source == flow.source && farm_.real_end(other.server, key.to.port) == real && is_live(other);
  });
}

// ---- before ----

void Flows::expect_fragment(Expected& expected) const {
  const auto found = fragments_.find(fragment_key(*expected.view));
  if (found == fragments_.end()) return;
  std::ranges::copy_if(found->second, std::back_inserter(expected.candidates),
                       [&](const auto& candidate) { return !is_expired(candidate.expires, farm_.plane().tick()); });
}

// About an answer that went to a client, or about a packet that went to a server.
void Flows::expect_error(const Bytes& frame, Expected& expected) const {
  expected.is_error = true;
  const auto carried = carried_tuple(frame, *expected.view);
  if (!carried || carried->from.address != expected.view->destination) return;
  const auto known = flows_.find(carried->turned());
  if (known != flows_.end() && is_live(known->second)) {
    expected.candidates.push_back({known->second, false, 0});
  } else if (const Flow* asking = answered_by(carried->turned())) {
    expected.candidates.push_back({*asking, true, 0});
  }
}

void Flows::expect_ports(const Bytes& frame, Expected& expected) const {
  expected.tuple = tuple_of(frame, *expected.view);
  if (!expected.tuple) return;
  if (const Flow* asking = answered_by(*expected.tuple)) {
    expected.candidates.push_back({*asking, true, 0});
    return;
  }
  expected.record = farm_.record(*expected.tuple);
  const auto known = flows_.find(*expected.tuple);
  expected.is_new = known == flows_.end() || !expected.record || !is_live(known->second) ||
                    begins_anew(frame, *expected.view, known->second, *expected.record);
  if (!expected.is_new) expected.candidates.push_back({known->second, false, 0});
}

Expected Flows::expect(const Bytes& frame) const {
  Expected expected;
  const bool is_to_group = (frame[0] & 1) != 0;
  if (!is_to_group) expected.view = view(frame);
  if (!expected.view) return expected;
  if (expected.view->is_later_fragment) {
    expect_fragment(expected);
  } else if (is_icmp_error(frame, *expected.view)) {
    expect_error(frame, expected);
  } else {
    expect_ports(frame, expected);
  }
  return expected;
}

// ---- afterwards ----

std::optional<Flow> Flows::flow_of(const Event& event, const Expected& expected, const View& out) const {
  const bool is_answer = event.from_server != 0;
  const uint32_t server = is_answer ? event.from_server : event.to_server;
  if (expected.is_new) {
    if (is_answer) return std::nullopt;
    const auto begun = flows_.find(*expected.tuple);
    return begun != flows_.end() ? begun->second : Flow{*expected.tuple, server, {}, {}};
  }
  for (const auto& [flow, answers, expires] : expected.candidates) {
    if (answers != is_answer || (flow.server != 0 && flow.server != server)) continue;
    // Later fragments of two answers look the same, but for whom they go to.
    if (is_answer && expected.candidates.size() > 1 && out.destination != flow.tuple.from.address) continue;
    const auto now = flows_.find(flow.tuple);
    return now != flows_.end() && now->second.server == flow.server ? now->second : flow;
  }
  return std::nullopt;
}

// A record that has not changed, though it might have, is the old flow's.
void Flows::note_request(const Event& event, const Expected& expected) {
  const auto record = farm_.record(*expected.tuple);
  if (!record) {
    flows_.erase(*expected.tuple);
    return;
  }
  Flow& flow = flows_[*expected.tuple];
  const bool noted = is_way_noted(event);
  const bool is_begun = expected.is_new && (noted || record != expected.record);
  if (flow.server == 0 || is_begun) flow = {*expected.tuple, record->server, record->source, {}};
  if (noted) flow.ways = {way_of(event.frame, *expected.view)};
}

void Flows::note_way_of_fragment(const Event& event, const Expected& expected) {
  if (!is_way_noted(event)) return;
  const WayBack way = way_of(event.frame, *expected.view);
  for (const auto& candidate : expected.candidates) {
    const auto found = flows_.find(candidate.flow.tuple);
    if (candidate.is_answer || found == flows_.end()) continue;
    if (expected.candidates.size() == 1) found->second.ways.clear();
    found->second.ways.push_back(way);
  }
}

Expected::Candidate Flows::note_for_later(const Event& event, const Expected& expected) const {
  const uint32_t expires = farm_.plane().tick() + kFragmentSeconds;
  if (expected.is_answer()) return {expected.candidates.front().flow, true, expires};
  const auto found = flows_.find(*expected.tuple);
  return {found != flows_.end() ? found->second : Flow{*expected.tuple, event.to_server, {}, {}}, false, expires};
}

// Of a first fragment that was dropped it cannot be told whether the others may follow it, or one before.
void Flows::note_first_fragment(const Event& event, const Expected& expected) {
  auto& notes = fragments_[fragment_key(*expected.view)];
  if (event.output.verdict == Verdict::kPass) {
    if (expected.view->destination == address_of(expected.view->ipv6 ? kFarm6 : kFarm4)) notes.clear();
    return;
  }
  if (event.is_sent() && !event.tells_sender()) notes.clear();
  notes.push_back(note_for_later(event, expected));
}

void Flows::note(const Event& event, const Expected& expected) {
  if (!expected.view) return;
  if (expected.view->is_later_fragment) note_way_of_fragment(event, expected);
  if (!expected.tuple) return;
  if (!expected.is_answer()) note_request(event, expected);
  if (expected.view->is_fragment) note_first_fragment(event, expected);
}

}  // namespace evenkeel::packet
