/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The frame around the packet: MAC addresses, VLAN tag, and the interface that it leaves by. */
#pragma once

#include <bpf/bpf_endian.h>

#include "bpf/counters.h"
#include "bpf/explain.h"
#include "bpf/maps.h"
#include "bpf/packet.h"
#include "bpf/parse.h"

/* Where a frame goes. */
struct hop {
	const __u32 *macs; /* destination, then source: three words */
	__u32 interface_index;
	__u16 vlan;        /* 0: untagged */
};

/* Of two tags the inner one is the network's and the outer one the carrier's: they stay if the inner one fits. */
static __always_inline bool tags_fit(const struct packet *packet, __u16 vlan)
{
	if (likely(!packet->tags))
		return !vlan;
	return vlan && (packet->innermost_tag & VLAN_ID_MASK) == vlan;
}

/*
 * Leaves one tag with this id, or none for 0. The MAC addresses are garbage afterwards: the caller writes new ones.
 * Priority bits of the innermost tag are kept.
 */
__noinline_global int retag(struct xdp_md *context, __u32 tags, __u32 vlan, __u32 innermost)
{
	int wanted = vlan ? 1 : 0;
	void *data, *end;
	__be16 *tag;

	if (tags > MAX_TAGS || bpf_xdp_adjust_head(context, ((int)tags - wanted) * VLAN_TAG_LENGTH))
		return -1;
	if (!wanted)
		return 0;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	tag = data + 2 * ETH_ALEN;
	if ((void *)(tag + 2) > end)
		return -1;
	tag[0] = bpf_htons(ETH_P_8021Q);
	tag[1] = bpf_htons((innermost & ~VLAN_ID_MASK) | vlan);
	return 0;
}

/* By words: a copy of bytes is compiled as one. */
static __always_inline void write_macs(void *frame, const void *macs)
{
	*(__u64 *)frame = word_at(macs);
	*(__u32 *)(frame + 8) = *(const __u32 *)(macs + 8);
}

/* Whether the interface is there is found out after the program: without flags bpf_redirect has one answer only. */
static __always_inline int leave_by(struct xdp_md *context, __u32 interface_index)
{
	if (interface_index == context->ingress_ifindex)
		return XDP_TX;
	bpf_redirect(interface_index, 0);
	return XDP_REDIRECT;
}

/* Around the packet as it is, to this hop. False: there was no room for it. */
static __always_inline bool write_frame(struct xdp_md *context, const struct packet *packet, const struct hop *hop)
{
	void *data, *end;

	if (unlikely(!tags_fit(packet, hop->vlan)) && retag(context, packet->tags, hop->vlan, packet->innermost_tag))
		return false;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	if (data + sizeof(struct ethhdr) > end)
		return false;
	write_macs(data, hop->macs);
	return true;
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_real_server, source_mac) == ETH_ALEN, "both MAC addresses are 3 words");

static __always_inline struct hop hop_to(const struct ek_real_server *server)
{
	return (struct hop){
		.macs = (const void *)server,
		.interface_index = server->interface_index,
		.vlan = server->vlan,
	};
}

static __always_inline int send_frame_to(struct xdp_md *context, const struct packet *packet,
					 const struct ek_real_server *server)
{
	struct hop hop = hop_to(server);

	if (unlikely(!write_frame(context, packet, &hop)))
		return -drop(EK_REASON_REDIRECT_FAILED, server->service);
	return leave_by(context, server->interface_index);
}
