/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Per-CPU counters: what was forwarded by real server, and the named reasons of what was not. */
#pragma once

#include "bpf/maps.h"
#include "bpf/settings.h"

static __always_inline void count_reason(__u32 reason)
{
	__u64 *count;

	if (explain_mode)
		return;
	count = bpf_map_lookup_elem(&reasons, &reason);
	if (count)
		++*count;
}

static __always_inline struct ek_counters *counters_of(__u32 real_server)
{
	return explain_mode ? NULL : bpf_map_lookup_elem(&real_server_counters, &real_server);
}

static __always_inline void count_packet(__u32 real_server, __u32 bytes)
{
	struct ek_counters *counters = counters_of(real_server);

	if (!counters)
		return;
	counters->packets++;
	counters->bytes += bytes;
}

static __always_inline void count_answer(__u32 real_server, __u32 bytes)
{
	struct ek_counters *counters = counters_of(real_server);

	if (!counters)
		return;
	counters->answer_packets++;
	counters->answer_bytes += bytes;
}

static __always_inline void count_connection(__u32 real_server)
{
	struct ek_counters *counters = counters_of(real_server);

	if (counters)
		counters->connections++;
}
