#pragma once
// The compiled program. bpftool names its struct after the object file, which is also the name of our namespace: it is
// renamed here, and this is the only place that may include the generated header.

#define evenkeel evenkeel_skeleton
#include "evenkeel.skel.h"
#undef evenkeel

#include <memory>

namespace evenkeel::engines::l4_xdp {

struct SkeletonDeleter {
  void operator()(evenkeel_skeleton* skeleton) const { evenkeel__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<evenkeel_skeleton, SkeletonDeleter>;

}  // namespace evenkeel::engines::l4_xdp
