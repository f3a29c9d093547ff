#include "clients.h"

#include "decoded.h"

namespace evenkeel::packet {
namespace {

constexpr size_t kSequence = 4, kAcknowledged = 8;
constexpr uint32_t kBuildersAcknowledgement = 5000;  // Frame::tcp's

uint32_t get32(const Bytes& bytes, size_t at) {
  return uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2);
}

void put32(Bytes& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

bool is_segment(const std::optional<View>& view) {
  return view && view->l4_known && view->protocol == kTcp;
}

}  // namespace

Clients::Who Clients::who(const Bytes& frame, const View& view) {
  Who who = view.source;
  who.insert(who.end(), view.destination.begin(), view.destination.end());
  const auto ports = frame.begin() + static_cast<ptrdiff_t>(view.l4);
  who.insert(who.end(), ports, ports + 4);
  return who;
}

Bytes Clients::acknowledging(const Bytes& frame) const {
  const auto segment = view(frame);
  if (!is_segment(segment) || get32(frame, segment->l4 + kAcknowledged) != kBuildersAcknowledgement) return frame;
  const auto found = answered_.find(who(frame, *segment));
  if (found == answered_.end()) return frame;
  Bytes changed = frame;
  put32(changed, segment->l4 + kSequence, found->second.own + 1);
  put32(changed, segment->l4 + kAcknowledged, found->second.cookie + 1);
  if (segment->l4_checksum_holds == true) write_checksums(changed);
  return changed;
}

void Clients::note_cookie(const Bytes& syn, const Bytes& told) {
  const auto asked = view(syn), answer = view(told);
  if (!is_segment(asked) || !is_segment(answer)) return;
  answered_[who(syn, *asked)] = {.own = get32(syn, asked->l4 + kSequence),
                                 .cookie = get32(told, answer->l4 + kSequence)};
}

}  // namespace evenkeel::packet
