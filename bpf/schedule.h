/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Choosing a real server for a new connection. A schedule is an id, or one of the two ways to have none. Everything but
 * round robin depends on the flow's hash alone, so explaining a choice does not change the next one.
 */
#pragma once

#include "bpf/accounting.h"
#include "bpf/explain.h"
#include "bpf/hash.h"
#include "bpf/maps.h"

enum {
	NONE_USABLE = 0,
	NONE_BUT_OVERLOADED = -1,
	/* Ring entries looked at before giving up: with every server overloaded this is what one SYN of a flood costs. */
	MAX_RING_SCAN = 4096,
	REHASHES = 8,
	RANDOM_PAIRS = 4,
	MAX_TURNS = 64,
	FEW = 16, /* most services have no more real servers */
};

enum fitness {
	UNFIT, /* down, drained, weight 0 */
	OVERLOADED,
	FIT,
};

static __always_inline struct ek_ring_block *ring_head(__u32 service)
{
	return &arrays.ring_heads[service & (EK_MAX_SERVICES - 1)];
}

static __always_inline struct ek_ring_block *ring_block(__u32 service, __u32 index)
{
	void *ring;

	if (likely(!index))
		return ring_head(service);
	ring = bpf_map_lookup_elem(&rings, &service);
	return ring ? bpf_map_lookup_elem(ring, &index) : NULL;
}

static __always_inline __u32 ring_entry(__u32 service, __u32 index)
{
	struct ek_ring_block *block = ring_block(service, index / EK_RING_BLOCK);

	return block ? block->real_server[index % EK_RING_BLOCK] : 0;
}

static __always_inline bool takes_new(const struct ek_real_server *server)
{
	return server->flags & EK_REAL_SERVER_TAKES_NEW && server->weight;
}

static __always_inline enum fitness fitness_of(__u32 real_server)
{
	struct ek_real_server *server = real_server_at(real_server);

	if (!takes_new(server))
		return UNFIT;
	return is_overloaded(server, real_server_live_at(real_server)) ? OVERLOADED : FIT;
}

/* Another hash from a hash. */
static __always_inline __u32 remix(__u32 hash)
{
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return hash ^ hash >> 16;
}

/* ---- one entry after the other ---- */

/* start and index are below length */
static __always_inline __u32 turn(__u32 start, __u32 index, __u32 length)
{
	return start + index < length ? start + index : start + index - length;
}

struct ring_scan {
	__u32 service, length;
	__u32 start;
	__u32 looked_at;
	__u32 overload_counts; /* an overloaded real server does as well */
	__s32 schedule;
};

static __always_inline bool accept(struct ring_scan *scan, __u32 real_server)
{
	enum fitness fitness = fitness_of(real_server);

	scan->looked_at++;
	if (fitness == FIT || (fitness == OVERLOADED && scan->overload_counts)) {
		scan->schedule = real_server;
		return true;
	}
	if (fitness == OVERLOADED)
		scan->schedule = NONE_BUT_OVERLOADED;
	return false;
}

static long scan_step(__u32 index, struct ring_scan *scan)
{
	return accept(scan, ring_entry(scan->service, turn(scan->start, index, scan->length)));
}

static __always_inline void scan_ring(struct ring_scan *scan)
{
	bpf_loop(scan->length < MAX_RING_SCAN ? scan->length : MAX_RING_SCAN, scan_step, scan, 0);
}

/* ---- source hash, Maglev ---- */

/*
 * By hash. Clients of an unusable real server are spread over all others by further hashes; only when these fail too is
 * the next usable one taken.
 */
__noinline_global int schedule_by_hash(__u32 service, __u32 length, __u32 hash, __u32 overload_counts)
{
	struct ring_scan scan = {.service = service, .length = length, .overload_counts = overload_counts};

	for (int i = 0; i < REHASHES; i++) {
		if (accept(&scan, ring_entry(service, scale(hash, length))))
			goto done;
		hash = remix(hash);
	}
	scan.start = scale(hash, length);
	scan_ring(&scan);
done:
	explain_candidates(scan.looked_at, scan.looked_at - (scan.schedule > 0));
	return scan.schedule;
}

/* The one that the hash names; a function that needs hardly any stack. 0: it is not usable, and others are to be tried. */
__noinline_global int first_by_hash(__u32 service, __u32 length, __u32 hash)
{
	__u32 real_server = ring_entry(service, scale(hash, length));

	return fitness_of(real_server) == FIT ? real_server : 0;
}

/* ---- weighted round robin ---- */

static __always_inline __u32 next_turn(__u32 service, __u32 ahead)
{
	struct ek_service_live *live = service_live_at(service);

	if (explain_mode)
		return live->round_robin + ahead;
	return __sync_fetch_and_add(&live->round_robin, 1);
}

/* An unusable real server's turn is taken by advancing everybody, so that no neighbour gets its share on top. */
__noinline_global int schedule_round_robin(__u32 service, __u32 length)
{
	struct ring_scan scan = {.service = service, .length = length};

	if (!length)
		return NONE_USABLE;
	for (__u32 i = 0; i < MAX_TURNS; i++) {
		scan.start = next_turn(service, i) % length;
		if (accept(&scan, ring_entry(service, scan.start)))
			goto done;
	}
	scan_ring(&scan);
done:
	explain_candidates(scan.looked_at, scan.looked_at - (scan.schedule > 0));
	return scan.schedule;
}

