/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Whose packet it is, for what happens to few of them: nothing is kept for it of those that are simply forwarded. */
#pragma once

#include "bpf/connection_table.h"
#include "bpf/packet.h"

static __always_inline __u32 service_of_way(__u32 way, const bool ipv6)
{
	struct place place;

	return place_of_way(way, ipv6, &place) ? place.connection->service : NO_SERVICE;
}

/* Number of its virtual service, as it was looked for or as its connection has it. */
__noinline_global __u32 service_of(const struct packet *packet)
{
	if (!packet)
		return NO_SERVICE;
	if (packet->service)
		return packet->service;
	return packet->ipv6 ? service_of_way(packet->way, true) : service_of_way(packet->way, false);
}
