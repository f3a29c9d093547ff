/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SNAT's choice of a source address and port. They need only be unique together with the real server's address and port,
 * so each real server has all ports of each source address for itself. The client's own port is tried first: it is
 * mostly free, and a person who reads a capture finds the connection again. Then others, in an order of the connection's
 * own that comes to all of them; a search ends when there can hardly be any left, and one that fails is made once in a tick.
 */
#pragma once

#include <bpf/bpf_endian.h>

#include "bpf/clock.h"
#include "bpf/explain.h"
#include "bpf/reverse_index.h"
#include "bpf/translation.h"

enum {
	LAST_PORT = 0xffff,
	INSTEAD_OF_RESERVED = 0x8000, /* of two ports one is twice in the order: with a small step many in a row may be reserved */
	ROUND_PORTS = 16,    /* tried of one source address; the next round is the next one's */
	SEARCH_PORTS = 1024, /* of all of them: with one in a hundred free, one connection in thirty thousand finds none */
	SEARCH_ROUNDS = SEARCH_PORTS / ROUND_PORTS,
};

static __always_inline bool is_free(const struct tuple *answer, const bool ipv6)
{
	return !find_in_reverse(answer, hash_tuple(answer, ipv6), 0, ipv6);
}

static __always_inline void take_address(__u32 *to, const struct ek_address *address, bool ipv6)
{
	const __u32 *words = (const __u32 *)address;

	to[3] = words[3];
	if (!ipv6) /* the others are ::ffff: there */
		return;
	to[0] = words[0];
	to[1] = words[1];
	to[2] = words[2];
}

/* A free port of the source address in its so manieth turn, which is then chosen. Below 0: there was none. */
static __always_inline int find_port(struct new_translation *chosen, __u32 turn, const bool ipv6)
{
	__u32 wanted = bpf_ntohs(chosen->client_port_be), start = chosen->hash >> 32, step = (__u32)chosen->hash | 1;
	struct tuple answer = {.protocol = chosen->protocol};

	copy_address(answer.client, chosen->real);
	copy_address(answer.virtual_address, chosen->source);
#pragma clang loop unroll(disable)
	for (__u32 n = 0; n < ROUND_PORTS; n++) {
		__u32 probe = turn * ROUND_PORTS + n, port = probe ? (start + probe * step) & LAST_PORT : wanted;

		if (port < EK_FIRST_SOURCE_PORT)
			port |= INSTEAD_OF_RESERVED;
		chosen->source_port_be = bpf_htons(port);
		answer.ports = (__u32)chosen->source_port_be << 16 | chosen->real_port_be;
		if (is_free(&answer, ipv6))
			return 0;
	}
	return -1;
}

__noinline_global int find_port4(struct new_translation *chosen, __u32 turn)
{
	return chosen ? find_port(chosen, turn, false) : -1;
}

__noinline_global int find_port6(struct new_translation *chosen, __u32 turn)
{
	return chosen ? find_port(chosen, turn, true) : -1;
}

/* The source address that is tried first, as the flow's hash has it. */
static __always_inline __u32 first_source(__u64 hash, __u32 count)
{
	return scale(hash >> 16, count);
}

/* How many source addresses the service has; 1, if it is the one that is chosen already. */
static __always_inline __u32 source_count(const struct ek_sources *sources)
{
	return sources->count && sources->count <= EK_MAX_SOURCES ? sources->count : 1;
}

/* Nothing is kept for the next round: six callers have left hardly any stack. Below 0: this round found none. */
static __always_inline int choose_in_round(struct new_translation *chosen, __u32 round)
{
	const struct ek_sources *sources = &arrays.sources[chosen->service & (EK_MAX_SERVICES - 1)];
	__u32 count = source_count(sources), index = (first_source(chosen->hash, count) + round) % count;

	pin_value(index);
	if (sources->count && index < EK_MAX_SOURCES)
		take_address(chosen->source, &sources->address[index], chosen->ipv6);
	return chosen->ipv6 ? find_port6(chosen, round / count) : find_port4(chosen, round / count);
}

static __always_inline __u32 *no_port_tick_of(const struct new_translation *chosen)
{
	return &real_server_live_at(chosen->real_server)->no_port_tick;
}

/* An address of the service's, or else the one that is chosen already; and a port. Below 0: none is free, or hardly any. */
__noinline_global int choose_source(struct new_translation *chosen)
{
	__u32 rounds = SEARCH_ROUNDS;

	if (!chosen)
		return -1;
	/* One more than the tick, since memory that nobody has written says nothing. */
	if (unlikely(*no_port_tick_of(chosen) == current_tick() + 1))
		rounds = source_count(&arrays.sources[chosen->service & (EK_MAX_SERVICES - 1)]);
	pin_value(rounds); /* kernel 6.1 forgets how many: the loop's own bound stays */
#pragma clang loop unroll(disable)
	for (__u32 round = 0; round < SEARCH_ROUNDS; round++) {
		if (round >= rounds)
			break;
		if (!choose_in_round(chosen, round))
			return 0;
	}
	if (!explain_mode)
		*no_port_tick_of(chosen) = current_tick() + 1;
	return -1;
}
