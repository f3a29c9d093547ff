/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Finding room in the connection table: a free way if there is one, else the one that is missed least. What is live and
 * established is never displaced; then there is no room, and the caller forwards without an entry.
 */
#pragma once

#include "bpf/connection_table.h"

enum {
	/*
	 * Below this many ways in use the first set takes a connection whatever the second one holds, so that most
	 * look-ups end there (80 % at half load); beyond it the emptier set does. With 3, 67 % of all ways can be used
	 * before the first insert fails; with 4, five of 700,000 fail.
	 */
	FIRST_SET_PREFERRED = 3,
	INSERT_ATTEMPTS = 3,
};

/* ---- choosing a way ---- */

/* Lower goes first; within a rank the one that would expire sooner. */
enum rank {
	RANK_FREE,
	RANK_EXPIRED,
	RANK_CLOSED,
	RANK_CLOSING,
	RANK_HALF_OPEN,
	RANK_LIVE, /* never given away */
};

static const __u8 rank_of_state[16] = {
	[EK_STATE_NONE] = RANK_HALF_OPEN, /* a persistence entry of a client that has not completed a handshake */
	[EK_STATE_ESTABLISHED] = RANK_LIVE,
	[EK_STATE_SYN_SENT] = RANK_HALF_OPEN,
	[EK_STATE_SYN_RECV] = RANK_HALF_OPEN,
	[EK_STATE_FIN_WAIT] = RANK_CLOSING,
	[EK_STATE_TIME_WAIT] = RANK_CLOSED,
	[EK_STATE_CLOSE] = RANK_CLOSED,
	[EK_STATE_CLOSE_WAIT] = RANK_CLOSING,
	[EK_STATE_LAST_ACK] = RANK_CLOSING,
	[EK_STATE_UDP] = RANK_LIVE,
	[EK_STATE_TEMPLATE] = RANK_LIVE,
};

static __always_inline __u32 rank_of_way(struct ek_set_header *header, __u32 way, __u32 tick)
{
	__u32 tag = header->tag[way];

	if (tag == EK_TAG_FREE)
		return RANK_FREE;
	if (tag == EK_TAG_BUSY)
		return RANK_LIVE;
	if (is_expired(header->expires[way], tick))
		return RANK_EXPIRED;
	return rank_of_state[header->state[way] & 15];
}

/* The way of a set that is given away first, in one number, lower first: rank, ticks left, way. */
static __always_inline __u32 choice_rank(__u64 choice)
{
	return choice >> 56;
}

static __always_inline __u32 choice_way(__u64 choice)
{
	return choice & 0xff;
}

__noinline_global __u64 choose_way(struct ek_set_header *header, __u32 tick)
{
	__u64 best = (__u64)RANK_LIVE << 56;

	if (!header)
		return best;
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < EK_SET_WAYS; way++) {
		__u64 rank = rank_of_way(header, way, tick);
		__u64 choice = rank << 56 | way;

		if (rank > RANK_EXPIRED)
			choice |= (__u64)(header->expires[way] - tick) << 8;
		if (choice < best)
			best = choice;
	}
	return best;
}

/* Neither set has a way that may be given away. */
static __always_inline bool is_full_for(__u64 hash, __u32 tick, const bool ipv6)
{
	struct ek_set_header *first = set_at(first_set(hash, ipv6), ipv6);
	struct ek_set_header *second = set_at(second_set(hash, ipv6), ipv6);

	return choice_rank(choose_way(first, tick)) >= RANK_LIVE && choice_rank(choose_way(second, tick)) >= RANK_LIVE;
}

/* ---- inserting ---- */

static __always_inline void write_record(struct ek_set_header *header, __u32 way, const struct entry *entry,
					 const bool ipv6)
{
	const struct tuple *tuple = &entry->tuple;
	struct ek_connection *connection = connection_at(header, way, ipv6);

	if (ipv6) {
		struct ek_connection6 *c = &((struct ek_set6 *)header)->connection[way];

		copy_address(&c->client, tuple->client);
		copy_address(&c->virtual_address, tuple->virtual_address);
		*(__u64 *)((void *)c + REST_OFFSET6) = rest_of_key(tuple);
	} else {
		struct ek_connection4 *c = &((struct ek_set4 *)header)->connection[way];

		c->client_be = tuple->client[3];
		c->virtual_be = tuple->virtual_address[3];
		*(__u64 *)((void *)c + REST_OFFSET4) = rest_of_key(tuple);
	}
	connection->real_server = entry->real_server;
	connection->service = entry->service;
	connection->real_server_generation = entry->generation;
	connection->created = entry->tick;
	connection->touched = entry->tick;
	header->expires[way] = entry->expires;
	header->state[way] = entry->state;
}

/* Without branches: which ways are free cannot be foreseen, and a wrong guess costs more than all seven. */
static __always_inline __u32 used_ways(const struct ek_set_header *header)
{
	__u32 free = 0;

#pragma unroll
	for (int way = 0; way < EK_SET_WAYS; way++)
		free += ((__u64)header->tag[way] - 1) >> 63;
	return EK_SET_WAYS - free;
}

