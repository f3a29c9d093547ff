/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The reverse index: from an answer of a real server to the connection that it belongs to. It holds numbers of ways of
 * the connection table and nothing of its own, so that half of a connection can never be lost: an entry whose way has
 * something else by now simply does not match. Three candidate sets, the first of them in a front, as in the connection
 * table.
 */
#pragma once

#include "bpf/connection_table.h"

static __always_inline struct ek_reverse_set *reverse_set_at(__u32 index, const bool ipv6)
{
	if (ipv6)
		return bpf_map_lookup_elem(&reverse6, &index);
	return bpf_map_lookup_elem(&reverse4, &index);
}

enum {
	REVERSE_CHOICES = 3,
};

static __always_inline __u32 reverse_set(__u64 hash, __u32 choice, const bool ipv6)
{
	__u32 front = ipv6 ? reverse_front6 : reverse_front4, all = ipv6 ? reverse_sets6 : reverse_sets4;

	if (likely(!choice))
		return scale(hash >> 32, front);
	return front + scale(choice == 1 ? (__u32)hash : (__u32)(hash >> 32) * 0x9e3779b1u, all - front);
}

static __always_inline __u32 likely_reverse_set(__u64 hash, const bool ipv6)
{
	return is_in_rest_mostly(ipv6) ? reverse_set(hash, 1, ipv6) : reverse_set(hash, 0, ipv6);
}

static __always_inline __u32 way_bits(const bool ipv6)
{
	return ipv6 ? way_bits6 : way_bits4;
}

/* The part of an entry that comes from the hash: bits that choose neither set alone. */
static __always_inline __u32 reverse_tag(__u64 hash, const bool ipv6)
{
	return (__u32)(hash >> 4) << way_bits(ipv6);
}

/* The entry that is taken if it is free, as it mostly is. */
static __always_inline __u32 home_entry(__u64 hash)
{
	__u32 entry = (hash & 0xffff) * EK_REVERSE_WAYS >> 16;

	pin_value(entry);
	return entry;
}

/* In its next set is something only if there was no room in this one: mostly there is no need to look. */
static __always_inline bool ends_here(const struct ek_reverse_set *set)
{
	return likely(!*(const volatile __u32 *)&set->overflowed);
}

/* The answers of a connection look like this. */
static __always_inline void answer_tuple(struct ek_connection *connection, const bool ipv6, struct tuple *tuple)
{
	__builtin_memset(tuple, 0, sizeof(*tuple));
	if (ipv6) {
		struct ek_connection6 *record = record6(connection);

		copy_address(tuple->client, (const __u32 *)&record->real);
		copy_address(tuple->virtual_address, (const __u32 *)&record->source);
		tuple->ports = (__u32)record->translation.source_port_be << 16 | record->translation.real_port_be;
		tuple->protocol = record->protocol;
	} else {
		struct ek_connection4 *record = record4(connection);

		tuple->client[3] = record->real_be;
		tuple->virtual_address[3] = record->source_be;
		tuple->ports = (__u32)record->translation.source_port_be << 16 | record->translation.real_port_be;
		tuple->protocol = record->protocol;
	}
}

static __always_inline bool is_answer4(const struct ek_connection4 *record, const struct tuple *tuple)
{
	return record->real_be == tuple->client[3] && record->source_be == tuple->virtual_address[3] &&
	       ((__u32)record->translation.source_port_be << 16 | record->translation.real_port_be) == tuple->ports &&
	       record->protocol == tuple->protocol && record->flags & EK_CONNECTION_TRANSLATED;
}

static __always_inline bool is_answer6(const struct ek_connection6 *record, const struct tuple *tuple)
{
	return same_words((const __u32 *)&record->real, tuple->client) &&
	       same_words((const __u32 *)&record->source, tuple->virtual_address) &&
	       ((__u32)record->translation.source_port_be << 16 | record->translation.real_port_be) == tuple->ports &&
	       record->protocol == tuple->protocol && record->flags & EK_CONNECTION_TRANSLATED;
}

static __always_inline bool is_answer(struct ek_connection *connection, const struct tuple *tuple, const bool ipv6)
{
	return ipv6 ? is_answer6(record6(connection), tuple) : is_answer4(record4(connection), tuple);
}

static __always_inline bool answers(__u32 number, const struct tuple *tuple, const bool ipv6)
{
	struct place place;

	if (!place_of_way(number, ipv6, &place) || *(volatile __u32 *)&place.header->tag[place.way] < EK_TAG_FIRST)
		return false;
	return is_answer(place.connection, tuple, ipv6);
}

/* Verified once, on its own: what a loop runs is verified for each round. */
__noinline_global int answers4(__u32 number, const struct tuple *tuple)
{
	return tuple && answers(number, tuple, false);
}

__noinline_global int answers6(__u32 number, const struct tuple *tuple)
{
	return tuple && answers(number, tuple, true);
}

/* ---- looking up ---- */

