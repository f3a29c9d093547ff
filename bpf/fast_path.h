/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What nearly every packet is: plain IPv4, of an established connection that is in its first set, or its real server's
 * answer. It changes nothing but counters and time stamps. Whatever is not exactly that goes through all steps, which come to the same result; here it
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
#include "bpf/partial_checksum.h"
#include "bpf/tcp_state.h"

enum {
	NOT_PLAIN = -1,
	PLAIN_IPV4 = 0x45, /* version 4, no options */
	PLAIN_FLAGS = EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP,
	NOT_PLAIN_FLAGS = EK_REAL_SERVER_FAILED,
};

enum {
	PLAIN_L4 = sizeof(struct ethhdr) + sizeof(struct iphdr),
	PLAIN_LEAST = sizeof(struct iphdr) + sizeof(struct tcphdr), /* of an IP packet; a smaller one with UDP is rare */
};

/* Their lengths agree with the packet's. What begins below the least wraps round and is too much. */
static __always_inline bool parse_plain_tcp(const struct tcphdr *tcp, struct packet *packet)
{
	__u32 header = (((const __u8 *)tcp)[12] >> 2) & 60;

	packet->tuple.ports = *(const __u32 *)tcp;
	packet->tcp_flags = ((const __u8 *)tcp)[13];
	return header - sizeof(*tcp) <= packet->length - PLAIN_LEAST;
}

static __always_inline bool parse_plain_udp(const struct udphdr *udp, struct packet *packet)
{
	packet->tuple.ports = *(const __u32 *)udp;
	return (__u32)bpf_ntohs(udp->len) - (__u32)sizeof(*udp) <=
	       packet->length - (__u32)(sizeof(struct iphdr) + sizeof(*udp));
}

/* A frame without tags, options and fragments, in one buffer, whose lengths agree. */
static __always_inline bool parse_plain(void *data, void *end, struct packet *packet)
{
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	void *l4 = ip + 1;

	if (l4 + sizeof(struct tcphdr) > end || ethernet->h_dest[0] & 1 || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return false;
	if (*(__u8 *)ip != PLAIN_IPV4 || ip->frag_off & bpf_htons(IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return false;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length - PLAIN_LEAST > (__u32)(end - data) - sizeof(*ethernet) - PLAIN_LEAST)
		return false;
	packet->l4_offset = PLAIN_L4;
	packet->tuple.client[3] = ip->saddr;
	packet->tuple.virtual_address[3] = ip->daddr;
	packet->tuple.protocol = ip->protocol;
	if (likely(ip->protocol == IPPROTO_TCP))
		return parse_plain_tcp(l4, packet);
	return ip->protocol == IPPROTO_UDP && parse_plain_udp(l4, packet);
}

static __always_inline bool has_partial_checksum(const void *l4, const struct packet *packet)
{
	__u16 checksum = packet->tuple.protocol == IPPROTO_TCP ? ((const struct tcphdr *)l4)->check
							       : ((const struct udphdr *)l4)->check;

	return checksum == sum_of_pseudo_header(&packet->tuple, packet->length - sizeof(struct iphdr));
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

/* Once a tick. False: it has expired. */
static __always_inline bool renew(struct ek_set_header *header, struct ek_connection *connection, __u32 way,
				  const struct packet *packet)
{
	if (is_expired(header->expires[way], packet->tick))
		return false;
	connection->touched = packet->tick;
	header->expires[way] = expiry_of(service_at(connection->service), plain_state(packet), packet->tick);
	return true;
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_real_server, vlan) == 16 &&
			 __builtin_offsetof(struct ek_real_server, method) == 18 &&
			 __builtin_offsetof(struct ek_real_server, flags) == 19 && EK_METHOD_DIRECT_ROUTING == 0,
		 "what is asked of a real server is one word");

/* Direct routing, no tag, a next hop, neither halted nor failed: in one comparison. */
static __always_inline bool is_plainly_direct(const struct ek_real_server *server)
{
	__u32 word = *(const __u32 *)&server->vlan;

	return (word & ~((__u32)EK_REAL_SERVER_TAKES_NEW << 24)) == (__u32)PLAIN_FLAGS << 24;
}

/* `frame` is as parse_plain has found it, so nothing of it is asked again. Below 0: that was its last hop. */
static __always_inline int write_plainly(void *frame, const struct packet *packet, const struct rewrite *rewrite)
{
	struct iphdr *ip = frame + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);

	if (write_ipv4(ip, rewrite))
		return -1;
	if (packet->tuple.protocol == IPPROTO_TCP)
		write_tcp(tcp, rewrite);
	else
		write_udp((void *)tcp, rewrite);
	return 0;
}

/* NAT and SNAT. */
static __always_inline int send_plainly_to_real_server(struct xdp_md *context, void *frame, const struct packet *packet,
						       struct ek_connection *connection,
						       const struct ek_real_server *server)
{
	struct rewrite rewrite;

	note_way_back(context, frame, packet, translation_of(connection, false));
	rewrite_to_real_server(connection, false, &rewrite);
	if (unlikely(write_plainly(frame, packet, &rewrite)))
		return -drop(EK_REASON_TTL_EXPIRED);
	count_packet(connection->real_server, packet->length);
	write_macs(frame, (const void *)server);
	return leave_by(context, server->interface_index);
}

static __always_inline int forward_plainly_by_method(struct xdp_md *context, void *frame, const struct packet *packet,
						     struct ek_connection *connection,
						     const struct ek_real_server *server)
{
	if ((server->flags & (PLAIN_FLAGS | NOT_PLAIN_FLAGS)) != PLAIN_FLAGS)
		return NOT_PLAIN;
	if (server->method >= EK_METHOD_NAT) {
		if (unlikely(is_proxied(connection, false) || server->vlan))
			return NOT_PLAIN;
		return send_plainly_to_real_server(context, frame, packet, connection, server);
	}
	if (server->method == EK_METHOD_TUNNEL && !fits_in_tunnel(packet, server))
		return NOT_PLAIN;
	if (server->method == EK_METHOD_TUNNEL)
		return forward_plain_tunnel(context, packet, server, connection->real_server);
	count_packet(connection->real_server, packet->length);
	return forward_direct_routing(context, packet, server);
}

/* The number in its home entry, or in any of the set that may be the one. 0: none. */
static __always_inline __u32 plain_number(const struct ek_reverse_set *set, __u64 hash)
{
	__u32 tag = reverse_tag(hash, false), bits = way_bits(false), mask = (1u << bits) - 1;
	__u32 entry = *(const volatile __u32 *)&set->entry[home_entry(hash)];

	if (likely(!((entry ^ tag) >> bits)))
		return entry & mask;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < EK_REVERSE_WAYS; i++) {
		entry = *(const volatile __u32 *)&set->entry[i];
		if (!((entry ^ tag) >> bits))
			return entry & mask;
	}
	return 0;
}

