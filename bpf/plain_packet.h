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
	NOT_PLAIN_STATE = EK_STATES, /* where a state would be */
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

/*
 * What follows says in which one state a packet changes nothing. EK_STATE_NONE: SYN, FIN and RST change every state.
 * NOT_PLAIN_STATE: lengths disagree with the packet's. What begins below the least wraps round and is too much.
 */
static __always_inline __u32 parse_plain_tcp(const struct tcphdr *tcp, struct packet *packet, const bool ipv6)
{
	__u32 header = (((const __u8 *)tcp)[12] >> 2) & 60;

	packet->tuple.ports = *(const __u32 *)tcp;
	packet->tcp_flags = ((const __u8 *)tcp)[13];
	if (header - (__u32)sizeof(*tcp) > packet->length - plain_least(ipv6))
		return NOT_PLAIN_STATE;
	return packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST) ? EK_STATE_NONE : EK_STATE_ESTABLISHED;
}

static __always_inline __u32 parse_plain_udp(const struct udphdr *udp, struct packet *packet, const bool ipv6)
{
	packet->tuple.ports = *(const __u32 *)udp;
	return (__u32)bpf_ntohs(udp->len) - (__u32)sizeof(*udp) <=
			       packet->length - plain_header(ipv6) - (__u32)sizeof(*udp)
		       ? EK_STATE_UDP
		       : NOT_PLAIN_STATE;
}

static __always_inline __u32 parse_plain_l4(const void *l4, struct packet *packet, const bool ipv6)
{
	packet->l4_offset = plain_l4(ipv6);
	if (likely(packet->tuple.protocol == IPPROTO_TCP))
		return parse_plain_tcp(l4, packet, ipv6);
	return packet->tuple.protocol == IPPROTO_UDP ? parse_plain_udp(l4, packet, ipv6) : NOT_PLAIN_STATE;
}

/* The type of the frame, and the version and length of the header behind it, are one word, in which the rest is the sender's. */
static __always_inline bool is_plain_ip(const void *frame, const bool ipv6)
{
	__u32 word = *(const __u32 *)(frame + 2 * ETH_ALEN);

	if (ipv6)
		return (word & 0xf0ffff) == (PLAIN_IPV6 << 16 | bpf_htons(ETH_P_IPV6));
	return (word & 0xffffff) == (PLAIN_IPV4 << 16 | bpf_htons(ETH_P_IP));
}

static __always_inline void read_addresses(const void *ip, struct packet *packet, const bool ipv6)
{
	if (ipv6) {
		copy_address(packet->tuple.client, (const __u32 *)&((const struct ipv6hdr *)ip)->saddr);
		copy_address(packet->tuple.virtual_address, (const __u32 *)&((const struct ipv6hdr *)ip)->daddr);
	} else {
		__u64 both = word_at(&((const struct iphdr *)ip)->saddr);

		packet->tuple.client[3] = both;
		packet->tuple.virtual_address[3] = both >> 32;
	}
}

