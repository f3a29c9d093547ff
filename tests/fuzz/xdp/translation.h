#pragma once
// How NAT and SNAT must have written a packet: to the server's own address and port, or to the client's.

#include "event.h"
#include "farm.h"
#include "flows.h"
#include "view.h"

namespace evenkeel::packet {

// A packet that was sent, and all that is known about it.
struct Sent {
  const Event& event;
  const Bytes& given;  // the frame, its checksum completed where it was partial
  const View& in;      // of `given`
  const View& out;
  const Expected& expected;
  const Flow& flow;
  uint32_t id;  // of the real server that it goes to or comes from
  const Farm::Server& server;
  bool is_answer;
};

void judge_translated(const Sent& sent, const Farm& farm);

}  // namespace evenkeel::packet
