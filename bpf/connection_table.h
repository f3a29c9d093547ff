/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The connection table: four candidate sets per connection, each one header line and EK_SET_WAYS records in one page. One
 * is in the front (ek_front_sets), which fills first; the other three are in the rest. A way belongs to whoever swaps its
 * tag to EK_TAG_BUSY; a reader trusts a record only while its tag stands. Expiry is judged in place, so the table needs
 * nobody's help to stay usable. A live established connection is never displaced.
 */
#pragma once

#include "bpf/accounting.h"
#include "bpf/candidate_sets.h"
#include "bpf/clock.h"
#include "bpf/counters.h"
#include "bpf/hash.h"
#include "bpf/maps.h"
#include "bpf/packet.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the state word of a set is taken apart in little-endian order"
#endif

/* Where a connection is. */
struct place {
	struct ek_set_header *header;
	struct ek_connection *connection;
	__u32 set, way;
};

/* A connection or template to be stored. */
struct entry {
	struct tuple tuple;
	__u64 hash;
	__u32 tick;
	__u32 expires;
	__u32 generation;
	__u16 real_server;
	__u16 service;
	__u32 state;
	__u32 ipv6;
	/* after inserting: */
	__u8 is_ours;  /* nobody was earlier */
	__u8 overflowed_twice; /* its third set may have something as well */
	__u16 reserved;
};

enum {
	STATE_ATTEMPTS = 8,
};

/* Has the cache line on its way before it is known to be needed: BPF has no other prefetch than to read. */
static __always_inline void fetch(const void *line)
{
	(void)*(const volatile __u32 *)line;
}

static __always_inline struct ek_set_header *set_at(__u32 index, const bool ipv6)
{
	if (ipv6)
		return bpf_map_lookup_elem(&connections6, &index);
	return bpf_map_lookup_elem(&connections4, &index);
}

/* The way's distance is added first: what is constant is then part of the instruction that reads. */
static __always_inline struct ek_connection *connection_at(struct ek_set_header *header, __u64 way, const bool ipv6)
{
	void *distant = (void *)header + way * (ipv6 ? sizeof(struct ek_connection6) : sizeof(struct ek_connection4));

	pin_value(distant);
	if (ipv6)
		return &((struct ek_set6 *)distant)->connection[0].common;
	return &((struct ek_set4 *)distant)->connection[0].common;
}

static __always_inline struct ek_connection4 *record4(struct ek_connection *connection)
{
	return (void *)connection - __builtin_offsetof(struct ek_connection4, common);
}

static __always_inline struct ek_connection6 *record6(struct ek_connection *connection)
{
	return (void *)connection - __builtin_offsetof(struct ek_connection6, common);
}

static __always_inline __u8 *flags_of(struct ek_connection *connection, const bool ipv6)
{
	return ipv6 ? &record6(connection)->flags : &record4(connection)->flags;
}

static __always_inline bool is_translated(struct ek_connection *connection, const bool ipv6)
{
	return *flags_of(connection, ipv6) & EK_CONNECTION_TRANSLATED;
}

/* Its segments are changed in more than addresses and ports (bpf/syn_proxy.h). */
static __always_inline bool is_proxied(struct ek_connection *connection, const bool ipv6)
{
	return *flags_of(connection, ipv6) & (EK_CONNECTION_OPENING | EK_CONNECTION_PROXIED);
}

enum {
	REST_OFFSET4 = __builtin_offsetof(struct ek_connection4, client_port_be),
	REST_OFFSET6 = __builtin_offsetof(struct ek_connection6, client_port_be),
};
EK_STATIC_ASSERT(REST_OFFSET4 == 8 && REST_OFFSET6 == 32, "the key of a record is whole words: addresses, then the rest");
#define FLAGS_OF_REST (0xffull << 40) /* not part of the key */

static __always_inline bool same_address(const __u64 *stored, const __u32 *address)
{
	return stored[0] == half_of_address(address) && stored[1] == half_of_address(address + 2);
}

static __always_inline bool holds(struct ek_connection *connection, const struct tuple *tuple, const bool ipv6)
{
	const __u64 *key = ipv6 ? (const void *)record6(connection) : (const void *)record4(connection);

	if (ipv6)
		return (key[4] & ~FLAGS_OF_REST) == rest_of_key(tuple) && same_address(key, tuple->client) &&
		       same_address(key + 2, tuple->virtual_address);
	return key[0] == pair_of_key4(tuple) && (key[1] & ~FLAGS_OF_REST) == rest_of_key(tuple);
}

