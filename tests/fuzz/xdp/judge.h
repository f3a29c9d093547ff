#pragma once
// The oracle: what leaves goes to its flow's own server, or to its flow's own client, with lengths and checksums as
// right as before; what passes is unchanged; and every packet is in one counter.

#include <set>

#include "event.h"
#include "farm.h"
#include "flows.h"
#include "translation.h"

namespace evenkeel::packet {

class Judge {
 public:
  explicit Judge(Farm& farm) : farm_(farm), flows_(farm) {}

  void before(const Bytes& frame) { expected_ = flows_.expect(frame); }
  void after(const Event& event);  // aborts if it is wrong

 private:
  void judge_sent(const Event& event) const;
  void judge_flow(const Sent& sent) const;
  void judge_answer(const Sent& sent) const;
  void judge_to_server(const Sent& sent) const;

  const Farm& farm_;
  Flows flows_;
  Expected expected_;
  std::set<Bytes> own_macs_;
};

}  // namespace evenkeel::packet