/* ---- weighted least connections ---- */

struct candidate {
	__u64 cost; /* active connections weigh 256 times an inactive one */
	__u32 weight;
	__u32 lot;  /* decides among equals, by flow: nobody is always first */
	__s32 schedule;
	__u32 hash;
};

static __always_inline bool is_better(const struct candidate *best, __u64 cost, __u32 weight, __u32 lot)
{
	__u64 ours = cost * best->weight, theirs = best->cost * weight;

	return best->schedule <= 0 || ours < theirs || (ours == theirs && lot > best->lot);
}

static __always_inline void compare(struct candidate *best, __u32 real_server)
{
	struct ek_real_server *server = real_server_at(real_server);
	struct ek_real_server_live *live = real_server_live_at(real_server);
	__u32 lot = (real_server ^ best->hash) * 0x9e3779b1;
	__u64 cost;

	if (!takes_new(server))
		return;
	if (is_overloaded(server, live)) {
		if (best->schedule == NONE_USABLE)
			best->schedule = NONE_BUT_OVERLOADED;
		return;
	}
	cost = (__u64)live->active * 256 + live->inactive;
	if (!is_better(best, cost, server->weight, lot))
		return;
	best->cost = cost;
	best->weight = server->weight;
	best->lot = lot;
	best->schedule = real_server;
}

/* A block at a time: looking up an inner map costs more than comparing a real server. */
static __always_inline void compare_block(const struct ek_ring_block *block, __u32 count, const __u32 at_most,
					  struct candidate *best)
{
	if (!block)
		return;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < at_most; i++) {
		if (i >= count)
			break;
		compare(best, block->real_server[i]);
	}
}

/* Every member once, if they are few. */
static __always_inline int schedule_least_of_few(__u32 service, __u32 length, __u32 hash)
{
	struct candidate best = {.hash = hash};

	compare_block(ring_head(service), length, FEW, &best);
	explain_candidates(length, 0);
	return best.schedule;
}

__noinline_global int compare_another_block(__u32 service, __u32 block_index, __u32 count, struct candidate *best)
{
	if (best)
		compare_block(ring_block(service, block_index), count, EK_RING_BLOCK, best);
	return 0;
}

/* Every member once, up to EK_MAX_WLC_SCAN. */
__noinline_global int schedule_least_of_all(__u32 service, __u32 length, __u32 hash)
{
	struct candidate best = {.hash = hash};

#pragma clang loop unroll(disable)
	for (__u32 block = 0; block < EK_MAX_WLC_SCAN / EK_RING_BLOCK; block++) {
		if (block * EK_RING_BLOCK >= length)
			break;
		compare_another_block(service, block, length - block * EK_RING_BLOCK, &best);
	}
	explain_candidates(length, 0);
	return best.schedule;
}

/* Among very many: the better of two random ones is nearly as good as the best of all. */
__noinline_global int schedule_least_of_two(__u32 service, __u32 length, __u32 hash)
{
	struct ring_scan scan = {.service = service, .length = length};

	for (int i = 0; i < RANDOM_PAIRS; i++) {
		struct candidate best = {.hash = hash};

		compare(&best, ring_entry(service, scale(hash, length)));
		hash = remix(hash);
		compare(&best, ring_entry(service, scale(hash, length)));
		hash = remix(hash);
		explain_candidates(2, best.schedule > 0 ? 1 : 2);
		if (best.schedule > 0)
			return best.schedule;
		if (best.schedule)
			scan.schedule = best.schedule;
	}
	scan.start = scale(hash, length);
	scan_ring(&scan);
	explain_candidates(scan.looked_at, scan.looked_at);
	return scan.schedule;
}

/* ---- what the service asks for ---- */

/* Of a service that chooses by hash: of what it chooses by. */
static __always_inline __u32 chosen_hash(const struct ek_service *service, const struct tuple *tuple, __u64 hash)
{
	if (service->hash_input == EK_HASH_SOURCE)
		hash = hash_address(tuple->client);
	else if (service->hash_input == EK_HASH_DESTINATION)
		hash = hash_address(tuple->virtual_address);
	return hash >> 32;
}

static __always_inline int schedule(const struct ek_service *service, __u32 service_id, const struct tuple *tuple,
				    __u64 hash)
{
	__u32 length = service->ring_length;

	switch (service->scheduler) {
	case EK_SCHEDULER_WLC:
		if (unlikely(service->flags & EK_SERVICE_ONE_PACKET)) /* all are equal: a lot for each datagram, not for its flow */
			hash = remix((__u32)hash + next_turn(service_id, 0));
		if (likely(length <= FEW)) /* without a call: each costs as much as two real servers */
			return schedule_least_of_few(service_id, length, hash);
		if (length > EK_MAX_WLC_SCAN)
			return schedule_least_of_two(service_id, length, hash);
		return schedule_least_of_all(service_id, length, hash);
	case EK_SCHEDULER_WRR:
		return schedule_round_robin(service_id, length);
	default:
		return schedule_by_hash(service_id, length, chosen_hash(service, tuple, hash), false);
	}
}
