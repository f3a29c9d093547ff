#pragma once
// The layer-4 engine as the daemon holds it: opened when it is first needed, and again at every retry while the kernel
// refuses, so that evenkeeld runs, explains itself and recovers without it.

#include <memory>
#include <optional>

#include "engines/l4_xdp/engine.h"

namespace evenkeel::daemon {

class Layer4 final : public engines::Engine<desired::Layer4> {
 public:
  using L4Engine = engines::l4_xdp::L4Engine;

  explicit Layer4(L4Engine::Options options) : options_(std::move(options)) {}

  // kUnsupported or kSystem with the reason while there is no engine.
  Result<> open();
  L4Engine* engine() const { return engine_.get(); }  // null while it could not be opened

  std::vector<engines::ObjectStatus> check(const desired::Layer4& want) const override;
  Result<engines::ApplyReport> apply(const desired::Layer4& want) override;

 private:
  L4Engine::Options options_;
  std::unique_ptr<L4Engine> engine_;
};

}  // namespace evenkeel::daemon