/* ---- sets of ways, a bit each ---- */

EK_STATIC_ASSERT(EK_SET_WAYS == 7, "the tables below are of seven ways");
static const __u8 lowest_way_of[128] = {
	7, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	5, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	6, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	5, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
	4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0,
};
static const __u8 count_of_ways[128] = {
	0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
	1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5,
	1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5,
	2, 3, 3, 4, 3, 4, 4, 5, 3, 4, 4, 5, 4, 5, 5, 6,
	1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5,
	2, 3, 3, 4, 3, 4, 4, 5, 3, 4, 4, 5, 4, 5, 5, 6,
	2, 3, 3, 4, 3, 4, 4, 5, 3, 4, 4, 5, 4, 5, 5, 6,
	3, 4, 4, 5, 4, 5, 5, 6, 4, 5, 5, 6, 5, 6, 6, 7,
};

/* Without branches: which ways they are cannot be foreseen, and a wrong guess costs more than all seven. */
static __always_inline __u32 ways_with_tag(const struct ek_set_header *header, __u32 tag)
{
	__u32 ways = 0;

#pragma unroll
	for (int way = 0; way < EK_SET_WAYS; way++)
		ways |= (__u32)(((__u64)(*(const volatile __u32 *)&header->tag[way] ^ tag) - 1) >> 63) << way;
	pin_value(ways); /* kernel 6.1 takes what is built of bits for unbounded: the mask where it is an index stays */
	return ways;
}

/* EK_SET_WAYS: there is none. */
static __always_inline __u32 lowest_way(__u32 ways)
{
	return lowest_way_of[ways & 127];
}

/* ---- looking up ---- */

/* The lines that a connection is likely to be in: the record first, or they are not waited for together. */
static __always_inline void fetch_home(struct ek_set_header *header, __u64 hash, const bool ipv6)
{
	__u32 way = home_way(hash);

	if (!is_way(&way))
		return;
	fetch(connection_at(header, way, ipv6));
	fetch(header);
}

/* Of an IPv6 record: what is translated is there. */
static __always_inline void fetch_second_line(struct ek_set_header *header, __u64 hash)
{
	__u32 way = home_way(hash);

	if (is_way(&way))
		fetch(&((struct ek_set6 *)header)->connection[way].translation);
}

static __always_inline void set_place(struct place *place, struct ek_set_header *header, __u32 set, __u32 way,
				      const bool ipv6)
{
	place->header = header;
	place->connection = connection_at(header, way, ipv6);
	place->set = set;
	place->way = way;
}

/* Every way of the table has a number, above 0. */
static __always_inline __u32 way_number(__u32 set, __u32 way)
{
	return set * EK_WAY_NUMBERS + way + 1;
}

static __always_inline __u32 set_of_way(__u32 number)
{
	return (number - 1) / EK_WAY_NUMBERS;
}

static __always_inline bool place_of_way(__u32 number, const bool ipv6, struct place *place)
{
	__u32 set = set_of_way(number), way = (number - 1) % EK_WAY_NUMBERS;
	struct ek_set_header *header;

	if (!number)
		return false;
	header = set_at(set, ipv6);
	if (!header || !is_way(&way))
		return false;
	set_place(place, header, set, way, ipv6);
	return true;
}

static __always_inline bool find_in_set(struct ek_set_header *header, __u32 set, __u64 hash, const struct tuple *tuple,
					const bool ipv6, struct place *place)
{
	__u32 tag = tag_of(hash), home = home_way(hash), ways;

	if (is_way(&home)) {
		struct ek_connection *connection = connection_at(header, home, ipv6);

		fetch(connection);
		if (likely(header->tag[home] == tag) && holds(connection, tuple, ipv6)) {
			set_place(place, header, set, home, ipv6);
			return true;
		}
	}
	ways = ways_with_tag(header, tag);
#pragma clang loop unroll(disable)
	for (int i = 0; i < EK_SET_WAYS; i++, ways &= ways - 1) {
		__u32 way = lowest_way(ways);

		if (!is_way(&way))
			return false;
		if (likely(holds(connection_at(header, way, ipv6), tuple, ipv6))) {
			set_place(place, header, set, way, ipv6);
			return true;
		}
	}
	return false;
}

