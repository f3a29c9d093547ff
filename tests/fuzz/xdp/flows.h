#pragma once
// What an oracle remembers of the flows that have passed, so that it can say of the next packet whose it is. It asks
// the program's table only whether a flow is still there: which server a flow has it knows from when the flow began.

#include <map>
#include <optional>
#include <vector>

#include "event.h"
#include "farm.h"
#include "tuple.h"
#include "view.h"

namespace evenkeel::packet {

struct WayBack {
  Bytes mac;
  uint16_t vlan = 0;
  bool operator==(const WayBack&) const = default;
};

struct Flow {
  Tuple tuple;                // as the client writes it
  uint32_t server = 0;        // 0: any of its service's; only of what left nothing in the table
  Endpoint source;            // what a server of NAT or SNAT takes for the client
  std::vector<WayBack> ways;  // by which the client's last packet came; more than one: it cannot be told which
};

// Whose a frame is, before the program has seen it.
struct Expected {
  struct Candidate {
    Flow flow;
    bool is_answer = false;
    uint32_t expires = 0;  // of a first fragment
  };

  std::optional<View> view;    // nothing: it must not be sent
  std::optional<Tuple> tuple;  // if it has ports of its own
  bool is_error = false;       // of ICMP
  bool is_new = false;         // it may begin a flow, if a service has it
  std::optional<Farm::Record> record;
  std::vector<Candidate> candidates;  // otherwise it is of one of these, or must not be sent

  bool is_answer() const { return tuple && !candidates.empty() && candidates.front().is_answer; }
};

class Flows {
 public:
  explicit Flows(Farm& farm) : farm_(farm) {}

  Expected expect(const Bytes& frame) const;
  void note(const Event& event, const Expected& expected);
  // The flow that a frame has turned out to be of. Nothing: it is of none that it may be of.
  std::optional<Flow> flow_of(const Event& event, const Expected& expected, const View& out) const;
  // Nobody else who is in the table has the same answers.
  bool has_own_answers(const Flow& flow) const;
  bool is_translated(uint32_t server) const { return farm_.server(server).options.method >= EK_METHOD_NAT; }

 private:
  bool is_live(const Flow& flow) const;
  bool begins_anew(const Bytes& frame, const View& view, const Flow& flow, const Farm::Record& record) const;
  const Flow* answered_by(const Tuple& tuple) const;
  void expect_fragment(Expected& expected) const;
  void expect_error(const Bytes& frame, Expected& expected) const;
  void expect_ports(const Bytes& frame, Expected& expected) const;
  void note_request(const Event& event, const Expected& expected);
  void note_way_of_fragment(const Event& event, const Expected& expected);
  void note_first_fragment(const Event& event, const Expected& expected);
  Expected::Candidate note_for_later(const Event& event, const Expected& expected) const;

  Farm& farm_;
  std::map<Tuple, Flow> flows_;
  std::map<Bytes, std::vector<Expected::Candidate>> fragments_;  // by what all fragments of a packet share
};

// The program has learnt from the event by which way its client is reached.
bool is_way_noted(const Event& event);

}  // namespace evenkeel::packet
