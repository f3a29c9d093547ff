#pragma once
// The compiled program. bpftool names its struct after the object file, which is also the name of our namespace: it is
// renamed here.

#define evenkeel evenkeel_skeleton
#include "evenkeel.skel.h"
#undef evenkeel