static __always_inline bool has_overflowed(const struct ek_set_header *header)
{
	return *(const volatile __u8 *)&header->hints & EK_SET_OVERFLOWED;
}

static __always_inline bool has_overflowed_twice(const struct ek_set_header *header)
{
	return *(const volatile __u8 *)&header->hints & EK_SET_OVERFLOWED_TWICE;
}

static __always_inline __u32 number_in_third_set(const struct tuple *tuple, __u64 hash, const bool ipv6)
{
	__u32 set = third_set(hash, ipv6);
	struct ek_set_header *header = set_at(set, ipv6);
	struct place place;

	return header && find_in_set(header, set, hash, tuple, ipv6, &place) ? way_number(set, place.way) : 0;
}

/* Functions of their own: hardly ever called. 0: it is not there. */
__noinline_global int number_in_third_set4(const struct tuple *tuple, __u64 hash)
{
	return tuple ? number_in_third_set(tuple, hash, false) : 0;
}

__noinline_global int number_in_third_set6(const struct tuple *tuple, __u64 hash)
{
	return tuple ? number_in_third_set(tuple, hash, true) : 0;
}

/* Expired or not. The other sets, which are likely not in the cache, are looked at only if they can have something. */
static __always_inline bool find_place(const struct tuple *tuple, __u64 hash, const bool ipv6, struct place *place)
{
	__u32 set = front_set(tag_of(hash), ipv6);
	struct ek_set_header *header = set_at(set, ipv6), *first;

	if (!header)
		return false;
	first = set_at(first_set(hash, ipv6), ipv6);
	if (!ends_in_front(tag_of(hash), ipv6) && first)
		fetch_home(first, hash, ipv6);
	if (find_in_set(header, set, hash, tuple, ipv6, place))
		return true;
	if (ends_in_front(tag_of(hash), ipv6) || !first)
		return false;
	set = first_set(hash, ipv6);
	header = first;
	if (find_in_set(header, set, hash, tuple, ipv6, place))
		return true;
	if (!has_overflowed(header))
		return false;
	set = second_set(hash, ipv6);
	header = set_at(set, ipv6);
	if (!header)
		return false;
	if (find_in_set(header, set, hash, tuple, ipv6, place))
		return true;
	if (likely(!has_overflowed_twice(header)))
		return false;
	return place_of_way(ipv6 ? number_in_third_set6(tuple, hash) : number_in_third_set4(tuple, hash), ipv6, place);
}

/* Was the record still the one that was found when it was read? Call after reading it. */
static __always_inline bool still_holds(const struct place *place, __u64 hash)
{
	return *(volatile __u32 *)&place->header->tag[place->way] == tag_of(hash);
}

/* ---- states ---- */

static __always_inline __u64 *state_word(struct ek_set_header *header)
{
	return (__u64 *)header->state;
}
EK_STATIC_ASSERT(__builtin_offsetof(struct ek_set_header, state) % 8 == 0 &&
			 __builtin_offsetof(struct ek_set_header, hints) ==
				 __builtin_offsetof(struct ek_set_header, state) + EK_SET_WAYS,
		 "states and hints are one word, so that they can be changed without a loss");
enum {
	HINTS_SHIFT = 8 * EK_SET_WAYS,
};

/* True for the one caller whose change took place; false when the way is no longer in the state `from`. */
__noinline_global int change_state(struct ek_set_header *header, __u32 way, __u32 from, __u32 to)
{
	__u32 shift = way * 8;
	__u64 *word;

	if (!header || way >= EK_SET_WAYS)
		return false;
	word = state_word(header);
	for (int i = 0; i < STATE_ATTEMPTS; i++) {
		__u64 old = *(volatile __u64 *)word;

		if ((__u8)(old >> shift) != from)
			return false;
		if (__sync_val_compare_and_swap(word, old, old ^ (__u64)(from ^ to) << shift) == old)
			return true;
	}
	return false;
}

/* Leaves NONE and gives back what was there, so that nobody else counts a change of it any more. */
static __always_inline __u32 take_state(struct ek_set_header *header, __u32 way)
{
	__u64 *word = state_word(header);
	__u32 shift = way * 8;

	for (int i = 0; i < STATE_ATTEMPTS; i++) {
		__u64 old = *(volatile __u64 *)word;

		if (__sync_val_compare_and_swap(word, old, old & ~(0xffull << shift)) == old)
			return (__u8)(old >> shift);
	}
	return EK_STATE_NONE;
}
