#pragma once
// Makes the engines match the desired state, remembers how each object fared, and says when to try again. It asks an
// engine only when that engine's part of the desired state changed or something of it failed. Lives on the control
// loop; owns nothing but its memory.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "desired/state.h"
#include "engines/engine.h"

namespace evenkeel::reconcile {

// How long to wait before the next try: 1 s, doubled after each failure, 60 s at most.
class Backoff {
 public:
  std::chrono::seconds next();
  void reset() { failures_ = 0; }

 private:
  int failures_ = 0;
};

struct StatusChange {
  engines::ObjectStatus status;
  bool recovered = false;  // it failed before and does no longer; status is the old one
};

class Reconciler {
 public:
  struct Engines {
    engines::Engine<desired::Network>& network;
    engines::Engine<desired::Layer4>& layer4;
    engines::Engine<desired::Layer7>& layer7;
    engines::Engine<desired::FallbackPages>& fallback_pages;
    std::function<engines::ApplyReport()> attach;  // the data plane to the interfaces that the network engine names
  };
  Reconciler(Engines engines, const Clock& clock) : engines_(std::move(engines)), clock_(clock) {}

  // Every problem that an engine would have with this; no side effect.
  std::vector<engines::ObjectStatus> check(const desired::State& want) const;

  // Applies what differs from the last call. Returns what began to fail and what recovered.
  std::vector<StatusChange> apply(desired::State want);
  // The same for a change of these virtual services alone, each with the label and address that it had in the last
  // apply: health, weights, operator actions. Costs what changed, not what there is.
  std::vector<StatusChange> apply_services(std::vector<desired::VirtualService> changed);
  // The same for layer 7, all of it.
  std::vector<StatusChange> apply_layer7(desired::Layer7 want);
  // How layer 7 fared in the end: its engine goes on working after apply().
  std::vector<StatusChange> note_layer7(const Result<engines::ApplyReport>& report);
  // The same for the fallback pages.
  std::vector<StatusChange> note_fallback_pages(const Result<engines::ApplyReport>& report);
  // Applies the last state again, whether it changed or not: after a failure, or when the outside world changed.
  std::vector<StatusChange> apply_again();

  // Failed objects and notices, by object.
  const std::map<std::string, engines::ObjectStatus>& statuses() const { return statuses_; }
  // When apply_again is due; none while nothing is failed.
  std::optional<SteadyTime> retry_at() const { return retry_at_; }

 private:
  // One engine's share of the statuses, so that asking one engine does not forget what another said.
  enum class Part { kLayer4, kLayer7, kNetwork, kAttachment, kFallbackPages };
  void apply_layer4();
  void apply_layer7();
  void apply_network();
  void apply_fallback_pages();
  std::vector<StatusChange> note_later(Part part, const Result<engines::ApplyReport>& report,
                                       const std::string& engine_name);
  void note(Part part, const Result<engines::ApplyReport>& report, const std::string& engine_name);
  std::vector<StatusChange> settle();

  Engines engines_;
  const Clock& clock_;
  std::optional<desired::State> applied_;
  std::map<Part, std::vector<engines::ObjectStatus>> parts_;
  std::map<std::string, engines::ObjectStatus> statuses_;
  std::optional<SteadyTime> retry_at_;
  Backoff backoff_;
};

}  // namespace evenkeel::reconcile