static __always_inline bool parse_plain_ipv4(const struct iphdr *ip, struct packet *packet)
{
	if (ip->frag_off & bpf_htons(IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return false;
	packet->length = bpf_ntohs(ip->tot_len);
	packet->tuple.protocol = ip->protocol;
	return true;
}

static __always_inline void parse_plain_ipv6(const struct ipv6hdr *ip, struct packet *packet)
{
	packet->ipv6 = 1;
	packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	packet->tuple.protocol = ip->nexthdr;
}

static __always_inline void copy_plain_address(__u32 *to, const __u32 *from, const bool ipv6)
{
	if (ipv6)
		copy_address(to, from);
	else
		to[3] = from[3];
}

/*
 * A frame without tags, options, extension headers and fragments, in one buffer, whose lengths agree: the state in which it
 * changes nothing. Of others NOT_PLAIN_STATE.
 */
static __always_inline __u32 parse_plain(void *data, void *end, struct packet *packet, const bool ipv6)
{
	void *ip = data + sizeof(struct ethhdr), *l4 = ip + plain_header(ipv6);

	if (l4 + sizeof(struct tcphdr) > end || *(const __u8 *)data & 1 || !is_plain_ip(data, ipv6))
		return NOT_PLAIN_STATE;
	if (ipv6)
		parse_plain_ipv6(ip, packet);
	else if (!parse_plain_ipv4(ip, packet))
		return NOT_PLAIN_STATE;
	read_addresses(ip, packet, ipv6);
	if (packet->length - plain_least(ipv6) > (__u32)(end - data) - plain_l4(ipv6) - (__u32)sizeof(struct tcphdr))
		return NOT_PLAIN_STATE;
	return parse_plain_l4(l4, packet, ipv6);
}

/* What was parsed, handed on in registers: on the stack of evenkeel_xdp there is no room for more ways than one. */
static __always_inline struct packet plain_packet_of(__u64 addresses, __u64 rest, __u32 length)
{
	struct packet packet = {
		.tuple = {.client[3] = addresses, .virtual_address[3] = addresses >> 32, .ports = rest, .protocol = rest >> 32},
		.length = length,
		.l4_offset = plain_l4(false),
		.tick = current_tick(),
	};

	return packet;
}

/*
 * Whose checksum its sender left to hardware. All is read again: whoever kept it for this would lose more, as this is hardly
 * ever asked.
 */
static __always_inline bool is_undone(const void *frame, const struct packet *packet, const bool ipv6)
{
	struct packet again = {.tuple.protocol = packet->tuple.protocol};
	const void *l4 = frame + plain_l4(ipv6);
	__u16 checksum;

	if (likely(!arrays.partial_checksums))
		return false;
	read_addresses(frame + sizeof(struct ethhdr), &again, ipv6);
	checksum = again.tuple.protocol == IPPROTO_TCP ? ((const struct tcphdr *)l4)->check
						       : ((const struct udphdr *)l4)->check;
	return checksum == sum_of_pseudo_header(&again.tuple, packet->length - plain_header(ipv6));
}

/* Once a tick. False: it has expired. */
static __always_inline bool renew(struct ek_set_header *header, struct ek_connection *connection, __u32 way, __u32 state,
				  __u32 tick)
{
	if (is_expired(header->expires[way], tick))
		return false;
	connection->touched = tick;
	header->expires[way] = expiry_of(service_at(connection->service), state, tick);
	return true;
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_real_server, vlan) == 16 &&
			 __builtin_offsetof(struct ek_real_server, method) == 18 &&
			 __builtin_offsetof(struct ek_real_server, flags) == 19,
		 "what is asked of a real server is one word");
EK_STATIC_ASSERT(EK_METHOD_DIRECT_ROUTING == 0 && EK_METHOD_NAT == 2 && EK_METHOD_SNAT == 3,
		 "methods that translate differ in their lowest bit");

/* No tag, a next hop, neither halted nor failed: what else it does with connections does not matter to one that is there. */
enum {
	OF_OTHERS = (EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_RESETS) << 24,
	PLAINLY_DIRECT = PLAIN_FLAGS << 24,
	PLAINLY_TRANSLATED = PLAIN_FLAGS << 24 | EK_METHOD_NAT << 16, /* or SNAT */
};

static __always_inline __u32 plain_word(const struct ek_real_server *server)
{
	return *(const volatile __u32 *)&server->vlan & ~(__u32)OF_OTHERS;
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

	if (unlikely(!is_translated(connection, ipv6) || is_proxied(connection, ipv6)))
		return NOT_PLAIN;
	note_plain_way_back(context, frame, translation_of(connection, ipv6));
	rewrite_to_real_server(connection, ipv6, &rewrite);
	if (unlikely(write_plainly(frame, packet, &rewrite, ipv6)))
		return -drop(EK_REASON_TTL_EXPIRED, connection->service);
	count_packet(connection->real_server, packet->length);
	write_macs(frame, server);
	return leave_by(context, server->interface_index);
}

/* Tunnel, and direct routing with a tag. */
static __always_inline int forward_plainly_by_method(struct xdp_md *context, const struct packet *packet,
						     struct ek_connection *connection,
						     const struct ek_real_server *server, const bool ipv6)
{
	if ((server->flags & (PLAIN_FLAGS | NOT_PLAIN_FLAGS)) != PLAIN_FLAGS || server->method >= EK_METHOD_NAT)
		return NOT_PLAIN;
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
	__u32 word = plain_word(server);

	if (word != PLAINLY_DIRECT)
		return (word & ~(1u << 16)) == PLAINLY_TRANSLATED
			       ? send_plainly_to_real_server(context, data, packet, connection, server, ipv6)
			       : forward_plainly_by_method(context, packet, connection, server, ipv6);
	count_packet(connection->real_server, packet->length);
	write_macs(data, server);
	return leave_by(context, server->interface_index);
}
