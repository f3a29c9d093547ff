/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a translated connection's record says, and how a packet becomes what it says. Checksums are not computed anew but
 * changed by what the rewriting changes in them, which is the same for every packet of a connection: it is computed once,
 * when the record is written, and its negation serves the way back.
 */
#pragma once

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/connection_table.h"
#include "bpf/packet.h"
#include "bpf/parse.h"

/* ---- sums of 16-bit words in ones' complement, in memory order ---- */

/* Of a sum below 2^48: then two carries are all there can be. */
static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static __always_inline __u64 change_of_word(__u32 from, __u32 to)
{
	return (__u64)(__u32)~from + to;
}

static __always_inline __u64 sum_of_address(const __u32 *address)
{
	return (__u64)address[0] + address[1] + address[2] + address[3];
}

/* As of four words. */
static __always_inline __u64 change_of_address(const __u32 *from, const __u32 *to)
{
	return sum_of_address(to) + 4 * 0xffffffffull - sum_of_address(from);
}

static __always_inline __u64 change_of_port(__u16 from, __u16 to)
{
	return (__u64)(__u16)~from + to;
}

/* `change` is one folded sum: then one carry is all there can be. */
static __always_inline __u16 changed_checksum(__u16 checksum, __u16 change)
{
	__u32 sum = (__u32)(__u16)~checksum + change;

	return ~(sum + (sum >> 16));
}

enum {
	ONE_HOP_LESS = 0xfffe, /* what a TTL lowered by one adds to the IP header's sum, in little-endian memory order */
	ONE_HOP_MORE = (__u16)~ONE_HOP_LESS,
};

/* Of two folded sums: then one carry is all there can be. */
static __always_inline __u16 add_sums(__u16 a, __u16 b)
{
	__u32 sum = (__u32)a + b;

	return sum + (sum >> 16);
}

/* ---- writing the record ---- */

/* What becomes of a connection's addresses and ports. */
struct new_translation {
	__u32 real[4], source[4];
	__u16 real_port_be, source_port_be;
	__u32 service;
	__u64 hash; /* of the connection */
	__u16 client_port_be;
	__u8 protocol;
	__u8 ipv6;
	__u32 real_server;
};

static __always_inline void write_ports(struct ek_translation *translation, const struct new_translation *chosen,
					__u16 virtual_port, __u64 addresses, const bool ipv6)
{
	__u16 delta = fold(addresses);

	translation->source_port_be = chosen->source_port_be;
	translation->real_port_be = chosen->real_port_be;
	translation->l3_delta = ipv6 ? delta : add_sums(delta, ONE_HOP_LESS);
	translation->l4_delta = fold(delta + change_of_port(chosen->client_port_be, chosen->source_port_be) +
				     change_of_port(virtual_port, chosen->real_port_be));
	translation->client_interface = 0;
}

/* Until the flag is set the connection's packets are dropped. */
static __always_inline void write_translation4(struct ek_connection4 *record, const struct new_translation *chosen)
{
	record->real_be = chosen->real[3];
	record->source_be = chosen->source[3];
	write_ports(&record->translation, chosen, record->virtual_port_be,
		    change_of_word(record->client_be, chosen->source[3]) +
			    change_of_word(record->virtual_be, chosen->real[3]),
		    false);
	*(volatile __u8 *)&record->flags = EK_CONNECTION_TRANSLATED;
}

static __always_inline void write_translation6(struct ek_connection6 *record, const struct new_translation *chosen)
{
	copy_address(&record->real, chosen->real);
	copy_address(&record->source, chosen->source);
	write_ports(&record->translation, chosen, record->virtual_port_be,
		    change_of_address((const __u32 *)&record->client, chosen->source) +
			    change_of_address((const __u32 *)&record->virtual_address, chosen->real),
		    true);
	*(volatile __u8 *)&record->flags = EK_CONNECTION_TRANSLATED;
}

/* ---- one direction of it ---- */

struct rewrite {
	const __u32 *source, *destination; /* four words; IPv4: one */
	__u32 ports;                       /* source, then destination, as in the packet */
	__u16 l3_delta, l4_delta;
	__u16 header_delta;                /* IPv4: l3_delta, and one hop less */
	__u32 carried_sequence;            /* is added to the sequence number in a segment that an ICMP error carries */
};

static __always_inline struct ek_translation *translation_of(struct ek_connection *connection, const bool ipv6)
{
	return ipv6 ? &record6(connection)->translation : &record4(connection)->translation;
}

static __always_inline __u16 addresses_delta(const struct ek_translation *translation, const bool ipv6)
{
	return ipv6 ? translation->l3_delta : add_sums(translation->l3_delta, ONE_HOP_MORE);
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_translation, source_port_be) == 0 &&
			 __builtin_offsetof(struct ek_translation, real_port_be) == 2,
		 "ports on the way to the real server are one word");

static __always_inline void rewrite_to_real_server(struct ek_connection *connection, const bool ipv6,
						   struct rewrite *rewrite)
{
	const struct ek_translation *translation = translation_of(connection, ipv6);

