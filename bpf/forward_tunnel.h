/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Tunnel: the packet goes to the real server inside another one, IPv4 in IPv4 or IPv6 in IPv6, and is not changed itself.
 * What would not fit the way there is answered with the size that does.
 */
#pragma once

#include "bpf/counters.h"
#include "bpf/frame.h"
#include "bpf/packet_too_big.h"
#include "bpf/translation.h"

enum {
	OUTER_TTL = 64,
};

/* Room for `header` bytes between the frame's header and the packet; VLAN tags become those of the way there. */
static __always_inline void *make_room(struct xdp_md *context, const struct packet *packet,
				       const struct ek_real_server *server, __u32 header, __be16 ethertype)
{
	int wanted = server->vlan ? VLAN_TAG_LENGTH : 0, had = (packet->tags & 3) * VLAN_TAG_LENGTH;
	void *data, *end;
	__be16 *cursor;

	if (bpf_xdp_adjust_head(context, had - wanted - (int)header))
		return NULL;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	if (data + sizeof(struct ethhdr) + VLAN_TAG_LENGTH + header > end)
		return NULL;
	write_macs(data, server);
	cursor = data + 2 * ETH_ALEN;
	if (wanted) {
		*cursor++ = bpf_htons(ETH_P_8021Q);
		*cursor++ = bpf_htons((packet->innermost_tag & ~VLAN_ID_MASK) | server->vlan);
	}
	*cursor++ = ethertype;
	return cursor;
}

static __always_inline __u16 checksum_of(const struct iphdr *ip)
{
	const __u32 *words = (const void *)ip;
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < 5; i++)
		sum += words[i];
	return ~fold(sum);
}

static __always_inline void write_outer_ipv4(struct iphdr *outer, const struct iphdr *inner, __u32 length,
					     const struct ek_real_server *server, __u32 source)
{
	outer->version = 4;
	outer->ihl = 5;
	outer->tos = inner->tos;
	outer->tot_len = bpf_htons(length + sizeof(*outer));
	outer->id = inner->id;
	outer->frag_off = inner->frag_off & bpf_htons(0x4000); /* "do not fragment", as inside */
	outer->ttl = OUTER_TTL;
	outer->protocol = IPPROTO_IPIP;
	outer->check = 0;
	outer->saddr = source;
	outer->daddr = ((const __u32 *)&server->address)[3];
	outer->check = checksum_of(outer);
}

static __always_inline int encapsulate4(struct xdp_md *context, const struct packet *packet,
					const struct ek_real_server *server, const struct ek_address *source)
{
	struct iphdr *outer = make_room(context, packet, server, sizeof(*outer), bpf_htons(ETH_P_IP));
	void *end = (void *)(long)context->data_end;

	if (!outer || (void *)(outer + 2) > end)
		return -1;
	write_outer_ipv4(outer, outer + 1, packet->length, server, ((const __u32 *)source)[3]);
	return 0;
}

static __always_inline int encapsulate6(struct xdp_md *context, const struct packet *packet,
					const struct ek_real_server *server, const struct ek_address *source)
{
	struct ipv6hdr *outer = make_room(context, packet, server, sizeof(*outer), bpf_htons(ETH_P_IPV6));
	void *end = (void *)(long)context->data_end;

	if (!outer || (void *)(outer + 2) > end)
		return -1;
	*(__u32 *)outer = *(__u32 *)(outer + 1); /* version, traffic class and flow label, as inside */
	outer->payload_len = bpf_htons(packet->length);
	outer->nexthdr = IPPROTO_IPV6;
	outer->hop_limit = OUTER_TTL;
	copy_address(&outer->saddr, (const __u32 *)source);
	copy_address(&outer->daddr, (const __u32 *)&server->address);
	return 0;
}

static __always_inline __u32 outer_header(const struct packet *packet)
{
	return packet->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

static __always_inline bool fits_in_tunnel(const struct packet *packet, const struct ek_real_server *server)
{
	return !server->mtu || packet->length + outer_header(packet) <= server->mtu;
}

/* What does not fit is not forwarded: its sender is told what would. */
__noinline_global int refuse_too_big(struct xdp_md *context, const struct packet *packet, __u32 id)
{
	return packet ? answer_too_big(context, packet, real_server_at(id)->mtu - outer_header(packet)) : XDP_DROP;
}

/* What fits, without a call. */
static __always_inline int forward_plain_tunnel(struct xdp_md *context, const struct packet *packet,
						const struct ek_real_server *server, __u32 id, const bool ipv6)
{
	const struct ek_address *source = &arrays.tunnel_sources[id & EK_MAX_REAL_SERVERS];

	if (ipv6 ? encapsulate6(context, packet, server, source) : encapsulate4(context, packet, server, source))
		return -drop(EK_REASON_REDIRECT_FAILED, server->service);
	count_packet(id, packet->length);
	return leave_by(context, server->interface_index);
}

__noinline_global int forward_tunnel(struct xdp_md *context, const struct packet *packet, __u32 id)
{
	const struct ek_real_server *server = real_server_at(id);
	const struct ek_address *source = &arrays.tunnel_sources[id & EK_MAX_REAL_SERVERS];

	if (!packet)
		return XDP_DROP;
	if (packet->ipv6 ? encapsulate6(context, packet, server, source)
			 : encapsulate4(context, packet, server, source))
		return -drop(EK_REASON_REDIRECT_FAILED, server->service);
	return leave_by(context, server->interface_index);
}
