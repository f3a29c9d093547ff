/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Taking ways from connections: each is counted out, and leaves the reverse index, exactly once. */
#pragma once

#include "bpf/accounting.h"
#include "bpf/connection_table.h"
#include "bpf/reverse_index.h"

static __always_inline bool claim(struct ek_set_header *header, __u32 way, __u32 tag)
{
	return __sync_val_compare_and_swap(&header->tag[way], tag, EK_TAG_BUSY) == tag;
}

static __always_inline void publish(struct ek_set_header *header, __u32 way, __u32 tag)
{
	__sync_lock_test_and_set(&header->tag[way], tag); /* an exchange: everything written before is seen before */
}

static __always_inline void forget_answers(struct ek_connection *connection, __u32 number, const bool ipv6)
{
	struct tuple tuple;

	answer_tuple(connection, ipv6, &tuple);
	remove_from_reverse(hash_tuple(&tuple, ipv6), number, ipv6);
}

/* Makes the way with this number the caller's, busy and counted out. False: it is no longer what it was. */
static __always_inline bool take_over(struct ek_set_header *header, __u32 way, __u32 tag, __u32 number, const bool ipv6)
{
	struct ek_connection *old;

	if (way >= EK_SET_WAYS || !claim(header, way, tag))
		return false;
	if (tag == EK_TAG_FREE)
		return true;
	if (!is_in_front(set_of_way(number), ipv6))
		__sync_fetch_and_sub(beyond_front(tag, ipv6), 1);
	old = connection_at(header, way, ipv6);
	if (is_translated(old, ipv6))
		forget_answers(old, number, ipv6);
	count_out(old->service, old->real_server, old->real_server_generation, take_state(header, way));
	return true;
}

__noinline_global int take_over4(struct ek_set4 *set, __u32 way, __u32 tag, __u32 number)
{
	return set ? take_over(&set->header, way, tag, number, false) : 0;
}

__noinline_global int take_over6(struct ek_set6 *set, __u32 way, __u32 tag, __u32 number)
{
	return set ? take_over(&set->header, way, tag, number, true) : 0;
}

static __always_inline bool take(struct ek_set_header *header, __u32 set, __u32 way, __u32 tag, const bool ipv6)
{
	__u32 number = way_number(set, way);

	return ipv6 ? take_over6((struct ek_set6 *)header, way, tag, number)
		    : take_over4((struct ek_set4 *)header, way, tag, number);
}

static __always_inline bool release(struct ek_set_header *header, __u32 set, __u32 way, __u32 tag, const bool ipv6)
{
	if (!take(header, set, way, tag, ipv6) || way >= EK_SET_WAYS)
		return false;
	publish(header, way, EK_TAG_FREE);
	return true;
}

/* ---- removing ---- */

static __always_inline int remove_one(const struct tuple *tuple, __u64 hash, const bool ipv6)
{
	struct place place;

	if (explain_mode || !find_place(tuple, hash, ipv6, &place))
		return 0;
	return release(place.header, place.set, place.way, tag_of(hash), ipv6);
}

__noinline_global int remove4(const struct tuple *tuple, __u64 hash)
{
	return tuple ? remove_one(tuple, hash, false) : 0;
}

__noinline_global int remove6(const struct tuple *tuple, __u64 hash)
{
	return tuple ? remove_one(tuple, hash, true) : 0;
}

/* Releases the entry with this key, if there is one. */
static __always_inline void remove_entry(const struct tuple *tuple, __u64 hash, bool ipv6)
{
	if (ipv6)
		remove6(tuple, hash);
	else
		remove4(tuple, hash);
}
