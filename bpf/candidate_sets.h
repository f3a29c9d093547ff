/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where in the connection table a connection may be: in one set of the front, or in one of three in the rest; and in which
 * way of it first of all. What is beyond the front is counted by front set, and the sweep says how full it is.
 */
#pragma once

#include "bpf/hash.h"
#include "bpf/maps.h"

static __always_inline __u32 tag_of(__u64 hash)
{
	return (__u32)hash | EK_TAG_FIRST; /* never free, never busy */
}

static __always_inline __u32 front_sets(const bool ipv6)
{
	return ipv6 ? front_sets6 : front_sets4;
}

/* By the tag alone, which is what whoever frees a way has of the hash. */
static __always_inline __u32 front_set(__u64 tag, const bool ipv6)
{
	return ek_front_set(tag, front_sets(ipv6));
}

static __always_inline bool is_in_front(__u32 set, const bool ipv6)
{
	return ek_is_in_front(set, front_sets(ipv6));
}

/* How many connections with this tag's front set are in the rest of the table. */
static __always_inline __u32 *beyond_front(__u32 tag, const bool ipv6)
{
	__u32 set = front_set(tag, ipv6) & (EK_FRONT_SETS - 1);

	return ipv6 ? &arrays.beyond_front6[set] : &arrays.beyond_front4[set];
}

/* None, mostly: then there is no need to look anywhere else. */
static __always_inline bool ends_in_front(__u32 tag, const bool ipv6)
{
	return likely(!*(const volatile __u32 *)beyond_front(tag, ipv6));
}

static __always_inline __u32 set_of_rest(__u32 hash, const bool ipv6)
{
	return front_sets(ipv6) + scale(hash, (ipv6 ? sets6 : sets4) - front_sets(ipv6));
}

static __always_inline __u32 first_set(__u64 hash, const bool ipv6)
{
	return set_of_rest(hash >> 32, ipv6);
}

static __always_inline __u32 second_set(__u64 hash, const bool ipv6)
{
	return set_of_rest((__u32)hash * 0x85ebca6bu, ipv6);
}

/* Of a connection that finds no room in the others. */
static __always_inline __u32 third_set(__u64 hash, const bool ipv6)
{
	return set_of_rest((__u32)(hash >> 16) * 0x9e3779b1u, ipv6);
}

/* While there are more connections than the front is for (bpf/sweep.h), new ones go to the rest. */
static __always_inline bool is_crowded(const bool ipv6)
{
	return *(const volatile __u32 *)(ipv6 ? &arrays.is_crowded6 : &arrays.is_crowded4);
}

/* So that few packets wait for two sets one after the other. */
static __always_inline bool is_in_rest_mostly(const bool ipv6)
{
	return unlikely(*(const volatile __u32 *)(ipv6 ? &arrays.rest_first6 : &arrays.rest_first4));
}

static __always_inline __u32 likely_set(__u64 hash, const bool ipv6)
{
	return is_in_rest_mostly(ipv6) ? first_set(hash, ipv6) : front_set(tag_of(hash), ipv6);
}

/*
 * Is this the number of a way? What is kept on the stack afterwards is what has been checked: kernel 6.1 knows nothing of
 * another copy.
 */
static __always_inline bool is_way(__u32 *way)
{
	pin_value(*way);
	if (*way >= EK_SET_WAYS)
		return false;
	pin_value(*way);
	return true;
}

/*
 * The way that a connection takes if it is free, as it mostly is: its record is fetched together with the header instead
 * of after it.
 */
static __always_inline __u64 home_way(__u64 hash)
{
	__u64 way = (hash & 0xffff) * EK_SET_WAYS >> 16;

	pin_value(way);
	return way;
}