static __always_inline __u32 find_answered(const struct tuple *tuple, __u64 hash, __u32 except, const bool ipv6)
{
	__u32 tag = reverse_tag(hash, ipv6), bits = way_bits(ipv6), mask = (1u << bits) - 1;
	struct ek_reverse_set *beyond = is_crowded(ipv6) ? reverse_set_at(reverse_set(hash, 1, ipv6), ipv6) : NULL;

	if (beyond)
		fetch(beyond); /* with the front's */
#pragma clang loop unroll(disable)
	for (__u32 choice = 0; choice < REVERSE_CHOICES; choice++) {
		struct ek_reverse_set *set = reverse_set_at(reverse_set(hash, choice, ipv6), ipv6);

		if (!set)
			return 0;
#pragma clang loop unroll(disable)
		for (__u32 i = 0; i < EK_REVERSE_WAYS; i++) {
			__u32 entry = *(volatile __u32 *)&set->entry[i], number = entry & mask;

			if ((entry ^ tag) >> bits || !number || number == except)
				continue;
			if (ipv6 ? answers6(number, tuple) : answers4(number, tuple))
				return number;
		}
		if (ends_here(set))
			break;
	}
	return 0;
}

__noinline_global int find_answered4(const struct tuple *tuple, __u64 hash, __u32 except)
{
	return tuple ? find_answered(tuple, hash, except, false) : 0;
}

__noinline_global int find_answered6(const struct tuple *tuple, __u64 hash, __u32 except)
{
	return tuple ? find_answered(tuple, hash, except, true) : 0;
}

/* Number of the way whose connection this packet of a real server answers, other than `except`; 0: none. */
static __always_inline __u32 find_in_reverse(const struct tuple *tuple, __u64 hash, __u32 except, const bool ipv6)
{
	return ipv6 ? find_answered6(tuple, hash, except) : find_answered4(tuple, hash, except);
}

/* ---- changing ---- */

static __always_inline bool swap_entry(__u32 *entry, __u32 from, __u32 to)
{
	return *(volatile __u32 *)entry == from && __sync_val_compare_and_swap(entry, from, to) == from;
}

/* In the home entry before any other. */
static __always_inline bool swap_in_set(struct ek_reverse_set *set, __u64 hash, __u32 from, __u32 to)
{
	if (swap_entry(&set->entry[home_entry(hash)], from, to))
		return true;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < EK_REVERSE_WAYS; i++)
		if (swap_entry(&set->entry[i], from, to))
			return true;
	return false;
}

/*
 * Swaps one value for another where it is found: in the set with the number that is returned, from 1 on; 0: nowhere. A new
 * entry is counted in the sets that it passes before it is where it goes, so that whoever looks for it finds it.
 */
static __always_inline __u32 swap_in_reverse(__u64 hash, __u32 from, __u32 to, const bool ipv6)
{
#pragma clang loop unroll(disable)
	for (__u32 choice = 0; choice < REVERSE_CHOICES; choice++) {
		struct ek_reverse_set *set = reverse_set_at(reverse_set(hash, choice, ipv6), ipv6);

		if (!set)
			return 0;
		if ((from || choice || !is_crowded(ipv6)) && swap_in_set(set, hash, from, to))
			return choice + 1;
		if (from) {
			if (ends_here(set))
				return 0;
		} else {
			__sync_fetch_and_add(&set->overflowed, 1);
		}
		pin_value(choice); /* or the loop is laid out so that kernel 6.1 does not take it */
	}
	return 0;
}

__noinline_global int swap_in_reverse4(__u64 hash, __u32 from, __u32 to)
{
	return swap_in_reverse(hash, from, to, false);
}

__noinline_global int swap_in_reverse6(__u64 hash, __u32 from, __u32 to)
{
	return swap_in_reverse(hash, from, to, true);
}

/* One entry less is beyond the first so many of its sets. */
static __always_inline int count_back(__u64 hash, __u32 choices, const bool ipv6)
{
#pragma clang loop unroll(disable)
	for (__u32 choice = 0; choice < REVERSE_CHOICES; choice++) {
		struct ek_reverse_set *set = reverse_set_at(reverse_set(hash, choice, ipv6), ipv6);

		if (!set || choice >= choices)
			break;
		__sync_fetch_and_sub(&set->overflowed, 1);
	}
	return 0;
}

__noinline_global int count_back4(__u64 hash, __u32 choices)
{
	return count_back(hash, choices, false);
}

__noinline_global int count_back6(__u64 hash, __u32 choices)
{
	return count_back(hash, choices, true);
}

static __always_inline bool insert_in_reverse(__u64 hash, __u32 number, const bool ipv6)
{
	__u32 entry = reverse_tag(hash, ipv6) | number;

	if (ipv6 ? swap_in_reverse6(hash, 0, entry) : swap_in_reverse4(hash, 0, entry))
		return true;
	if (ipv6)
		count_back6(hash, REVERSE_CHOICES);
	else
		count_back4(hash, REVERSE_CHOICES);
	return false;
}

static __always_inline void remove_from_reverse(__u64 hash, __u32 number, const bool ipv6)
{
	__u32 entry = reverse_tag(hash, ipv6) | number;
	__u32 found = ipv6 ? swap_in_reverse6(hash, entry, 0) : swap_in_reverse4(hash, entry, 0);

	if (likely(found <= 1))
		return;
	if (ipv6)
		count_back6(hash, found - 1);
	else
		count_back4(hash, found - 1);
}
