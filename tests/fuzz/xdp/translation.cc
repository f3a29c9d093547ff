#include "translation.h"

#include "decoded.h"

namespace evenkeel::packet {
namespace {

// Sender and receiver afterwards.
Tuple wanted_tuple(const Sent& sent, const Farm& farm) {
  const Tuple& tuple = sent.flow.tuple;
  if (sent.is_answer) return tuple.turned();
  const bool is_snat = sent.server.options.method == EK_METHOD_SNAT;
  return {tuple.protocol, is_snat ? sent.flow.source : tuple.from, farm.real_end(sent.id, tuple.to.port)};
}

// An error's own sender becomes another one only if it is the other end; a router in between keeps its address.
void judge_error(const Sent& sent, const Tuple& wanted, const Farm& farm) {
  const Tuple& tuple = sent.flow.tuple;
  const Bytes other_end = sent.is_answer ? farm.real_end(sent.id, tuple.to.port).address : tuple.from.address;
  const Bytes& source = sent.in.source == other_end ? wanted.from.address : sent.in.source;
  require(sent.out.source == source, "an ICMP error from another address", sent.event);
  require(sent.out.destination == wanted.to.address, "an ICMP error to another address", sent.event);
  require(carried_tuple(sent.event.output.bytes, sent.out) == wanted.turned(),
          "an ICMP error about a packet that its receiver did not send", sent.event);
}

void judge_ends(const Sent& sent, const Farm& farm) {
  const Tuple wanted = wanted_tuple(sent, farm);
  if (sent.expected.is_error) {
    judge_error(sent, wanted, farm);
    return;
  }
  require(sent.out.destination == wanted.to.address, "translated to another address", sent.event);
  require(sent.out.source == wanted.from.address, "translated from another address", sent.event);
  if (sent.in.is_later_fragment) return;
  require(tuple_of(sent.event.output.bytes, sent.out) == wanted, "translated to or from another port", sent.event);
}

// Of a handshake that is made twice: the client's acknowledgement of a cookie becomes a SYN, the answer to that a
// segment which opens the client's window.
bool is_made_anew(const Sent& sent) {
  constexpr size_t kFlags = 13;
  const bool is_segment = sent.in.l4_known && sent.out.l4_known && sent.in.protocol == kTcp;
  if (sent.server.port != kCookiePort || !is_segment) return false;
  const uint8_t before = sent.given[sent.in.l4 + kFlags], after = sent.event.output.bytes[sent.out.l4 + kFlags];
  return ((before ^ after) & kSyn) != 0;
}

void judge_made_anew(const Sent& sent) {
  constexpr size_t kSynLength = 28, kOpenerLength = 21;
  const View &in = sent.in, &out = sent.out;
  require(out.protocol == kTcp && out.l4 - out.ip == in.l4 - in.ip, "another header before a segment made anew",
          sent.event);
  require(out.end - out.l4 == (sent.is_answer ? kOpenerLength : kSynLength), "a segment made anew of another length",
          sent.event);
  require(out.ip_checksum_holds && out.l4_checksum_holds == true, "a segment made anew with a wrong checksum",
          sent.event);
}

void judge_rest(const Sent& sent) {
  const View &in = sent.in, &out = sent.out;
  const Event& event = sent.event;
  require(out.end - out.ip == in.end - in.ip, "translation changed the length", event);
  require(out.protocol == in.protocol && out.l4 - out.ip == in.l4 - in.ip, "translation changed the headers", event);
  require(!in.ip_checksum_holds || out.ip_checksum_holds, "the IP header's checksum is wrong now", event);
  require(in.l4_checksum_holds != true || out.l4_checksum_holds == true, "layer 4's checksum is wrong now", event);
  if (sent.expected.is_error) return;
  const size_t header = in.is_later_fragment ? 0 : in.protocol == kTcp ? 20 : 8;
  require(part(sent.given, in.l4 + header, in.end) == part(event.output.bytes, out.l4 + header, out.end),
          "translation changed the payload", event);
}

}  // namespace

void judge_translated(const Sent& sent, const Farm& farm) {
  judge_ends(sent, farm);
  if (is_made_anew(sent)) {
    judge_made_anew(sent);
  } else {
    judge_rest(sent);
  }
}

}  // namespace evenkeel::packet
