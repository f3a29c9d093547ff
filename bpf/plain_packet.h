/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What plain means, and how a plain packet is sent on: plain IPv4 or IPv6, nothing about it or its real server that would
 * take another step. The short ways are made of these (bpf/fast_path.h, bpf/plain_syn.h).
 */
#pragma once

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
	PLAIN_SYN = -2, /* IPv6: for the caller, who has the stack for it */
	PLAIN_IPV4 = 0x45, /* version 4, no options */
	PLAIN_IPV6 = 0x60, /* version 6; half of the traffic class is behind it */
	PLAIN_FLAGS = EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP,
	NOT_PLAIN_FLAGS = EK_REAL_SERVER_FAILED,
};

static __always_inline __u32 plain_header(const bool ipv6)
{
	return ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static __always_inline __u32 plain_l4(const bool ipv6)
{
	return sizeof(struct ethhdr) + plain_header(ipv6);
}

/* Of an IP packet; a smaller one with UDP is rare. */
static __always_inline __u32 plain_least(const bool ipv6)
{
	return plain_header(ipv6) + sizeof(struct tcphdr);
}

/* Their lengths agree with the packet's. What begins below the least wraps round and is too much. */
static __always_inline bool parse_plain_tcp(const struct tcphdr *tcp, struct packet *packet, const bool ipv6)
{
	__u32 header = (((const __u8 *)tcp)[12] >> 2) & 60;

	packet->tuple.ports = *(const __u32 *)tcp;
	packet->tcp_flags = ((const __u8 *)tcp)[13];
	return header - (__u32)sizeof(*tcp) <= packet->length - plain_least(ipv6);
}

static __always_inline bool parse_plain_udp(const struct udphdr *udp, struct packet *packet, const bool ipv6)
{
	packet->tuple.ports = *(const __u32 *)udp;
	return (__u32)bpf_ntohs(udp->len) - (__u32)sizeof(*udp) <=
	       packet->length - plain_header(ipv6) - (__u32)sizeof(*udp);
}

static __always_inline bool parse_plain_l4(const void *l4, struct packet *packet, const bool ipv6)
{
	packet->l4_offset = plain_l4(ipv6);
	if (likely(packet->tuple.protocol == IPPROTO_TCP))
		return parse_plain_tcp(l4, packet, ipv6);
	return packet->tuple.protocol == IPPROTO_UDP && parse_plain_udp(l4, packet, ipv6);
}

static __always_inline bool parse_plain_ipv4(const struct iphdr *ip, struct packet *packet)
{
	if (*(const __u8 *)ip != PLAIN_IPV4 || ip->frag_off & bpf_htons(IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return false;
	packet->length = bpf_ntohs(ip->tot_len);
	packet->tuple.client[3] = ip->saddr;
	packet->tuple.virtual_address[3] = ip->daddr;
	packet->tuple.protocol = ip->protocol;
	return true;
}

static __always_inline void read_addresses(const struct ipv6hdr *ip, struct packet *packet)
{
	copy_address(packet->tuple.client, (const __u32 *)&ip->saddr);
	copy_address(packet->tuple.virtual_address, (const __u32 *)&ip->daddr);
}

static __always_inline bool parse_plain_ipv6(const struct ipv6hdr *ip, struct packet *packet)
{
	if ((*(const __u8 *)ip & 0xf0) != PLAIN_IPV6)
		return false;
	packet->ipv6 = 1;
	packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	read_addresses(ip, packet);
	packet->tuple.protocol = ip->nexthdr;
	return true;
}

static __always_inline void copy_plain_address(__u32 *to, const __u32 *from, const bool ipv6)
{
	if (ipv6)
		copy_address(to, from);
	else
		to[3] = from[3];
}

/* A frame without tags, options, extension headers and fragments, in one buffer, whose lengths agree. */
static __always_inline bool parse_plain(void *data, void *end, struct packet *packet, const bool ipv6)
{
	struct ethhdr *ethernet = data;
	void *ip = ethernet + 1, *l4 = ip + plain_header(ipv6);

	if (l4 + sizeof(struct tcphdr) > end || ethernet->h_dest[0] & 1 ||
	    ethernet->h_proto != bpf_htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP))
		return false;
	if (!(ipv6 ? parse_plain_ipv6(ip, packet) : parse_plain_ipv4(ip, packet)))
		return false;
	if (packet->length - plain_least(ipv6) > (__u32)(end - data) - (__u32)sizeof(*ethernet) - plain_least(ipv6))
		return false;
	return parse_plain_l4(l4, packet, ipv6);
}

/* What was parsed, handed on in registers: on the stack of evenkeel_xdp there is no room for more ways than one. */
static __always_inline struct packet plain_packet_of(__u64 addresses, __u64 rest, __u32 tcp_flags, __u32 length)
{
	struct packet packet = {
		.tuple = {.client[3] = addresses, .virtual_address[3] = addresses >> 32, .ports = rest, .protocol = rest >> 32},
		.tcp_flags = tcp_flags,
		.length = length,
		.l4_offset = plain_l4(false),
		.tick = current_tick(),
	};

	return packet;
}

static __always_inline bool has_partial_checksum(const void *l4, const struct packet *packet, const bool ipv6)
{
	__u16 checksum = packet->tuple.protocol == IPPROTO_TCP ? ((const struct tcphdr *)l4)->check
							       : ((const struct udphdr *)l4)->check;

	return checksum == sum_of_pseudo_header(&packet->tuple, packet->length - plain_header(ipv6));
}

/* The one state in which a packet without SYN, FIN and RST changes nothing. */
static __always_inline __u8 plain_state(const struct packet *packet)
{
	if (packet->tuple.protocol != IPPROTO_TCP)
		return EK_STATE_UDP;
	return packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST) ? EK_STATE_NONE : EK_STATE_ESTABLISHED;
}

/* The home way, mostly; its record is on its way before it is known to be the right one. EK_SET_WAYS: none of them. */
static __always_inline __u32 plain_way(struct ek_set_header *header, __u64 hash, const bool ipv6)
{
	__u32 way = home_way(hash), tag = tag_of(hash);

	if (!is_way(&way))
		return EK_SET_WAYS;
	fetch(connection_at(header, way, ipv6));
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
static __always_inline int write_plainly(void *frame, const struct packet *packet, const struct rewrite *rewrite,
					 const bool ipv6)
{
	void *ip = frame + sizeof(struct ethhdr), *l4 = frame + plain_l4(ipv6);

	if (ipv6 ? write_ipv6(ip, rewrite) : write_ipv4(ip, rewrite))
		return -1;
	if (packet->tuple.protocol == IPPROTO_TCP)
		write_tcp(l4, rewrite);
	else
		write_udp(l4, rewrite);
	return 0;
}

/* NAT and SNAT. */
static __always_inline int send_plainly_to_real_server(struct xdp_md *context, void *frame, const struct packet *packet,
						       struct ek_connection *connection,
						       const struct ek_real_server *server, const bool ipv6)
{
	struct rewrite rewrite;

	note_way_back(context, frame, packet, translation_of(connection, ipv6));
	rewrite_to_real_server(connection, ipv6, &rewrite);
	if (unlikely(write_plainly(frame, packet, &rewrite, ipv6)))
		return -drop(EK_REASON_TTL_EXPIRED, connection->service);
	count_packet(connection->real_server, packet->length);
	write_macs(frame, (const void *)server);
	return leave_by(context, server->interface_index);
}

static __always_inline int forward_plainly_by_method(struct xdp_md *context, void *frame, const struct packet *packet,
						     struct ek_connection *connection,
						     const struct ek_real_server *server, const bool ipv6)
{
	if ((server->flags & (PLAIN_FLAGS | NOT_PLAIN_FLAGS)) != PLAIN_FLAGS)
		return NOT_PLAIN;
	if (server->method >= EK_METHOD_NAT) {
		if (unlikely(!is_translated(connection, ipv6) || is_proxied(connection, ipv6) || server->vlan))
			return NOT_PLAIN;
		return send_plainly_to_real_server(context, frame, packet, connection, server, ipv6);
	}
	if (server->method == EK_METHOD_TUNNEL && !fits_in_tunnel(packet, server))
		return NOT_PLAIN;
	if (server->method == EK_METHOD_TUNNEL)
		return forward_plain_tunnel(context, packet, server, connection->real_server, ipv6);
	count_packet(connection->real_server, packet->length);
	return forward_direct_routing(context, packet, server);
}

static __always_inline int send_plainly(struct xdp_md *context, void *data, const struct packet *packet,
					struct ek_connection *connection, const struct ek_real_server *server, const bool ipv6)
{
	if (unlikely(!is_plainly_direct(server)))
		return forward_plainly_by_method(context, data, packet, connection, server, ipv6);
	count_packet(connection->real_server, packet->length);
	write_macs(data, (const void *)server);
	return leave_by(context, server->interface_index);
}
