/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frees what has expired, so that the live counts, and with them least connections and limits, stay exact for
 * connections that nobody's insert happens to displace.
 */
#pragma once

#include "bpf/connection_release.h"

struct sweep_slice {
	__u32 first;
	__u32 tick;
	__u32 used, freed;
	__u32 in_front; /* of the used ones */
};

/* A bit for each; without branches, like ways_with_tag, as most sets have nothing that has expired. */
static __always_inline __u32 ways_expired(const struct ek_set_header *header, __u32 tick)
{
	__u32 ways = 0;

#pragma unroll
	for (int way = 0; way < EK_SET_WAYS; way++)
		ways |= ((header->expires[way] - tick) >> 31) << way; /* is_expired */
	return ways;
}

static __always_inline void sweep_set(struct sweep_slice *slice, __u32 index, const bool ipv6)
{
	struct ek_set_header *header = set_at(index, ipv6);
	__u32 used, expired;

	if (!header)
		return;
	used = ~(ways_with_tag(header, EK_TAG_FREE) | ways_with_tag(header, EK_TAG_BUSY)) & 127;
	expired = used & ways_expired(header, slice->tick);
	slice->used += count_of_ways[used & 127];
	if (is_in_front(index, ipv6))
		slice->in_front += count_of_ways[used & 127];
	if (likely(!expired))
		return;
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < EK_SET_WAYS; way++) {
		__u32 tag = *(volatile __u32 *)&header->tag[way];

		if (tag < EK_TAG_FIRST || !is_expired(header->expires[way], slice->tick) ||
		    !release(header, index, way, tag, ipv6))
			continue;
		slice->freed++;
		slice->used--;
		if (is_in_front(index, ipv6))
			slice->in_front--;
	}
}

static long sweep_set4(__u32 index, struct sweep_slice *slice)
{
	sweep_set(slice, slice->first + index, false);
	return 0;
}

static long sweep_set6(__u32 index, struct sweep_slice *slice)
{
	sweep_set(slice, slice->first + index, true);
	return 0;
}

/* Sets [first, first + count), as far as there are any. */
static __always_inline struct sweep_slice sweep_slice(__u32 ipv6, __u32 first, __u32 count)
{
	struct sweep_slice slice = {.first = first, .tick = current_tick()};
	__u32 sets = ipv6 ? sets6 : sets4;

	if (first >= sets)
		return slice;
	if (count > sets - first)
		count = sets - first;
	if (ipv6)
		bpf_loop(count, sweep_set6, &slice, 0);
	else
		bpf_loop(count, sweep_set4, &slice, 0);
	return slice;
}

/* ---- the sweep that needs nobody: a timer goes round both tables in slices ---- */

enum {
	SLICE_NANOSECONDS = 100 * 1000 * 1000,
	SLICES = 20, /* once round in two seconds */
};

static __always_inline __u32 sets_in_slice(__u32 sets)
{
	return sets / SLICES + 1;
}

/* Where the slice after this one begins. 0: with the next round. */
static __always_inline __u32 next_slice(__u32 first, __u32 sets)
{
	return first + sets_in_slice(sets) < sets ? first + sets_in_slice(sets) : 0;
}

/*
 * After a round. As long as a quarter of the front is free hardly any set of it is full; so that the answer does not go to
 * and fro, it takes an eighth less to be no longer crowded.
 */
static __always_inline void judge_crowd(__u32 used, __u32 in_front, const bool ipv6)
{
	__u32 eighth = front_sets(ipv6) * EK_SET_WAYS / 8;
	__u32 *is_crowded = ipv6 ? &arrays.is_crowded6 : &arrays.is_crowded4;

	if (used > 6 * eighth)
		*is_crowded = 1;
	else if (used < 5 * eighth)
		*is_crowded = 0;
	*(ipv6 ? &arrays.rest_first6 : &arrays.rest_first4) = used - in_front > in_front;
}

static __always_inline void sweep_next(struct ek_sweep_round *round, const bool ipv6)
{
	__u32 sets = ipv6 ? sets6 : sets4;
	struct sweep_slice slice = sweep_slice(ipv6, round->next, sets_in_slice(sets));

	round->used += slice.used;
	round->in_front += slice.in_front;
	round->next = next_slice(round->next, sets);
	if (round->next)
		return;
	judge_crowd(round->used, round->in_front, ipv6);
	round->used = 0;
	round->in_front = 0;
}

static int sweep_on_timer(void *map __attribute__((unused)), __u32 *key __attribute__((unused)),
			  struct ek_sweeper *state)
{
	sweep_next(&state->ipv4, false);
	sweep_next(&state->ipv6, true);
	bpf_timer_start(&state->timer, SLICE_NANOSECONDS, 0);
	return 0;
}

/* Below 0: the kernel refuses. A timer that is armed already is armed again, now with this program's code. */
static __always_inline int start_sweeping(void)
{
	__u32 zero = 0;
	struct ek_sweeper *state = bpf_map_lookup_elem(&sweeper, &zero);
	long error;

	if (!state)
		return -1;
	bpf_timer_init(&state->timer, &sweeper, 1 /* CLOCK_MONOTONIC */); /* fails if it was done before */
	error = bpf_timer_set_callback(&state->timer, sweep_on_timer);
	return error ? error : bpf_timer_start(&state->timer, SLICE_NANOSECONDS, 0);
}
