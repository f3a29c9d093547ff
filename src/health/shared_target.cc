#include "health/shared_target.h"

#include <algorithm>
#include <utility>

namespace evenkeel::health {
namespace {

// Without what is each real server's own.
Target common_part(Target target) {
  target.key.real_server.clear();
  target.address = {};
  target.port = 0;
  return target;
}

}  // namespace

Target SharedTarget::whole() const {
  Target target = *common_;
  target.key.real_server = real_server_;
  target.address = address_;
  target.port = port_;
  return target;
}

SharedTarget TargetSharing::share(Target target) {
  SharedTarget shared;
  shared.real_server_ = std::move(target.key.real_server);
  shared.address_ = target.address;
  shared.port_ = target.port;
  Target common = common_part(std::move(target));
  if (!recent_.empty() && recent_.front()->key != common.key) recent_.clear();
  const auto known = std::ranges::find_if(recent_, [&](const auto& one) { return *one == common; });
  shared.common_ =
      known != recent_.end() ? *known : recent_.emplace_back(std::make_shared<const Target>(std::move(common)));
  return shared;
}

}  // namespace evenkeel::health
