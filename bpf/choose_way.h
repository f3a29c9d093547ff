/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Which way of a set a new connection takes: a free one, or the one that is missed least. */
#pragma once

#include "bpf/connection_table.h"

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

/*
 * The way of a set that is given away first, in one number, lower first: rank, ticks left, turn, way. Under a flood many
 * end in the same tick: they go in turn, so that the newest one, whose client may be real, goes last.
 */
static __always_inline __u32 choice_rank(__u64 choice)
{
	return choice >> 56;
}

static __always_inline __u32 choice_way(__u64 choice)
{
	return choice & 7;
}

static __always_inline __u32 oldest_way(const struct ek_set_header *header)
{
	return *(const volatile __u8 *)&header->hints >> EK_SET_OLDEST_SHIFT & EK_SET_OLDEST_MASK;
}

/* A hint: when two CPUs do this at once, the turn is another one. */
static __always_inline void give_turn_after(struct ek_set_header *header, __u32 way)
{
	__u32 next = way + 1 < EK_SET_WAYS ? way + 1 : 0;

	__sync_fetch_and_xor(state_word(header),
			     (__u64)(oldest_way(header) ^ next) << (HINTS_SHIFT + EK_SET_OLDEST_SHIFT));
}

static __always_inline void note_overflow(struct ek_set_header *header, enum ek_set_hints overflow)
{
	if (!(*(const volatile __u8 *)&header->hints & overflow))
		__sync_fetch_and_or(state_word(header), (__u64)overflow << HINTS_SHIFT);
}

__noinline_global __u64 choose_way(struct ek_set_header *header, __u32 tick)
{
	__u64 best = (__u64)RANK_LIVE << 56, room = 0;
	__u32 oldest;

	if (!header)
		return best;
	oldest = oldest_way(header);
#pragma clang loop unroll(disable)
	for (__u32 way = 0; way < EK_SET_WAYS; way++) {
		__u64 rank = rank_of_way(header, way, tick);
		__u64 turn = way >= oldest ? way - oldest : way + EK_SET_WAYS - oldest;
		__u64 choice = rank << 56 | turn << 3 | way;

		if (rank > RANK_EXPIRED)
			choice |= (__u64)(header->expires[way] - tick) << 8;
		else
			room++;
		if (choice < best)
			best = choice;
	}
	/* Of two sets with room the emptier one, so that they fill evenly where nobody sweeps. */
	if (choice_rank(best) <= RANK_EXPIRED)
		best |= (EK_SET_WAYS - room) << 8;
	return best;
}

static __always_inline bool is_full_set(struct ek_set_header *header, __u32 tick)
{
	return choice_rank(choose_way(header, tick)) >= RANK_LIVE;
}

/* No set has a way that may be given away. */
static __always_inline bool is_full_for(__u64 hash, __u32 tick, const bool ipv6)
{
	return is_full_set(set_at(front_set(tag_of(hash), ipv6), ipv6), tick) &&
	       is_full_set(set_at(first_set(hash, ipv6), ipv6), tick) &&
	       is_full_set(set_at(second_set(hash, ipv6), ipv6), tick) &&
	       is_full_set(set_at(third_set(hash, ipv6), ipv6), tick);
}
