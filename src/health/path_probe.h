#pragma once
// One look along the clients' path: is the virtual address alive on this real server? Pure: it is told what came and
// when its time is over, and says what to send.
//
// A real server that is dead is not to be blamed for its loopback. So before it says that the virtual address is
// missing, the probe asks at the real server's own address too, the same way: only one that answers there and not at
// the virtual address has a broken path.

#include <optional>
#include <string>
#include <vector>

#include "health/path_answer.h"
#include "health/path_packet.h"
#include "health/path_target.h"
#include "health/path_wire.h"

namespace evenkeel::health {

enum class PathOutcome {
  kOpen,        // the virtual address answers
  kBroken,      // the server answers, the virtual address does not
  kUndecided,   // it cannot be told: UDP that is silent
  kDeadServer,  // it cannot be told: the server does not answer at its own address either
  kNotChecked,  // trouble on our own side that will pass: says nothing, and is tried again soon
};

struct PathResult {
  PathOutcome outcome = PathOutcome::kNotChecked;
  std::string reason;  // one sentence for a person, with what to do where something is wrong
};

class PathProbe {
 public:
  struct Step {
    std::vector<Packet> send = {};
    std::optional<PathResult> result = {};  // the probe is over
  };
  // Who sent an answer: its MAC address, and which other real server has that one; empty: none.
  struct Sender {
    MacAddress mac;
    std::string other_server;
  };

  // `port`: ours, of both questions. The sequence numbers tell answers to this probe from those to earlier ones.
  PathProbe(PathTarget target, PathWay way, uint16_t port, uint32_t sequence, uint32_t own_sequence);

  Step begin() const;
  Step remind();  // half of the time is over
  PathResult expire(std::chrono::nanoseconds after) const;
  // None: it is no answer to this probe. `after`: since begin().
  std::optional<Step> take(const PathAnswer& answer, const Sender& sender, std::chrono::nanoseconds after);

  const PathWay& way() const { return way_; }
  uint16_t port() const { return flow_.source.port; }

 private:
  enum class Own { kNotAsked, kAsked, kAnswers, kRefuses };

  bool is_about(const PathAnswer& answer, const PathFlow& flow, uint32_t sequence) const;
  bool is_about_tunnel(const PathAnswer& answer) const;
  Packet question() const;
  Packet own_question() const;
  Packet along_path(Packet packet) const;
  Step take_virtual(const PathAnswer& answer, const Sender& sender, std::chrono::nanoseconds after);
  Step take_own(const PathAnswer& answer);
  Step open(const Sender& sender, std::chrono::nanoseconds after) const;
  void ask_own(Step& step);
  std::optional<PathResult> settled() const;
  std::string silence(std::chrono::nanoseconds after) const;

  PathTarget target_;
  PathWay way_;
  PathFlow flow_, own_flow_;
  uint32_t sequence_, own_sequence_;
  Own own_ = Own::kNotAsked;
  std::string refusal_;  // what the virtual address said, if it refused
};

}  // namespace evenkeel::health
