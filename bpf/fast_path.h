/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What nearly every packet is: plain IPv4, of an established connection that is in its first set. It changes nothing but
 * counters and time stamps. Whatever is not exactly that goes through all steps, which come to the same result; here it
 * costs a third less, because nothing of the packet is kept where another function could see it.
 */
#pragma once

#include "bpf/answer.h"
#include "bpf/connection_table.h"
#include "bpf/counters.h"
#include "bpf/forward.h"
#include "bpf/maps.h"
#include "bpf/packet.h"
#include "bpf/parse.h"
#include "bpf/tcp_state.h"

enum {
	NOT_PLAIN = -1,
	PLAIN_IPV4 = 0x45, /* version 4, no options */
	PLAIN_FLAGS = EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP,
	NOT_PLAIN_FLAGS = EK_REAL_SERVER_FAILED,
};

/* A frame without tags, options and fragments, in one buffer, whose lengths agree. */
static __always_inline bool parse_plain(struct xdp_md *context, struct packet *packet)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	void *l4 = ip + 1;

	if (l4 + sizeof(struct tcphdr) > end || ethernet->h_dest[0] & 1 || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return false;
	if (*(__u8 *)ip != PLAIN_IPV4 || ip->frag_off & bpf_htons(IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return false;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length < sizeof(*ip) || (long)(end - data) < (long)(sizeof(*ethernet) + packet->length))
		return false;
	packet->l4_offset = sizeof(*ethernet) + sizeof(*ip);
	packet->tuple.client[3] = ip->saddr;
	packet->tuple.virtual_address[3] = ip->daddr;
	packet->tuple.protocol = ip->protocol;
	return parse_l4(l4, end, packet, packet->length - sizeof(*ip)) == PARSED_CONNECTION;
}

/* The one state in which a packet without SYN, FIN and RST changes nothing. */
static __always_inline __u8 plain_state(const struct packet *packet)
{
	if (packet->tuple.protocol != IPPROTO_TCP)
		return EK_STATE_UDP;
	return packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST) ? EK_STATE_NONE : EK_STATE_ESTABLISHED;
}

/* The home way, mostly; its record is on its way before it is known to be the right one. EK_SET_WAYS: none of them. */
static __always_inline __u32 plain_way(struct ek_set_header *header, __u64 hash)
{
	__u32 way = home_way(hash), tag = tag_of(hash);

	if (way >= EK_SET_WAYS)
		return EK_SET_WAYS;
	fetch(connection_at(header, way, false));
	if (unlikely(header->tag[way] != tag))
		way = lowest_way(ways_with_tag(header, tag));
	pin_value(way);
	return way;
}

static __always_inline int forward_plain(struct xdp_md *context)
{
	struct packet packet = {};
	struct ek_real_server *server;
	struct ek_set_header *header;
	struct ek_connection *connection;
	__u32 way;

	if (!parse_plain(context, &packet) || plain_state(&packet) == EK_STATE_NONE ||
	    comes_from_translated(&packet.tuple))
		return NOT_PLAIN;
	packet.hash = hash_tuple(&packet.tuple, false);
	header = set_at(first_set(packet.hash, false), false);
	if (!header)
		return NOT_PLAIN;
	way = plain_way(header, packet.hash);
	if (way >= EK_SET_WAYS)
		return NOT_PLAIN;
	connection = connection_at(header, way, false);
	packet.tick = current_tick();
	if (header->state[way] != plain_state(&packet) || !holds(header, way, &packet.tuple, false) ||
	    is_expired(header->expires[way], packet.tick))
		return NOT_PLAIN;
	server = real_server_at(connection->real_server);
	if (server->generation != connection->real_server_generation ||
	    (server->flags & (PLAIN_FLAGS | NOT_PLAIN_FLAGS)) != PLAIN_FLAGS ||
	    (server->method == EK_METHOD_TUNNEL && !fits_in_tunnel(&packet, server)))
		return NOT_PLAIN;
	if (unlikely(connection->touched != packet.tick)) {
		connection->touched = packet.tick;
		header->expires[way] = expiry_of(service_at(connection->service), plain_state(&packet), packet.tick);
	}
	count_packet(connection->real_server, packet.length);
	if (likely(server->method == EK_METHOD_DIRECT_ROUTING))
		return forward_direct_routing(context, &packet, server);
	if (server->method >= EK_METHOD_NAT)
		return send_to_real_server(context, &packet, connection, server, false);
	return forward_plain_tunnel(context, &packet, server, connection->real_server);
}
