/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ICMP errors about translated connections: the packet that an error carries went the other way, translated, so it is
 * translated as well; else the receiver would not know it. Outer addresses are written like any packet's.
 */
#pragma once

#include "bpf/icmp.h"
#include "bpf/translation.h"

/* The carried packet's direction is the opposite of the error's: what it says as source is what the error goes to. */
static __always_inline void turn_round(const struct rewrite *outer, struct rewrite *inner)
{
	inner->source = outer->destination;
	inner->destination = outer->source;
	inner->ports = outer->ports << 16 | outer->ports >> 16;
	inner->l3_delta = outer->l3_delta;
	inner->l4_delta = outer->l4_delta;
	inner->carried_sequence = outer->carried_sequence;
}

/* Loops, not their rounds one after the other: those would fill the stack. */
static __always_inline __u64 change_of_words(const __u32 *from, const __u32 *to, int count)
{
	__u64 sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < count; i++)
		sum += change_of_word(from[i], to[i]);
	return sum;
}

/* What the sum over the carried ports, and over the checksum behind UDP's, changes by. */
static __always_inline int write_carried_ports(struct xdp_md *context, __u32 offset, __u8 protocol,
					       const struct rewrite *inner, __u64 *change)
{
	struct udphdr udp; /* TCP: ports and sequence number */
	__u32 *sequence = (__u32 *)&udp + 1;

	if (bpf_xdp_load_bytes(context, offset, &udp, sizeof(udp)))
		return -1;
	*change += change_of_word(*(__u32 *)&udp, inner->ports);
	*(__u32 *)&udp = inner->ports;
	if (protocol == IPPROTO_UDP && udp.check) {
		__u16 before = udp.check;

		udp.check = changed_checksum(before, inner->l4_delta);
		*change += change_of_port(before, udp.check);
	}
	if (protocol == IPPROTO_TCP) {
		__u32 before = *sequence;

		*sequence = bpf_htonl(bpf_ntohl(before) + inner->carried_sequence);
		*change += change_of_word(before, *sequence);
	}
	return bpf_xdp_store_bytes(context, offset, &udp, sizeof(udp));
}

/* The carried header's own checksum takes back what its addresses change: the sum over it stays. */
static __always_inline int write_carried_ipv4(struct xdp_md *context, __u32 offset, const struct rewrite *inner,
					      __u32 *length, __u8 *protocol)
{
	struct iphdr ip;

	if (bpf_xdp_load_bytes(context, offset, &ip, sizeof(ip)))
		return -1;
	ip.check = changed_checksum(ip.check, inner->l3_delta);
	ip.saddr = inner->source[0];
	ip.daddr = inner->destination[0];
	*length = ip.ihl * 4;
	*protocol = ip.protocol;
	return bpf_xdp_store_bytes(context, offset, &ip, sizeof(ip));
}

static __always_inline int write_carried_address(struct xdp_md *context, __u32 offset, const __u32 *to, __u64 *change)
{
	__u32 from[4];

	if (bpf_xdp_load_bytes(context, offset, from, sizeof(from)))
		return -1;
	*change += change_of_words(from, to, 4);
	return bpf_xdp_store_bytes(context, offset, (void *)to, sizeof(from));
}

static __always_inline int write_carried_ipv6(struct xdp_md *context, __u32 offset, const struct rewrite *inner,
					      __u32 *length, __u8 *protocol, __u64 *change)
{
	struct extension_walk walk = {.offset = offset + sizeof(struct ipv6hdr)};

	if (bpf_xdp_load_bytes(context, offset + __builtin_offsetof(struct ipv6hdr, nexthdr), &walk.next_header, 1) ||
	    walk_extensions(context, &walk))
		return -1;
	*length = walk.offset - offset;
	*protocol = walk.next_header;
	return write_carried_address(context, offset + __builtin_offsetof(struct ipv6hdr, saddr), inner->source, change) ||
	       write_carried_address(context, offset + __builtin_offsetof(struct ipv6hdr, daddr), inner->destination, change);
}

static __always_inline int write_icmp_checksum(struct xdp_md *context, __u32 offset, __u64 change)
{
	__u16 checksum;

	if (bpf_xdp_load_bytes(context, offset + 2, &checksum, sizeof(checksum)))
		return -1;
	checksum = changed_checksum(checksum, fold(change));
	return bpf_xdp_store_bytes(context, offset + 2, &checksum, sizeof(checksum));
}

