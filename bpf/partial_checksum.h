/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A frame that never was on a wire (veth, tap, ...) may come with a checksum that its sender left to hardware: the field
 * holds the sum of the pseudo-header alone, and XDP is told nothing about that. Sent on by us it would be wrong for good. So
 * on machines with such interfaces a field that looks like it is completed before anything is rewritten. A right
 * checksum that looks like it by chance (one in 65,536) is only computed again, to the same. Not so of a fragment, which has
 * not all that is summed; nor need it be, since who takes a packet to pieces completes its checksum first.
 *
 * In generic mode the frame is still the kernel's own, which adds up what is behind the field when the frame leaves: had we
 * completed it, that would be added twice. It goes on as the sum of the pseudo-header, with the addresses that are written.
 */
#pragma once

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/maps.h"
#include "bpf/packet.h"
#include "bpf/parse.h"
#include "bpf/translation.h"

enum {
	SUM_STEP = 128, /* bytes summed at a time */
	MAX_SUM_STEPS = 65536 / SUM_STEP,
};

struct sum_walk {
	struct xdp_md *context;
	__u32 offset, left; /* of what is still to be summed */
	__u32 sum;
	int failed;
};

static long sum_step(__u32 step __attribute__((unused)), struct sum_walk *walk)
{
	__u32 bytes[SUM_STEP / 4] = {}, length = walk->left < SUM_STEP ? walk->left : SUM_STEP;

	if (!length)
		return 1;
	length = ((length - 1) & (SUM_STEP - 1)) + 1; /* kernel 6.1 does not learn its bounds from comparisons */
	if (bpf_xdp_load_bytes(walk->context, walk->offset, bytes, length)) {
		walk->failed = true;
		return 1;
	}
	walk->sum = bpf_csum_diff(NULL, 0, bytes, SUM_STEP, walk->sum);
	walk->offset += length;
	walk->left -= length;
	return 0;
}

/* What the kernel puts into a checksum that is to be completed. */
static __always_inline __u16 sum_of_pseudo_header(const struct tuple *tuple, __u32 length)
{
	return fold(sum_of_address(tuple->client) + sum_of_address(tuple->virtual_address) +
		    bpf_htonl(tuple->protocol) + bpf_htonl(length));
}

static __always_inline __u16 *checksum_field(struct xdp_md *context, const struct packet *packet)
{
	void *field = (void *)(long)context->data + (packet->l4_offset & (2 * MAX_L4_OFFSET - 1));

	field += packet->tuple.protocol == IPPROTO_TCP ? __builtin_offsetof(struct tcphdr, check)
						       : __builtin_offsetof(struct udphdr, check);
	return field + sizeof(__u16) <= (void *)(long)context->data_end ? field : NULL;
}

/* Is it left to the kernel, as the sum of the pseudo-header? */
__noinline_global int complete_checksum(struct xdp_md *context, const struct packet *packet)
{
	struct sum_walk walk = {.context = context};
	__u16 *field, sum;

	if (!packet || packet->kind != PACKET_WITH_PORTS || packet->first_fragment)
		return 0;
	field = checksum_field(context, packet);
	walk.offset = packet->l4_offset;
	walk.left = packet->length - (packet->l4_offset - sizeof(struct ethhdr) - packet->tags * VLAN_TAG_LENGTH);
	if (!field || *field != sum_of_pseudo_header(&packet->tuple, walk.left))
		return 0;
	bpf_loop(MAX_SUM_STEPS, sum_step, &walk, 0);
	field = checksum_field(context, packet);
	if (walk.failed || !field)
		return 0;
	sum = ~fold(walk.sum);
	sum = sum ? sum : 0xffff; /* 0 would mean "none" with UDP; with TCP it is the same number */
	if (arrays.partial_checksums == EK_CHECKSUMS_LEFT)
		return *field != sum;
	*field = sum;
	return 0;
}
