/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SNAT's choice of a source address and port. They need only be unique together with the real server's address and port,
 * so each real server has all ports of each source address for itself. The client's own port is tried first: it is
 * mostly free, and a person who reads a capture finds the connection again.
 */
#pragma once

#include <bpf/bpf_endian.h>

#include "bpf/reverse_index.h"
#include "bpf/translation.h"

enum {
	SOURCE_PORTS = 65536 - EK_FIRST_SOURCE_PORT,
	PORT_PROBES = 16, /* for each source address */
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

/* A free port of the source address, which is then chosen. Below 0: none was found. */
static __always_inline int find_port(struct new_translation *chosen, const bool ipv6)
{
	__u32 wanted = bpf_ntohs(chosen->client_port_be), start = chosen->hash >> 32, step = (__u32)chosen->hash | 1;
	struct tuple answer = {.protocol = chosen->protocol};

	copy_address(answer.client, chosen->real);
	copy_address(answer.virtual_address, chosen->source);
#pragma clang loop unroll(disable)
	for (__u32 n = 0; n <= PORT_PROBES; n++) {
		__u32 port = n ? EK_FIRST_SOURCE_PORT + (start + n * step) % SOURCE_PORTS : wanted;

		if (port < EK_FIRST_SOURCE_PORT)
			continue;
		chosen->source_port_be = bpf_htons(port);
		answer.ports = (__u32)chosen->source_port_be << 16 | chosen->real_port_be;
		if (is_free(&answer, ipv6))
			return 0;
	}
	return -1;
}

__noinline_global int find_port4(struct new_translation *chosen)
{
	return chosen ? find_port(chosen, false) : -1;
}

__noinline_global int find_port6(struct new_translation *chosen)
{
	return chosen ? find_port(chosen, true) : -1;
}

/* The source address that is tried first, as the flow's hash has it. */
static __always_inline __u32 first_source(__u64 hash, __u32 count)
{
	return scale(hash >> 16, count);
}

/* One of the service's source addresses, or else the one that is chosen already; and a port. Below 0: none is free. */
__noinline_global int choose_source(struct new_translation *chosen)
{
	const struct ek_sources *sources;
	__u32 first, count;

	if (!chosen)
		return -1;
	sources = &arrays.sources[chosen->service & (EK_MAX_SERVICES - 1)];
	count = sources->count;
	if (!count || count > EK_MAX_SOURCES)
		return chosen->ipv6 ? find_port6(chosen) : find_port4(chosen);
	first = first_source(chosen->hash, count);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < EK_MAX_SOURCES; i++) {
		__u32 index = (first + i) % count;

		if (i >= count)
			break;
		pin_value(index);
		if (index < EK_MAX_SOURCES)
			take_address(chosen->source, &sources->address[index], chosen->ipv6);
		if (!(chosen->ipv6 ? find_port6(chosen) : find_port4(chosen)))
			return 0;
	}
	return -1;
}
