/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Finding room in the connection table: a free way if there is one, else the one that is missed least. What is live and
 * established is never displaced; then there is no room, and the caller forwards without an entry.
 */
#pragma once

#include "bpf/choose_way.h"
#include "bpf/connection_release.h"

enum {
	/*
	 * Beyond the front: below this many ways in use the first set takes a connection whatever the second one holds, so
	 * that most look-ups end there (88 % at half load); beyond it the emptier set does. What finds no room in either goes
	 * to a third set: the first insert fails at 73 % of all ways (`./dev bench scale`), with two sets it would at 65 %.
	 */
	FIRST_SET_PREFERRED = 4,
	INSERT_ATTEMPTS = 3,
};

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

/* In which set and way: of the front, or of what the preference says. Another set is looked at only if it may matter. */
static __always_inline struct ek_set_header *take_free_way(__u64 hash, const bool ipv6, __u32 *set, __u32 *taken)
{
	struct ek_set_header *header, *other;
	__u32 room, other_room, home = home_way(hash), way;

	*set = front_set(tag_of(hash), ipv6);
	header = set_at(*set, ipv6);
	if (!header)
		return NULL;
	room = is_crowded(ipv6) ? 0 : ways_with_tag(header, EK_TAG_FREE);
	if (unlikely(!room)) {
		*set = first_set(hash, ipv6);
		header = set_at(*set, ipv6);
		other = set_at(second_set(hash, ipv6), ipv6);
		if (!header || !other)
			return NULL;
		room = ways_with_tag(header, EK_TAG_FREE);
		other_room = count_of_ways[room & 127] > EK_SET_WAYS - FIRST_SET_PREFERRED
				     ? 0
				     : ways_with_tag(other, EK_TAG_FREE);
		if (count_of_ways[other_room & 127] > count_of_ways[room & 127]) {
			*set = second_set(hash, ipv6);
			header = other;
			room = other_room;
		}
	}
	way = room >> home & 1 ? home : lowest_way(room);
	if (!is_way(&way) || !claim(header, way, EK_TAG_FREE))
		return NULL;
	*taken = way;
	return header;
}

/* The way that was chosen, counted out. False: somebody else was faster. */
static __always_inline bool take_chosen_way(struct ek_set_header *header, __u32 set, __u64 choice, __u32 tick,
					    const bool ipv6, __u32 *taken)
{
	__u32 way = choice_way(choice), rank = choice_rank(choice), tag;

	if (!is_way(&way))
		return false;
	tag = *(volatile __u32 *)&header->tag[way];
	if (rank_of_way(header, way, tick) != rank || !take(header, set, way, tag, ipv6))
		return false;
	if (rank == RANK_HALF_OPEN)
		count_reason(EK_REASON_EVICTED_HALF_OPEN, connection_at(header, way, ipv6)->service);
	give_turn_after(header, way);
	*taken = way;
	return true;
}

static __always_inline __u64 choice_in(__u32 set, __u32 tick, const bool ipv6)
{
	return choose_way(set_at(set, ipv6), tick);
}

/* The way of the three that is missed least. NULL: none may be given away. */
static __always_inline struct ek_set_header *take_used_way(__u64 hash, __u32 tick, const bool ipv6, __u32 *set,
							   __u32 *taken)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < INSERT_ATTEMPTS; i++) {
		__u64 best = choice_in(front_set(tag_of(hash), ipv6), tick, ipv6), choice;
		struct ek_set_header *header;

		*set = front_set(tag_of(hash), ipv6);
		choice = choice_in(first_set(hash, ipv6), tick, ipv6);
		if (choice < best) {
			best = choice;
			*set = first_set(hash, ipv6);
		}
		choice = choice_in(second_set(hash, ipv6), tick, ipv6);
		if (choice < best) {
			best = choice;
			*set = second_set(hash, ipv6);
		}
		header = set_at(*set, ipv6);
		if (!header || choice_rank(best) >= RANK_LIVE)
			return NULL;
		if (take_chosen_way(header, *set, best, tick, ipv6, taken))
			return header;
	}
	return NULL;
}

/*
 * The same first packet may have been handled by two CPUs at once: both have published by now, or the later one finds
 * the earlier. The first in order of look-up stays, and whoever sees another one releases that.
 */
static __always_inline __u32 keep_one_in_set(struct ek_set_header *header, __u32 set, struct entry *entry,
					     const bool ipv6, __u32 kept)
{
	__u32 tag = tag_of(entry->hash), ways = ways_with_tag(header, tag);

#pragma clang loop unroll(disable)
	for (int i = 0; i < EK_SET_WAYS; i++, ways &= ways - 1) {
		__u32 way = lowest_way(ways);

		if (!is_way(&way))
			break;
		if (!holds(connection_at(header, way, ipv6), &entry->tuple, ipv6))
			continue;
		if (kept) {
			release(header, set, way, tag, ipv6);
		} else {
			kept = way_number(set, way);
			entry->real_server = connection_at(header, way, ipv6)->real_server;
		}
	}
	return kept;
}

static __always_inline __u32 keep_one_of(__u32 set, struct entry *entry, const bool ipv6, __u32 kept)
{
	struct ek_set_header *header = set_at(set, ipv6);

	return header ? keep_one_in_set(header, set, entry, ipv6, kept) : kept;
}

