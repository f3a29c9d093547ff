/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What keeps a flood of SYNs from invented clients away from real servers and from the connection table. It begins when a
 * virtual service has more half-open connections than its limit, and ends when they have ended; what it does then is
 * the service's choice. Without a choice, half-open connections give way to new ones (bpf/connection_insert.h).
 */
#pragma once

#include "bpf/counters.h"
#include "bpf/maps.h"
#include "bpf/packet.h"

/*
 * ---- SYNs that have been seen: a Bloom filter, in blocks of one cache line that grow old by themselves ----
 * A client asks again after one second, or three; so a SYN is remembered for one to two generations. What is not the
 * second one passes for it rarely: with 100,000 invented SYNs a second, less than 1 %.
 */
enum {
	SEEN_BLOCKS = 65536,
	SEEN_WORDS = 7,      /* of 32 bits, of this generation and as many of the last one */
	SEEN_BITS = 2,       /* of a block stand for a SYN */
	SEEN_TICKS_SHIFT = 4, /* a generation lasts 16 ticks: 4 to 16 s */
};
struct seen_block {
	__u32 generation;
	__u32 now[SEEN_WORDS], before[SEEN_WORDS];
	__u32 reserved;
};
EK_STATIC_ASSERT(sizeof(struct seen_block) == 64, "one cache line");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* for the tests: emptied at once */
	__uint(max_entries, SEEN_BLOCKS);
	__type(key, __u32);
	__type(value, struct seen_block);
} seen_syns SEC(".maps");

/* Two CPUs at once may lose a bit: then that client asks a third time. */
static __always_inline void age(struct seen_block *block, __u32 generation)
{
	bool is_next = generation - block->generation == 1;

	if (likely(generation == block->generation))
		return;
#pragma unroll
	for (int i = 0; i < SEEN_WORDS; i++) {
		block->before[i] = is_next ? block->now[i] : 0;
		block->now[i] = 0;
	}
	block->generation = generation;
}

/* Notes the SYN. True: it has been here before. */
__noinline_global int has_been_seen(const struct packet *packet)
{
	__u32 index, bits, in_now = 0, in_before = 0;
	struct seen_block *block;

	if (!packet)
		return false;
	index = (__u32)packet->hash & (SEEN_BLOCKS - 1);
	bits = packet->hash >> 32;
	block = bpf_map_lookup_elem(&seen_syns, &index);
	if (!block)
		return true; /* rather no defence than no service */
	age(block, packet->tick >> SEEN_TICKS_SHIFT);
#pragma unroll
	for (int i = 0; i < SEEN_BITS; i++, bits >>= 16) {
		__u32 bit = (bits & 0xffff) * (SEEN_WORDS * 32) >> 16, word = bit / 32;

		pin_value(word);
		if (word >= SEEN_WORDS)
			return true;
		in_now += block->now[word] >> bit % 32 & 1;
		in_before += block->before[word] >> bit % 32 & 1;
		block->now[word] |= 1u << bit % 32;
	}
	return in_now == SEEN_BITS || in_before == SEEN_BITS;
}

/* ---- what becomes of a SYN ---- */

static __always_inline bool is_flooded(const struct ek_service *service, __u32 service_id)
{
	return service->half_open_limit && (__s32)service_live_at(service_id)->half_open >= (__s32)service->half_open_limit;
}

/* The service is flooded. 0: the SYN is taken like any. */
static __always_inline int judge_syn(const struct ek_service *service, const struct packet *packet)
{
	if (service->flags & EK_SERVICE_SYN_COOKIES) {
		count_reason(EK_REASON_SYN_COOKIE, packet->service);
		return DECIDED_COOKIE;
	}
	if (service->flags & EK_SERVICE_SYN_TWICE)
		return has_been_seen(packet) ? 0 : drop(EK_REASON_FIRST_SYN, packet->service);
	return service->flags & EK_SERVICE_SYN_DROP ? drop(EK_REASON_HALF_OPEN_LIMIT, packet->service) : 0;
}
