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

/* Service id; 0: it has no hint. */
static __always_inline __u32 hinted_service(const struct tuple *tuple)
{
	__u64 wanted = ek_service_hint(tuple->virtual_address[3], virtual_port_of(tuple), tuple->protocol, 0);

	return ek_service_of_hint(*(const volatile __u64 *)&arrays.service_hints[ek_service_hint_place(wanted)], wanted);
}

/* Service id; 0: none. A port of its own comes before a range, a narrow range before a wide one. */
static __always_inline __u32 find_service(const struct tuple *tuple, bool ipv6)
{
	__u32 hinted = ipv6 ? 0 : hinted_service(tuple);
	struct ek_service_value *value;
	struct ek_service_key key;

	if (likely(hinted))
		return hinted;
	key = service_key(tuple->virtual_address, ipv6);
	key.protocol = tuple->protocol;
	key.port_be = virtual_port_of(tuple);
	value = bpf_map_lookup_elem(&service_keys, &key);
	if (value)
		return value->service;
	key.port_be = 0;
	value = bpf_map_lookup_elem(&service_keys, &key);
	return value ? service_of_range(value, bpf_ntohs(virtual_port_of(tuple))) : 0;
}
