/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Ethernet, up to two VLAN tags, IPv4 with options or IPv6 with extension headers, ports. Judges nothing: a frame that
 * cannot be understood is dropped only if it turns out to be for a virtual address, which the caller looks up.
 */
#pragma once

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "bpf/packet.h"
#include "bpf/settings.h"

enum parsed {
	PARSED_FOREIGN,        /* nothing for this program, or its destination cannot even be read */
	PARSED_MALFORMED,      /* addresses are known, the rest is truncated or contradicts itself */
	PARSED_CONNECTION,     /* TCP or UDP with ports */
	PARSED_LATER_FRAGMENT, /* no ports */
	PARSED_ICMP,
};

enum {
	VLAN_ID_MASK = 0x0fff,
	VLAN_TAG_LENGTH = 4,
	MAX_TAGS = 2,
	IPV4_OFFSET_MASK = 0x1fff,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV6_OFFSET_MASK = 0xfff8,
	IPV6_MORE_FRAGMENTS = 1,
	MAX_EXTENSION_HEADERS = 8,
	MAX_L4_OFFSET = 1024, /* more headers than this no honest packet has */
};

static __always_inline bool is_vlan(__be16 ethertype)
{
	return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

/* In a frame of several buffers the first one, which is all that can be read directly, is shorter than the frame. */
static __always_inline bool frame_holds(struct xdp_md *context, __u32 needed)
{
	if (likely((long)context->data_end - (long)context->data >= needed))
		return true;
	return bpf_xdp_get_buff_len(context) >= needed;
}

/* Behind the Ethernet header and its tags; NULL when the frame is cut short or not for this host alone. */
static __always_inline void *parse_ethernet(void *data, void *end, struct packet *packet, __be16 *ethertype)
{
	struct ethhdr *ethernet = data;
	void *cursor = ethernet + 1;

	if (cursor > end || ethernet->h_dest[0] & 1) /* group address */
		return NULL;
	*ethertype = ethernet->h_proto;
#pragma unroll
	for (int i = 0; i < MAX_TAGS; i++) {
		__be16 *tag = cursor; /* tag, then the type of what follows */

		if (likely(!is_vlan(*ethertype)))
			break;
		if ((void *)(tag + 2) > end)
			return NULL;
		packet->innermost_tag = bpf_ntohs(tag[0]);
		packet->tags = i + 1;
		*ethertype = tag[1];
		cursor = tag + 2;
	}
	return cursor;
}

static __always_inline enum parsed parse_tcp(void *l4, void *end, struct packet *packet, __u32 payload)
{
	struct tcphdr *tcp = l4;

	if ((void *)(tcp + 1) > end || payload < sizeof(*tcp))
		return PARSED_MALFORMED;
	packet->tuple.ports = *(__u32 *)tcp;
	packet->tcp_flags = ((__u8 *)tcp)[13];
	if (tcp->doff * 4 < sizeof(*tcp))
		return PARSED_MALFORMED;
	if (tcp->doff * 4 > payload && !packet->first_fragment)
		return PARSED_MALFORMED;
	return PARSED_CONNECTION;
}

static __always_inline enum parsed parse_udp(void *l4, void *end, struct packet *packet, __u32 payload)
{
	struct udphdr *udp = l4;
	__u32 length;

	if ((void *)(udp + 1) > end || payload < sizeof(*udp))
		return PARSED_MALFORMED;
	packet->tuple.ports = *(__u32 *)udp;
	length = bpf_ntohs(udp->len);
	if (length < sizeof(*udp) || (length > payload && !packet->first_fragment))
		return PARSED_MALFORMED;
	return PARSED_CONNECTION;
}

static __always_inline enum parsed parse_l4(void *l4, void *end, struct packet *packet, __u32 payload)
{
	switch (packet->tuple.protocol) {
	case IPPROTO_TCP:
		return parse_tcp(l4, end, packet, payload);
	case IPPROTO_UDP:
		return parse_udp(l4, end, packet, payload);
	default:
		return PARSED_FOREIGN;
	}
}

/*
 * A TCP fragment that begins within the header which the first one must have whole: in the datagram it would overwrite
 * what the first one was let in by (RFC 1858, RFC 3128). UDP's header ends where the next fragment may begin.
 */
static __always_inline bool overlaps_header(__u8 protocol, __u32 offset)
{
	return protocol == IPPROTO_TCP && offset < sizeof(struct tcphdr);
}

static __always_inline enum parsed parse_ipv4(struct xdp_md *context, void *data, void *end, struct iphdr *ip,
					      struct packet *packet)
{
	__u32 header, offset = (void *)ip - data;
	__u16 fragment;

	if ((void *)(ip + 1) > end)
		return PARSED_FOREIGN;
	packet->tuple.client[3] = ip->saddr;
	packet->tuple.virtual_address[3] = ip->daddr;
	packet->tuple.protocol = ip->protocol;
	packet->length = bpf_ntohs(ip->tot_len);
	header = ip->ihl * 4;
	if (ip->version != 4 || header < sizeof(*ip) || packet->length < header ||
	    !frame_holds(context, offset + packet->length))
		return PARSED_MALFORMED;
	packet->l4_offset = offset + header;
	fragment = bpf_ntohs(ip->frag_off);
	if (unlikely(fragment & (IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))) {
		packet->fragment_id = ip->id;
		packet->fragment_protocol = ip->protocol;
		packet->first_fragment = !(fragment & IPV4_OFFSET_MASK);
		if (!packet->first_fragment)
			return overlaps_header(ip->protocol, (fragment & IPV4_OFFSET_MASK) * 8) ? PARSED_MALFORMED
												: PARSED_LATER_FRAGMENT;
	}
	if (unlikely(ip->protocol == IPPROTO_ICMP))
		return PARSED_ICMP;
	return parse_l4((void *)ip + header, end, packet, packet->length - header);
}

static __always_inline bool is_extension(__u8 next_header)
{
	return next_header == IPPROTO_HOPOPTS || next_header == IPPROTO_ROUTING || next_header == IPPROTO_DSTOPTS ||
	       next_header == IPPROTO_FRAGMENT || next_header == IPPROTO_AH;
}

/* Behind further extension headers, whose length the first fragment alone says, a TCP header may end anywhere before this. */
static __always_inline bool overlaps_headers(__u8 next_header, __u32 offset)
{
	return is_extension(next_header) ? offset < MAX_L4_OFFSET : overlaps_header(next_header, offset);
}

/* A walk over extension headers: starts and ends at `next_header`, which stands at `offset`. */
struct extension_walk {
	__u32 offset;
	__u32 fragment_id;
	__u8 next_header;
	__u8 is_fragment, is_first;
	__u8 fragment_protocol;
};

static __always_inline int skip_extension(struct xdp_md *context, struct extension_walk *walk)
{
	__u8 header[8];

	if (bpf_xdp_load_bytes(context, walk->offset, header, sizeof(header)))
		return -1;
	if (walk->next_header == IPPROTO_FRAGMENT) {
		__u16 position = (__u16)header[2] << 8 | header[3];

		walk->fragment_protocol = header[0];
		__builtin_memcpy(&walk->fragment_id, header + 4, 4);
		walk->is_fragment = (position & (IPV6_OFFSET_MASK | IPV6_MORE_FRAGMENTS)) != 0;
		walk->is_first = walk->is_fragment && !(position & IPV6_OFFSET_MASK);
		if (walk->is_fragment && !walk->is_first && overlaps_headers(header[0], position & IPV6_OFFSET_MASK))
			return -1;
		walk->offset += 8;
	} else if (walk->next_header == IPPROTO_AH) {
		walk->offset += (header[1] + 2) * 4;
	} else {
		walk->offset += (header[1] + 1) * 8;
	}
	walk->next_header = header[0];
	return 0;
}

/* Stops at the first header that is none, or at the end of a later fragment's headers. Below 0: malformed. */
__noinline_global int walk_extensions(struct xdp_md *context, struct extension_walk *walk)
{
	if (!walk)
		return -1;
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		if (!is_extension(walk->next_header))
			return 0;
		if (skip_extension(context, walk))
			return -1;
		if (walk->is_fragment && !walk->is_first)
			return 0;
	}
	return is_extension(walk->next_header) ? -1 : 0;
}

