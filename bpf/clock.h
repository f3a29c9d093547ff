/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Time in ticks. The kernel's jiffies are one load; any clock helper would cost more than the whole table look-up. */
#pragma once

#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"
#include "bpf/settings.h"

volatile __u32 simulated_tick SEC(".data"); /* written by whoever loaded the program without a tick_factor */

static __always_inline __u32 current_tick(void)
{
	__u64 jiffies = bpf_jiffies64();
	__u32 factor = tick_factor; /* after the call, or it would be kept meanwhile */

	return likely(factor) ? jiffies * factor >> 32 : simulated_tick;
}

/* A time stamp holds for the whole of its last tick, so that nothing ends early. */
static __always_inline bool is_expired(__u32 expires, __u32 tick)
{
	return (__s32)(expires - tick) < 0;
}

static __always_inline __u32 ticks_of_seconds(__u32 seconds)
{
	__u64 ticks = ((__u64)seconds * ticks_per_second_x256 + 255) >> 8;
	return ticks < 1u << 30 ? ticks : 1u << 30; /* half of the signed range: far from wrapping */
}
