#include "health/path_probe.h"

#include <utility>

#include "health/path_words.h"

namespace evenkeel::health {

using Kind = PathAnswer::Kind;

PathProbe::PathProbe(PathTarget target, PathWay way, uint16_t port, uint32_t sequence, uint32_t own_sequence)
    : target_(std::move(target)),
      way_(std::move(way)),
      flow_{{way_.source, port}, target_.virtual_endpoint},
      own_flow_{{way_.source, port}, {target_.address, target_.own_port}},
      sequence_(sequence),
      own_sequence_(own_sequence) {}

Packet PathProbe::question() const {
  if (!target_.is_udp) return render_syn(flow_, sequence_);
  return render_datagram(flow_, question_for(flow_.target.port));
}

Packet PathProbe::own_question() const {
  if (!target_.is_udp) return render_syn(own_flow_, own_sequence_);
  return render_datagram(own_flow_, question_for(own_flow_.target.port));
}

// Only what is for the virtual address travels in the tunnel, as clients' packets do.
Packet PathProbe::along_path(Packet packet) const {
  return target_.is_tunnel ? in_tunnel(packet, way_.source, target_.address) : packet;
}

PathProbe::Step PathProbe::begin() const {
  return {.send = {along_path(question())}, .result = {}};
}

void PathProbe::ask_own(Step& step) {
  if (own_ != Own::kNotAsked) return;
  own_ = Own::kAsked;
  step.send.push_back(own_question());
}

// One lost packet is nobody's fault: the question is repeated, and the other one asked.
PathProbe::Step PathProbe::remind() {
  Step step;
  if (refusal_.empty()) step.send.push_back(along_path(question()));
  if (own_ == Own::kAsked) step.send.push_back(own_question());
  if (!target_.is_udp) ask_own(step);
  return step;
}

PathResult PathProbe::expire(std::chrono::nanoseconds after) const {
  if (target_.is_udp) {
    // A server that has refused is alive; its own address, where something takes the datagram, is silent.
    return refusal_.empty() ? PathResult{PathOutcome::kUndecided, udp_is_silent(target_)}
                            : PathResult{PathOutcome::kBroken, refusal_};
  }
  if (own_ != Own::kAnswers) return {PathOutcome::kDeadServer, server_is_silent(target_)};
  return {PathOutcome::kBroken, refusal_.empty() ? path_is_silent(target_, way_, after) : refusal_};
}

bool PathProbe::is_about(const PathAnswer& answer, const PathFlow& flow, uint32_t sequence) const {
  if (answer.flow != flow) return false;
  switch (answer.kind) {
    case Kind::kSynAck:
    case Kind::kReset:
      return !target_.is_udp && answer.acknowledged == sequence + 1;
    case Kind::kDatagram:
      return target_.is_udp;
    case Kind::kUnreachable:
      return target_.is_udp || answer.quoted_sequence == sequence;
  }
  return false;
}

// An error about the outer packet that quotes none of the inner one.
bool PathProbe::is_about_tunnel(const PathAnswer& answer) const {
  return target_.is_tunnel && answer.kind == Kind::kUnreachable && answer.tunnel_end == target_.address &&
         answer.flow == PathFlow{};
}

std::optional<PathProbe::Step> PathProbe::take(const PathAnswer& answer, const Sender& sender,
                                               std::chrono::nanoseconds after) {
  if (is_about(answer, flow_, sequence_) || is_about_tunnel(answer)) return take_virtual(answer, sender, after);
  if (is_about(answer, own_flow_, own_sequence_)) return take_own(answer);
  return std::nullopt;
}

PathProbe::Step PathProbe::take_virtual(const PathAnswer& answer, const Sender& sender,
                                        std::chrono::nanoseconds after) {
  if (answer.kind == Kind::kSynAck || answer.kind == Kind::kDatagram) return open(sender, after);
  refusal_ = answer.kind == Kind::kReset ? path_is_refused(target_) : path_is_unreachable(target_, answer);
  Step step;
  ask_own(step);
  step.result = settled();
  return step;
}

PathProbe::Step PathProbe::open(const Sender& sender, std::chrono::nanoseconds after) const {
  Step step;
  if (!target_.is_udp) step.send.push_back(along_path(render_reset(flow_, sequence_ + 1)));
  if (way_.is_direct && !sender.other_server.empty()) {
    step.result = {PathOutcome::kBroken, answered_by_other(target_, sender.mac, sender.other_server)};
  } else {
    step.result = {PathOutcome::kOpen,
                   path_is_open(target_, way_.is_direct ? way_.mac : sender.mac, sender.mac, after)};
  }
  return step;
}

PathProbe::Step PathProbe::take_own(const PathAnswer& answer) {
  Step step;
  const bool answers = answer.kind == Kind::kSynAck || answer.kind == Kind::kDatagram;
  own_ = answers ? Own::kAnswers : Own::kRefuses;
  if (answer.kind == Kind::kSynAck) step.send.push_back(render_reset(own_flow_, own_sequence_ + 1));
  step.result = settled();
  return step;
}

// Once both have been heard there is nothing to wait for.
std::optional<PathResult> PathProbe::settled() const {
  if (refusal_.empty()) return std::nullopt;
  if (own_ == Own::kAnswers) return PathResult{PathOutcome::kBroken, refusal_};
  if (own_ == Own::kRefuses) return PathResult{PathOutcome::kDeadServer, server_is_silent(target_)};
  return std::nullopt;
}

}  // namespace evenkeel::health