/* The home way if it is free, else the lowest that is. EK_SET_WAYS: none. */
static __always_inline __u32 free_way(const struct ek_set_header *header, __u32 home)
{
	__u32 lowest = EK_SET_WAYS;

	if (home < EK_SET_WAYS && header->tag[home] == EK_TAG_FREE)
		return home;
#pragma unroll
	for (int way = EK_SET_WAYS - 1; way >= 0; way--)
		if (header->tag[way] == EK_TAG_FREE)
			lowest = way;
	return lowest;
}

/* The usual case: a free way, in the set that the preference says. The second set is looked at only if it may matter. */
static __always_inline struct ek_set_header *take_free_way(struct ek_set_header *first, struct ek_set_header *second,
							   __u64 hash, __u32 *taken)
{
	struct ek_set_header *header = first;
	__u32 used = used_ways(first), way;

	if (used >= FIRST_SET_PREFERRED && used_ways(second) < used)
		header = second;
	way = free_way(header, home_way(hash));
	pin_value(way);
	if (way >= EK_SET_WAYS || !claim(header, way, EK_TAG_FREE))
		return NULL;
	*taken = way;
	return header;
}

/* The way that is missed least, counted out. NULL: none may be given away. */
static __always_inline struct ek_set_header *take_used_way(struct ek_set_header *first, struct ek_set_header *second,
							   __u32 tick, const bool ipv6, __u32 *taken)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < INSERT_ATTEMPTS; i++) {
		__u64 a = choose_way(first, tick), b = choose_way(second, tick);
		struct ek_set_header *header = a <= b ? first : second;
		__u32 way = choice_way(a <= b ? a : b), rank = choice_rank(a <= b ? a : b);
		__u32 tag;

		pin_value(way);
		if (rank >= RANK_LIVE || way >= EK_SET_WAYS)
			return NULL;
		tag = *(volatile __u32 *)&header->tag[way];
		if (rank_of_way(header, way, tick) != rank || !take(header, way, tag, ipv6))
			continue; /* somebody else was faster: look again */
		if (rank == RANK_HALF_OPEN)
			count_reason(EK_REASON_EVICTED_HALF_OPEN);
		*taken = way;
		return header;
	}
	return NULL;
}

/*
 * The same first packet may have been handled by two CPUs at once: both have published by now, or the later one finds
 * the earlier. The first in order of look-up stays, and whoever sees another one releases that.
 */
static __always_inline __u32 keep_one_in_set(struct ek_set_header *header, const struct entry *entry, const bool ipv6,
					     __u32 kept)
{
	__u32 tag = tag_of(entry->hash);

#pragma unroll
	for (__u32 way = 0; way < EK_SET_WAYS; way++) {
		if (likely(header->tag[way] != tag) || !holds(header, way, &entry->tuple, ipv6))
			continue;
		if (kept)
			release(header, way, tag, ipv6);
		else
			kept = connection_at(header, way, ipv6)->real_server;
	}
	return kept;
}

/* What insert would answer. */
static __always_inline __u32 pretend_insert(const struct entry *entry, const bool ipv6)
{
	struct place old;

	if (is_full_for(entry->hash, entry->tick, ipv6) && !find_place(&entry->tuple, entry->hash, ipv6, &old))
		return 0;
	return entry->real_server;
}

/* The real server that the entry ended up with: the given one, or that of whoever was earlier. 0: no room. */
static __always_inline __u32 insert(const struct entry *entry, const bool ipv6)
{
	struct ek_set_header *first = set_at(first_set(entry->hash, ipv6), ipv6);
	struct ek_set_header *second = set_at(second_set(entry->hash, ipv6), ipv6);
	struct ek_set_header *header;
	__u32 way = 0, kept;

	if (!first || !second)
		return 0;
	header = take_free_way(first, second, entry->hash, &way);
	if (!header)
		header = take_used_way(first, second, entry->tick, ipv6, &way);
	pin_value(way);
	if (!header || way >= EK_SET_WAYS)
		return 0;
	write_record(header, way, entry, ipv6);
	count_in(entry->real_server, entry->generation, entry->state);
	if (header == second)
		first->overflowed = true;
	publish(header, way, tag_of(entry->hash));
	kept = keep_one_in_set(first, entry, ipv6, 0);
	if (first->overflowed && first != second)
		kept = keep_one_in_set(second, entry, ipv6, kept);
	return kept ? kept : entry->real_server;
}

__noinline_global int insert4(struct entry *entry)
{
	if (!entry)
		return 0;
	return explain_mode ? pretend_insert(entry, false) : insert(entry, false);
}

__noinline_global int insert6(struct entry *entry)
{
	if (!entry)
		return 0;
	return explain_mode ? pretend_insert(entry, true) : insert(entry, true);
}

static __always_inline __u32 insert_entry(struct entry *entry)
{
	return entry->ipv6 ? insert6(entry) : insert4(entry);
}

/* ---- a table without room ---- */

__noinline_global int is_full4(__u64 hash, __u32 tick)
{
	return is_full_for(hash, tick, false);
}

__noinline_global int is_full6(__u64 hash, __u32 tick)
{
	return is_full_for(hash, tick, true);
}
