// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The layer-4 data plane. */
#include "bpf/maps.h"

/* From identity, set by evenkeeld before loading. */
const volatile __u32 tick_shift = 6;
const volatile __u32 ticks_per_second_x256 = 256;
const volatile __u64 hash_key[2];
const volatile __u32 sets4 = 1;
const volatile __u32 sets6 = 1;
/* Explains instead of doing: decides, writes `explanation`, changes no table and counts nothing. */
const volatile __u8 explain_mode = 0;

SEC("xdp.frags")
int evenkeel_xdp(struct xdp_md *context __attribute__((unused)))
{
	return XDP_PASS;
}

/* Called through BPF_PROG_TEST_RUN with struct ek_sweep as context. */
SEC("syscall")
int evenkeel_sweep(struct ek_sweep *sweep __attribute__((unused)))
{
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