static __always_inline bool is_plain_answer(const struct place *place, const struct packet *packet)
{
	const struct ek_real_server *server = real_server_at(place->connection->real_server);

	return is_answer4(record4(place->connection), &packet->tuple) &&
	       *(const volatile __u32 *)&place->header->tag[place->way] >= EK_TAG_FIRST &&
	       place->header->state[place->way] == plain_state(packet) && !is_proxied(place->connection, false) &&
	       server->generation == place->connection->real_server_generation &&
	       server->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED;
}

static __always_inline int send_plainly_to_client(struct xdp_md *context, const struct packet *packet,
						  struct ek_connection *connection)
{
	const struct ek_translation *translation = translation_of(connection, false);
	const struct ek_interface *interface = interface_at(translation->client_interface);
	void *frame = (void *)(long)context->data;
	struct rewrite rewrite;

	if (frame + PLAIN_L4 + sizeof(struct tcphdr) > (void *)(long)context->data_end || !translation->client_interface ||
	    interface->index != translation->client_interface || translation->client_vlan)
		return NOT_PLAIN;
	rewrite_to_client(connection, false, &rewrite);
	if (unlikely(write_plainly(frame, packet, &rewrite)))
		return -drop(EK_REASON_TTL_EXPIRED);
	count_answer(connection->real_server, packet->length);
	copy_mac(frame, (const __u16 *)translation->client_mac);
	copy_mac(frame + ETH_ALEN, (const __u16 *)interface->mac);
	return leave_by(context, translation->client_interface);
}

/*
 * Of a connection that is in the first set of the reverse index. What was parsed comes in registers: on the stack of
 * evenkeel_xdp there is no room for this.
 */
__noinline_global int forward_plain_answer(struct xdp_md *context, __u64 addresses, __u64 rest, __u32 tcp_flags, __u32 length)
{
	struct packet packet = {
		.tuple = {.client[3] = addresses, .virtual_address[3] = addresses >> 32, .ports = rest, .protocol = rest >> 32},
		.tcp_flags = tcp_flags,
		.length = length,
		.l4_offset = PLAIN_L4,
		.tick = current_tick(),
	};
	__u64 hash = hash_tuple(&packet.tuple, false);
	const struct ek_reverse_set *set = reverse_set_at(reverse_set(hash, 0, false), false);
	struct place place;

	if (!set || !place_of_way(plain_number(set, hash), false, &place) || !is_plain_answer(&place, &packet))
		return NOT_PLAIN;
	if (unlikely(place.connection->touched != packet.tick) &&
	    !renew(place.header, place.connection, place.way, &packet))
		return NOT_PLAIN;
	return send_plainly_to_client(context, &packet, place.connection);
}

static __always_inline int forward_plain(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct packet packet = {};
	struct ek_real_server *server;
	struct ek_set_header *header;
	struct ek_connection *connection;
	__u32 way;

	if (!parse_plain(data, end, &packet) || plain_state(&packet) == EK_STATE_NONE)
		return NOT_PLAIN;
	if (unlikely(arrays.partial_checksums) && has_partial_checksum(data + PLAIN_L4, &packet))
		return NOT_PLAIN;
	if (unlikely(comes_from_translated(&packet.tuple)))
		return forward_plain_answer(context, pair_of_key4(&packet.tuple), rest_of_key(&packet.tuple), packet.tcp_flags,
					    packet.length);
	packet.hash = hash_tuple(&packet.tuple, false);
	header = set_at(first_set(packet.hash, false), false);
	if (!header)
		return NOT_PLAIN;
	way = plain_way(header, packet.hash);
	if (way >= EK_SET_WAYS)
		return NOT_PLAIN;
	connection = connection_at(header, way, false);
	packet.tick = current_tick();
	if (header->state[way] != plain_state(&packet) || !holds(header, way, &packet.tuple, false))
		return NOT_PLAIN;
	if (unlikely(connection->touched != packet.tick) && !renew(header, connection, way, &packet))
		return NOT_PLAIN;
	server = real_server_at(connection->real_server);
	if (server->generation != connection->real_server_generation)
		return NOT_PLAIN;
	if (unlikely(!is_plainly_direct(server)))
		return forward_plainly_by_method(context, data, &packet, connection, server);
	count_packet(connection->real_server, packet.length);
	write_macs(data, (const void *)server);
	return leave_by(context, server->interface_index);
}