/* Sets l4_offset and protocol; PARSED_CONNECTION: go on there. */
static __always_inline enum parsed parse_extensions(struct xdp_md *context, struct packet *packet, __u8 next_header,
						    __u32 packet_end)
{
	struct extension_walk walk = {.offset = packet->l4_offset, .next_header = next_header};

	if (walk_extensions(context, &walk) || walk.offset > packet_end || walk.offset > MAX_L4_OFFSET)
		return PARSED_MALFORMED;
	packet->l4_offset = walk.offset;
	packet->tuple.protocol = walk.next_header;
	packet->fragment_id = walk.fragment_id;
	packet->fragment_protocol = walk.fragment_protocol;
	packet->first_fragment = walk.is_first;
	return walk.is_fragment && !walk.is_first ? PARSED_LATER_FRAGMENT : PARSED_CONNECTION;
}

static __always_inline enum parsed parse_ipv6(struct xdp_md *context, void *data, void *end, struct ipv6hdr *ip,
					      struct packet *packet)
{
	__u32 packet_end, offset = (void *)ip - data;
	void *l4 = ip + 1;

	if (l4 > end)
		return PARSED_FOREIGN;
	packet->ipv6 = 1;
	__builtin_memcpy(packet->tuple.client, &ip->saddr, 16);
	__builtin_memcpy(packet->tuple.virtual_address, &ip->daddr, 16);
	packet->tuple.protocol = ip->nexthdr;
	packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	packet->l4_offset = offset + sizeof(*ip);
	packet_end = offset + packet->length;
	if (ip->version != 6 || !frame_holds(context, packet_end))
		return PARSED_MALFORMED;
	if (unlikely(is_extension(ip->nexthdr))) {
		enum parsed parsed = parse_extensions(context, packet, ip->nexthdr, packet_end);

		if (parsed != PARSED_CONNECTION)
			return parsed;
		data = (void *)(long)context->data;
		end = (void *)(long)context->data_end;
		l4 = data + (packet->l4_offset & (2 * MAX_L4_OFFSET - 1));
	}
	if (unlikely(packet->tuple.protocol == IPPROTO_ICMPV6))
		return PARSED_ICMP;
	return parse_l4(l4, end, packet, packet_end - packet->l4_offset);
}

static __always_inline enum parsed parse(struct xdp_md *context, struct packet *packet)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	__be16 ethertype;
	void *ip = parse_ethernet(data, end, packet, &ethertype);

	if (!ip)
		return PARSED_FOREIGN;
	if (ethertype == bpf_htons(ETH_P_IP))
		return parse_ipv4(context, data, end, ip, packet);
	if (ethertype == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(context, data, end, ip, packet);
	return PARSED_FOREIGN;
}
