#include "daemon/layer4.h"

namespace evenkeel::daemon {

Result<> Layer4::open() {
  if (engine_) return {};
  auto opened = L4Engine::open(options_);
  if (!opened) return fail(opened.error());
  engine_ = std::move(*opened);
  return {};
}

std::vector<engines::ObjectStatus> Layer4::check(const desired::Layer4& want) const {
  return engine_ ? engine_->check(want) : std::vector<engines::ObjectStatus>{};
}

Result<engines::ApplyReport> Layer4::apply(const desired::Layer4& want) {
  if (auto opened = open(); !opened) return fail(opened.error());
  return engine_->apply(want);
}

}  // namespace evenkeel::daemon
