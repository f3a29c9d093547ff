/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * "Fragmentation needed" (RFC 1191) and "packet too big" (RFC 4443), made of the packet itself: cut after its first bytes,
 * which the error carries, and sent back to where it came from. As many a tick as a path discovery needs, not as many as
 * a flood asks for.
 */
#pragma once

#include "bpf/frame.h"
#include "bpf/packet_service.h"
#include "bpf/translation.h"

enum {
	CARRIED = 64,     /* bytes of the packet: any IPv4 header that is honest, and ports; a whole IPv6 header and more */
	ICMP_TTL = 64,
	FRAME_HEADER_ROOM = 32, /* more than Ethernet and three tags */
	ERRORS_PER_TICK = 64, /* and CPU */
};

struct error_budget {
	__u32 tick, used;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct error_budget);
} error_budget SEC(".maps");

static __always_inline bool may_answer(__u32 tick)
{
	__u32 zero = 0;
	struct error_budget *budget = bpf_map_lookup_elem(&error_budget, &zero);

	if (!budget)
		return false;
	if (budget->tick != tick) {
		budget->tick = tick;
		budget->used = 0;
	}
	return budget->used++ < ERRORS_PER_TICK;
}

static __always_inline __u64 sum_of_words(const __u32 *words, const int count)
{
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < count; i++)
		sum += words[i];
	return sum;
}

struct icmp_error {
	__u8 type, code;
	__u16 checksum;
	__u32 mtu_be;
};

static __always_inline void fill_error4(struct iphdr *ip, struct icmp_error *error, const struct iphdr *carried, __u32 mtu)
{
	error->type = 3;
	error->code = 4;
	error->checksum = 0;
	error->mtu_be = bpf_htonl(mtu);
	error->checksum = ~fold(sum_of_words((const __u32 *)error, 2 + CARRIED / 4));
	ip->version = 4;
	ip->ihl = 5;
	ip->tos = 0;
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*error) + CARRIED);
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = ICMP_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->check = 0;
	ip->saddr = carried->daddr;
	ip->daddr = carried->saddr;
	ip->check = ~fold(sum_of_words((const __u32 *)ip, 5));
}

static __always_inline void fill_error6(struct ipv6hdr *ip, struct icmp_error *error, const struct ipv6hdr *carried,
					__u32 mtu)
{
	const __u16 length = sizeof(*error) + CARRIED;

	error->type = 2;
	error->code = 0;
	error->checksum = 0;
	error->mtu_be = bpf_htonl(mtu);
	*(__u32 *)ip = bpf_htonl(6u << 28);
	ip->payload_len = bpf_htons(length);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ICMP_TTL;
	copy_address(&ip->saddr, (const __u32 *)&carried->daddr);
	copy_address(&ip->daddr, (const __u32 *)&carried->saddr);
	error->checksum = ~fold(sum_of_words((const __u32 *)error, 2 + CARRIED / 4) +
				sum_of_words((const __u32 *)&ip->saddr, 8) + bpf_htonl(length) +
				bpf_htonl(IPPROTO_ICMPV6));
}

/* Headers in front of the packet, with the frame's own (tags included) moved before them, addresses turned round. */
static __always_inline void *put_in_front(struct xdp_md *context, __u32 frame_header, __u32 room)
{
	__u8 frame[FRAME_HEADER_ROOM];
	void *data, *end;

	if (bpf_xdp_load_bytes(context, 0, frame, frame_header) || bpf_xdp_adjust_head(context, -(int)room))
		return NULL;
	if (bpf_xdp_store_bytes(context, 0, frame, frame_header) ||
	    bpf_xdp_store_bytes(context, 0, frame + ETH_ALEN, ETH_ALEN) ||
	    bpf_xdp_store_bytes(context, ETH_ALEN, frame, ETH_ALEN))
		return NULL;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	data += frame_header & 31;
	return data + room + CARRIED > end ? NULL : data;
}

static __always_inline int write_error4(struct xdp_md *context, __u32 frame_header, __u32 mtu)
{
	struct iphdr *ip = put_in_front(context, frame_header, sizeof(*ip) + sizeof(struct icmp_error));
	struct icmp_error *error = (void *)(ip + 1);

	if (!ip)
		return -1;
	fill_error4(ip, error, (void *)(error + 1), mtu);
	return 0;
}

static __always_inline int write_error6(struct xdp_md *context, __u32 frame_header, __u32 mtu)
{
	struct ipv6hdr *ip = put_in_front(context, frame_header, sizeof(*ip) + sizeof(struct icmp_error));
	struct icmp_error *error = (void *)(ip + 1);

	if (!ip)
		return -1;
	fill_error6(ip, error, (void *)(error + 1), mtu);
	return 0;
}

/* No error is sent about an error, nor about a later fragment of IPv4 (RFC 1122, 3.2.2; RFC 4443, 2.4). */
static __always_inline bool may_be_told_of(const struct packet *packet)
{
	return packet->kind == PACKET_WITH_PORTS || (packet->ipv6 && packet->kind == PACKET_LATER_FRAGMENT);
}

static __always_inline int answer_too_big(struct xdp_md *context, const struct packet *packet, __u32 mtu)
{
	__u32 frame_header = sizeof(struct ethhdr) + (packet->tags & 3) * VLAN_TAG_LENGTH;

	drop(EK_REASON_PACKET_TOO_BIG, service_of(packet));
	if (explain_mode || !may_be_told_of(packet) || !may_answer(packet->tick))
		return XDP_DROP;
	if (bpf_xdp_adjust_tail(context, (int)(frame_header + CARRIED) - (int)bpf_xdp_get_buff_len(context)))
		return XDP_DROP;
	if (packet->ipv6 ? write_error6(context, frame_header, mtu) : write_error4(context, frame_header, mtu))
		return XDP_DROP;
	return XDP_TX;
}
