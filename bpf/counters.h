/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Per-CPU counters: what was forwarded by real server, and the named reasons of what was not, of all and by virtual
 * service.
 */
#pragma once

#include "bpf/maps.h"
#include "bpf/settings.h"

enum {
	NO_SERVICE = 0, /* the packet's virtual service is not known, or there is none */
};

/* Without room for another pair of virtual service and reason it is counted for the whole machine alone. */
static __always_inline void count_service_reason(__u32 reason, __u32 service)
{
	struct ek_service_reason key = {
		.service = service,
		.reason = reason,
		.generation = service_at(service)->generation,
	};
	__u64 *count = bpf_map_lookup_elem(&service_reasons, &key), first = 1;

	if (likely(count))
		++*count;
	else
		bpf_map_update_elem(&service_reasons, &key, &first, BPF_ANY);
}

/* A function of its own: what is forwarded has neither its instructions nor its words on the stack. */
__noinline_global int count_reason_of(__u32 reason, __u32 service)
{
	__u64 *count = bpf_map_lookup_elem(&reasons, &reason);

	if (count)
		++*count;
	if (service != NO_SERVICE)
		count_service_reason(reason, service);
	return 0;
}

static __always_inline void count_reason(__u32 reason, __u32 service)
{
	if (!explain_mode)
		count_reason_of(reason, service);
}

static __always_inline struct ek_counters *counters_of(__u32 real_server)
{
	return bpf_map_lookup_elem(&real_server_counters, &real_server);
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