/* The carried packet and the checksum over it. `way` is how packets in the error's direction are rewritten. */
static __always_inline int write_carried(struct xdp_md *context, const struct packet *packet, const struct rewrite *way,
					 __u64 change, const bool ipv6)
{
	__u32 offset = packet->l4_offset, carried = offset + ICMP_HEADER, length;
	struct rewrite inner;
	__u8 protocol;

	turn_round(way, &inner);
	if (ipv6 ? write_carried_ipv6(context, carried, &inner, &length, &protocol, &change)
		 : write_carried_ipv4(context, carried, &inner, &length, &protocol))
		return -1;
	if (write_carried_ports(context, carried + length, protocol, &inner, &change))
		return -1;
	return write_icmp_checksum(context, offset, change);
}

/*
 * Turns `way` into how the error's own header is rewritten: the sender becomes another one only if it is the other end
 * of the connection; a router in between keeps its address. `other_end` is as the packet has it.
 */
static __always_inline void keep_router(const struct packet *packet, const __u32 *other_end, struct rewrite *way,
					const bool ipv6)
{
	const int words = ipv6 ? 4 : 1;
	const __u32 *source = packet->tuple.client + 4 - words, *destination = packet->tuple.virtual_address + 4 - words;
	bool is_other_end = true;

#pragma clang loop unroll(disable)
	for (int i = 0; i < words; i++)
		is_other_end = is_other_end && source[i] == other_end[i];
	if (!is_other_end)
		way->source = source;
	way->l3_delta = fold(change_of_words(source, way->source, words) +
			     change_of_words(destination, way->destination, words));
	way->header_delta = add_sums(way->l3_delta, ONE_HOP_LESS);
}

static __always_inline int find_rewrite(const struct packet *packet, struct rewrite *way, struct place *place,
					const bool ipv6)
{
	if (!place_of_way(packet->way, ipv6, place))
		return -EK_REASON_REDIRECT_FAILED;
	if (packet->is_answer)
		rewrite_to_client(place->connection, ipv6, way);
	else
		rewrite_to_real_server(place->connection, ipv6, way);
	return 0;
}

static __always_inline const __u32 *other_end_of(const struct packet *packet, struct ek_connection *connection,
						 const bool ipv6)
{
	return packet->is_answer ? real_of(connection, ipv6) : client_of(connection, ipv6);
}

/* Two steps, because both together need too much stack. What is below 0 is a reason, negated, so never the first one. */
static __always_inline int translate_carried(struct xdp_md *context, const struct packet *packet, const bool ipv6)
{
	struct rewrite way, outer;
	struct place place;
	int failed = find_rewrite(packet, &way, &place, ipv6);

	if (failed)
		return failed;
	outer = way;
	/* IPv6's checksum covers the outer addresses too; IPv4's does not. */
	if (ipv6)
		keep_router(packet, other_end_of(packet, place.connection, ipv6), &outer, ipv6);
	return write_carried(context, packet, &way, ipv6 ? outer.l3_delta : 0, ipv6) ? -EK_REASON_REDIRECT_FAILED : 0;
}

static __always_inline int translate_outer(struct xdp_md *context, const struct packet *packet, const bool ipv6)
{
	struct rewrite way;
	struct place place;
	int failed = find_rewrite(packet, &way, &place, ipv6);

	if (failed)
		return failed;
	keep_router(packet, other_end_of(packet, place.connection, ipv6), &way, ipv6);
	return write_packet(context, packet, &way, ipv6);
}

__noinline_global int translate_carried4(struct xdp_md *context, const struct packet *packet)
{
	return packet ? translate_carried(context, packet, false) : -EK_REASON_REDIRECT_FAILED;
}

__noinline_global int translate_carried6(struct xdp_md *context, const struct packet *packet)
{
	return packet ? translate_carried(context, packet, true) : -EK_REASON_REDIRECT_FAILED;
}

__noinline_global int translate_outer4(struct xdp_md *context, const struct packet *packet)
{
	return packet ? translate_outer(context, packet, false) : -EK_REASON_REDIRECT_FAILED;
}

__noinline_global int translate_outer6(struct xdp_md *context, const struct packet *packet)
{
	return packet ? translate_outer(context, packet, true) : -EK_REASON_REDIRECT_FAILED;
}

/* Everything of the error but the frame around it. */
static __always_inline int translate_icmp_error(struct xdp_md *context, const struct packet *packet, const bool ipv6)
{
	int failed = ipv6 ? translate_carried6(context, packet) : translate_carried4(context, packet);

	if (failed)
		return failed;
	return ipv6 ? translate_outer6(context, packet) : translate_outer4(context, packet);
}