/* Of all but the third set, which the entry then says whether to look at. */
static __always_inline __u32 keep_one(struct entry *entry, const bool ipv6)
{
	__u32 kept = keep_one_of(front_set(tag_of(entry->hash), ipv6), entry, ipv6, 0);
	struct ek_set_header *header;

	if (ends_in_front(tag_of(entry->hash), ipv6))
		return kept;
	kept = keep_one_of(first_set(entry->hash, ipv6), entry, ipv6, kept);
	header = set_at(first_set(entry->hash, ipv6), ipv6);
	if (!header || !has_overflowed(header) || first_set(entry->hash, ipv6) == second_set(entry->hash, ipv6))
		return kept;
	kept = keep_one_of(second_set(entry->hash, ipv6), entry, ipv6, kept);
	header = set_at(second_set(entry->hash, ipv6), ipv6);
	entry->overflowed_twice = header && has_overflowed_twice(header);
	return kept;
}

/* In the sets that a connection passes, before it is where it goes: whoever looks for it finds the way. */
static __always_inline void note_passing(__u64 hash, __u32 set, const bool ipv6)
{
	struct ek_set_header *header;

	if (likely(is_in_front(set, ipv6)))
		return;
	__sync_fetch_and_add(beyond_front(tag_of(hash), ipv6), 1);
	header = set_at(first_set(hash, ipv6), ipv6);
	if (header && set != first_set(hash, ipv6))
		note_overflow(header, EK_SET_OVERFLOWED);
}

/* Into a way that was taken. */
static __always_inline void fill_way(struct ek_set_header *header, __u32 set, __u32 way, const struct entry *entry,
				     const bool ipv6)
{
	write_record(header, way, entry, ipv6);
	count_in(entry->service, entry->real_server, entry->generation, entry->state);
	note_passing(entry->hash, set, ipv6);
	publish(header, way, tag_of(entry->hash));
}

/* What insert would answer: 0, or a number that is none. */
static __always_inline __u32 pretend_insert(const struct entry *entry, const bool ipv6)
{
	struct place old;

	return !is_full_for(entry->hash, entry->tick, ipv6) || find_place(&entry->tuple, entry->hash, ipv6, &old);
}

/*
 * Number of the way that has the connection now: the given entry's, or that of whoever was earlier, whose real server the
 * entry then has. 0: no room.
 */
static __always_inline __u32 insert(struct entry *entry, const bool ipv6)
{
	__u32 set = 0, way = 0, kept, own;
	struct ek_set_header *header;

	entry->overflowed_twice = false;
	header = take_free_way(entry->hash, ipv6, &set, &way);
	if (!header)
		header = take_used_way(entry->hash, entry->tick, ipv6, &set, &way);
	if (!header || !is_way(&way))
		return 0;
	fill_way(header, set, way, entry, ipv6);
	kept = keep_one(entry, ipv6);
	own = way_number(set, way);
	entry->is_ours = !kept || kept == own;
	return kept ? kept : own;
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

/* ---- the third set: functions of their own after those of the first two, since hardly any connection needs them ---- */

/* Number of the way that has the connection, as from insert. */
static __always_inline __u32 insert_in_third(struct entry *entry, const bool ipv6)
{
	__u32 set = third_set(entry->hash, ipv6), way = 0, kept, own;
	struct ek_set_header *header = set_at(set, ipv6), *second = set_at(second_set(entry->hash, ipv6), ipv6);
	__u64 choice;

	if (!header || !second)
		return 0;
	choice = choose_way(header, entry->tick);
	if (choice_rank(choice) >= RANK_LIVE || !take_chosen_way(header, set, choice, entry->tick, ipv6, &way))
		return 0;
	if (!is_way(&way))
		return 0;
	note_overflow(second, EK_SET_OVERFLOWED_TWICE);
	fill_way(header, set, way, entry, ipv6);
	kept = keep_one_in_set(header, set, entry, ipv6, keep_one(entry, ipv6));
	own = way_number(set, way);
	entry->is_ours = !kept || kept == own;
	return kept ? kept : own;
}

/* What went to its third set before there was room in one of the others again, where it is now. */
static __always_inline void release_in_third(struct entry *entry, __u32 number, const bool ipv6)
{
	__u32 set = third_set(entry->hash, ipv6);
	struct ek_set_header *header = set_at(set, ipv6);

	if (header)
		keep_one_in_set(header, set, entry, ipv6, number);
}

/* After insert, whose number this is. */
static __always_inline __u32 complete_insert(struct entry *entry, __u32 number, const bool ipv6)
{
	if (!number)
		return insert_in_third(entry, ipv6);
	release_in_third(entry, number, ipv6);
	return number;
}

__noinline_global int complete_insert4(struct entry *entry, __u32 number)
{
	return entry ? complete_insert(entry, number, false) : 0;
}

__noinline_global int complete_insert6(struct entry *entry, __u32 number)
{
	return entry ? complete_insert(entry, number, true) : 0;
}

static __always_inline __u32 look_at_third_set(struct entry *entry, __u32 number, const bool ipv6)
{
	if (likely(number && !entry->overflowed_twice) || explain_mode)
		return number;
	return ipv6 ? complete_insert6(entry, number) : complete_insert4(entry, number);
}

static __always_inline __u32 insert_entry(struct entry *entry)
{
	return entry->ipv6 ? look_at_third_set(entry, insert6(entry), true)
			   : look_at_third_set(entry, insert4(entry), false);
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