	if (ipv6) {
		rewrite->source = (const __u32 *)&record6(connection)->source;
		rewrite->destination = (const __u32 *)&record6(connection)->real;
	} else {
		rewrite->source = &record4(connection)->source_be;
		rewrite->destination = &record4(connection)->real_be;
	}
	rewrite->ports = *(const __u32 *)&translation->source_port_be;
	rewrite->l3_delta = addresses_delta(translation, ipv6);
	rewrite->l4_delta = translation->l4_delta;
	rewrite->header_delta = translation->l3_delta;
	/* What the error carries went to the client, with the numbers that the client knows (bpf/syn_proxy.h). */
	rewrite->carried_sequence = *flags_of(connection, ipv6) & EK_CONNECTION_PROXIED ? -translation->sequence : 0;
}

static __always_inline void rewrite_to_client(struct ek_connection *connection, const bool ipv6, struct rewrite *rewrite)
{
	const struct ek_translation *translation = translation_of(connection, ipv6);

	if (ipv6) {
		struct ek_connection6 *record = record6(connection);

		rewrite->source = (const __u32 *)&record->virtual_address;
		rewrite->destination = (const __u32 *)&record->client;
		rewrite->ports = (__u32)record->client_port_be << 16 | record->virtual_port_be;
	} else {
		struct ek_connection4 *record = record4(connection);

		rewrite->source = &record->virtual_be;
		rewrite->destination = &record->client_be;
		rewrite->ports = (__u32)record->client_port_be << 16 | record->virtual_port_be;
	}
	rewrite->l3_delta = ~addresses_delta(translation, ipv6);
	rewrite->l4_delta = ~translation->l4_delta;
	rewrite->header_delta = add_sums(~translation->l3_delta, add_sums(ONE_HOP_LESS, ONE_HOP_LESS));
	rewrite->carried_sequence = 0;
}

/* For a checksum that is the sum of the pseudo-header: that has the addresses alone, and is no complement. */
static __always_inline void keep_pseudo_header(struct rewrite *rewrite)
{
	rewrite->l4_delta = ~rewrite->l3_delta;
}

/* ---- applying it to a frame ---- */

/* Below 0: that was its last hop. */
static __always_inline int write_ipv4(struct iphdr *ip, const struct rewrite *rewrite)
{
	if (ip->ttl <= 1)
		return -1;
	ip->ttl--;
	ip->check = changed_checksum(ip->check, rewrite->header_delta);
	ip->saddr = rewrite->source[0];
	ip->daddr = rewrite->destination[0];
	return 0;
}

static __always_inline int write_ipv6(struct ipv6hdr *ip, const struct rewrite *rewrite)
{
	if (ip->hop_limit <= 1)
		return -1;
	ip->hop_limit--;
	copy_address(&ip->saddr, rewrite->source);
	copy_address(&ip->daddr, rewrite->destination);
	return 0;
}

static __always_inline void write_tcp(struct tcphdr *tcp, const struct rewrite *rewrite)
{
	*(__u32 *)tcp = rewrite->ports;
	tcp->check = changed_checksum(tcp->check, rewrite->l4_delta);
}

static __always_inline void write_udp(struct udphdr *udp, const struct rewrite *rewrite)
{
	*(__u32 *)udp = rewrite->ports;
	if (!udp->check) /* the sender made none */
		return;
	udp->check = changed_checksum(udp->check, rewrite->l4_delta);
	if (!udp->check)
		udp->check = 0xffff;
}

/* `l4` is followed by what `protocol` has in front. Below 0: cut short. */
static __always_inline int write_l4(void *l4, void *end, __u8 protocol, const struct rewrite *rewrite)
{
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = l4;

		if ((void *)(tcp + 1) > end)
			return -1;
		write_tcp(tcp, rewrite);
		return 0;
	}
	if (l4 + sizeof(struct udphdr) > end)
		return -1;
	write_udp(l4, rewrite);
	return 0;
}

/* Addresses, and what there is behind them. What is below 0 is a reason, negated. */
static __always_inline int write_packet(struct xdp_md *context, const struct packet *packet,
					const struct rewrite *rewrite, const bool ipv6)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	void *ip = data + sizeof(struct ethhdr) + (packet->tags & 3) * VLAN_TAG_LENGTH;
	void *l4 = data + (packet->l4_offset & (2 * MAX_L4_OFFSET - 1));

	if (ip + (ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)) > end)
		return -EK_REASON_REDIRECT_FAILED;
	if (packet->kind == PACKET_WITH_PORTS && write_l4(l4, end, packet->tuple.protocol, rewrite))
		return -EK_REASON_REDIRECT_FAILED;
	if (ipv6 ? write_ipv6(ip, rewrite) : write_ipv4(ip, rewrite))
		return -EK_REASON_TTL_EXPIRED;
	return 0;
}

static __always_inline const __u32 *client_of(struct ek_connection *connection, const bool ipv6)
{
	return ipv6 ? (const __u32 *)&record6(connection)->client : &record4(connection)->client_be;
}

static __always_inline const __u32 *real_of(struct ek_connection *connection, const bool ipv6)
{
	return ipv6 ? (const __u32 *)&record6(connection)->real : &record4(connection)->real_be;
}
