/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Which virtual service an address, port and protocol belong to. Only packets of no known connection come here. */
#pragma once

#include <bpf/bpf_endian.h>

#include "bpf/maps.h"
#include "bpf/packet.h"

static __always_inline struct ek_service_key service_key(const __u32 *address, bool ipv6)
{
	struct ek_service_key key = {};
	__u32 *words = (__u32 *)key.address.bytes;

	words[0] = address[0];
	words[1] = address[1];
	words[2] = ipv6 ? address[2] : bpf_htonl(0xffff); /* ::ffff:a.b.c.d */
	words[3] = address[3];
	return key;
}

static __always_inline bool is_virtual_address(const __u32 *address, bool ipv6)
{
	struct ek_service_key key = service_key(address, ipv6);

	return bpf_map_lookup_elem(&service_keys, &key) != NULL;
}

static __always_inline __u32 service_of_range(const struct ek_service_value *value, __u16 port)
{
	for (__u32 i = 0; i < EK_MAX_PORT_RANGES; i++) {
		if (i >= value->range_count)
			break;
		if (port >= value->ranges[i].first && port <= value->ranges[i].last)
			return value->ranges[i].service;
	}
	return 0;
}

static __always_inline __u32 hinted_service4(const struct tuple *tuple)
{
	__u64 wanted = ek_service_hint(tuple->virtual_address[3], virtual_port_of(tuple), tuple->protocol, 0);

	return ek_service_of_hint(*(const volatile __u64 *)&arrays.service_hints4[ek_service_hint_place(wanted)], wanted);
}

/* The hint is read before the address and after it: one of which either is being written is none. */
static __always_inline __u32 hinted_service6(const struct tuple *tuple)
{
	__u64 wanted = ek_service_hint(ek_folded_address(tuple->virtual_address), virtual_port_of(tuple), tuple->protocol, 0);
	const struct ek_service_hint6 *place = &arrays.service_hints6[ek_service_hint_place(wanted)];
	__u64 hint = *(const volatile __u64 *)&place->hint;
	__u32 service = ek_service_of_hint(hint, wanted);

	if (!service || !same_words((const __u32 *)&place->address, tuple->virtual_address))
		return 0;
	return *(const volatile __u64 *)&place->hint == hint ? service : 0;
}

/* Service id; 0: it has no hint. */
static __always_inline __u32 hinted_service(const struct tuple *tuple, const bool ipv6)
{
	return ipv6 ? hinted_service6(tuple) : hinted_service4(tuple);
}

/*
 * Of what has no hint: a function of its own, with its own stack, that is given all in registers. A port of its own comes
 * before a range, a narrow range before a wide one.
 */
__noinline_global int service_without_hint(__u64 first_half, __u64 second_half, __u32 port_be, __u32 protocol)
{
	__u32 address[4] = {first_half, first_half >> 32, second_half, second_half >> 32};
	struct ek_service_key key = service_key(address, true);
	struct ek_service_value *value;

	key.protocol = protocol;
	key.port_be = port_be;
	value = bpf_map_lookup_elem(&service_keys, &key);
	if (value)
		return value->service;
	key.port_be = 0;
	value = bpf_map_lookup_elem(&service_keys, &key);
	return value ? service_of_range(value, bpf_ntohs(port_be)) : 0;
}

/* Service id; 0: none. */
static __always_inline __u32 find_service(const struct tuple *tuple, bool ipv6)
{
	__u32 hinted = hinted_service(tuple, ipv6);
	struct ek_service_key key;
	const __u32 *words = (const __u32 *)key.address.bytes;

	if (likely(hinted))
		return hinted;
	key = service_key(tuple->virtual_address, ipv6);
	return service_without_hint(half_of_address(words), half_of_address(words + 2), virtual_port_of(tuple), tuple->protocol);
}
