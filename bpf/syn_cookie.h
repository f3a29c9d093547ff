/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * SYN cookies: the sequence number with which a SYN is answered says everything about it, so nothing has to be kept until
 * the client has proved that it is there. 24 bits of a keyed hash, and what the client's SYN offered:
 *
 *   31            8   7      6   4   3     0
 *   keyed hash        epoch  segment size   window scale
 *
 * An attacker who guesses gets one connection in 8 million segments (two sequence numbers are tried), as with Linux's cookies.
 */
#pragma once

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/hash.h"
#include "bpf/packet.h"
#include "bpf/parse.h"

enum {
	COOKIE_OPTIONS = 0x7f,
	COOKIE_EPOCH = 0x80,
	COOKIE_HASH = 0xffffff00,
	COOKIE_EPOCH_SHIFT = 7,  /* an epoch lasts 128 ticks: 32 to 128 s. A cookie holds for one to two */
	NO_WINDOW_SCALE = 15,
	LARGEST_WINDOW_SCALE = 14, /* RFC 7323 */
	DEFAULT_SEGMENT = 536,     /* RFC 9293, 3.7.1: what an end takes that says nothing */
	SEGMENT_SIZES = 8,
	MAX_TCP_OPTIONS = 40,
	TCP_OPTION_END = 0,
	TCP_OPTION_NOP = 1,
	TCP_OPTION_SEGMENT = 2,
	TCP_OPTION_WINDOW_SCALE = 3,
};

/* A client's maximum segment size is rounded down to one of these. */
static const __u16 segment_sizes[SEGMENT_SIZES] = {DEFAULT_SEGMENT, 1200, 1300, 1360, 1400, 1440, 1460, 8940};

static __always_inline __u32 segment_of_cookie(__u32 cookie)
{
	return segment_sizes[cookie >> 4 & (SEGMENT_SIZES - 1)];
}

static __always_inline __u32 window_scale_of_cookie(__u32 cookie)
{
	return cookie & 15;
}

/* ---- the options of a SYN ---- */

struct syn_options {
	__u32 segment;
	__u32 window_scale; /* NO_WINDOW_SCALE: none */
};

struct option_walk {
	__u8 bytes[64]; /* more than there can be, so that a mask keeps every position inside */
	__u32 at, length;
	struct syn_options found;
};

/* Options that contradict themselves end the list. */
static long option_step(__u32 index __attribute__((unused)), struct option_walk *walk)
{
	__u32 at = walk->at, size = walk->bytes[(at + 1) & 63];
	__u8 kind = walk->bytes[at & 63];

	if (kind == TCP_OPTION_NOP)
		size = 1;
	if (at >= walk->length || kind == TCP_OPTION_END || !size)
		return 1;
	if (kind == TCP_OPTION_SEGMENT && size == 4)
		walk->found.segment = (__u32)walk->bytes[(at + 2) & 63] << 8 | walk->bytes[(at + 3) & 63];
	if (kind == TCP_OPTION_WINDOW_SCALE && size == 3)
		walk->found.window_scale = walk->bytes[(at + 2) & 63];
	walk->at = at + size;
	return 0;
}

/* `header` is the TCP header's length in bytes. */
__noinline_global int read_syn_options(struct xdp_md *context, __u32 offset, __u32 header, struct syn_options *options)
{
	struct option_walk walk = {.found = {.segment = DEFAULT_SEGMENT, .window_scale = NO_WINDOW_SCALE}};
	__u32 length = header - sizeof(struct tcphdr);

	if (!options)
		return -1;
	pin_value(length);
	if (length - 1 < MAX_TCP_OPTIONS) {
		walk.length = length;
		pin_value(length);
		length = ((length - 1) & 63) + 1; /* never 0: kernel 6.1 does not learn that from a comparison */
		if (bpf_xdp_load_bytes(context, offset + sizeof(struct tcphdr), walk.bytes, length))
			return -1;
		bpf_loop(MAX_TCP_OPTIONS, option_step, &walk, 0);
	}
	*options = walk.found;
	if (options->window_scale > LARGEST_WINDOW_SCALE && options->window_scale != NO_WINDOW_SCALE)
		options->window_scale = LARGEST_WINDOW_SCALE;
	return 0;
}

static __always_inline __u32 cookie_options(const struct syn_options *options)
{
	__u32 index = 0;

#pragma unroll
	for (int i = 1; i < SEGMENT_SIZES; i++)
		index += options->segment >= segment_sizes[i];
	return index << 4 | (options->window_scale & 15);
}

/* ---- making and checking ---- */

static __always_inline __u32 cookie_hash(const struct tuple *tuple, __u32 sequence, __u32 epoch, __u32 options)
{
	struct siphash s = siphash_start();

	siphash_address(&s, tuple->client);
	siphash_address(&s, tuple->virtual_address);
	siphash_word(&s, rest_of_key(tuple));
	siphash_word(&s, (__u64)sequence << 32 | (epoch & 0xffffff) << 8 | options);
	return (__u32)siphash_end(&s) & COOKIE_HASH;
}

/* `sequence` is that of the client's SYN. */
__noinline_global __u32 make_cookie(const struct packet *packet, __u32 sequence, __u32 options)
{
	__u32 epoch;

	if (!packet)
		return 0;
	epoch = packet->tick >> COOKIE_EPOCH_SHIFT;
	options &= COOKIE_OPTIONS;
	return cookie_hash(&packet->tuple, sequence, epoch, options) | (epoch & 1) << COOKIE_EPOCH_SHIFT | options;
}
EK_STATIC_ASSERT(COOKIE_EPOCH == 1 << COOKIE_EPOCH_SHIFT, "the epoch's lowest bit is above the options");

__noinline_global int is_cookie_for(const struct packet *packet, __u32 cookie, __u32 sequence)
{
	__u32 epoch;

	if (!packet)
		return false;
	epoch = packet->tick >> COOKIE_EPOCH_SHIFT;
	epoch -= (epoch ^ cookie >> COOKIE_EPOCH_SHIFT) & 1; /* the last one, if it is not of this one */
	return cookie_hash(&packet->tuple, sequence, epoch, cookie & COOKIE_OPTIONS) == (cookie & COOKIE_HASH);
}

enum {
	COOKIE_OF_SYN = 1,   /* the segment repeats the SYN's sequence number: a probe for a window */
	COOKIE_OF_FIRST = 2, /* it follows the SYN */
};

/* Does the client's segment acknowledge a cookie, and how does its sequence number lie to the SYN's? 0: no. */
__noinline_global int check_cookie(struct xdp_md *context, const struct packet *packet)
{
	struct tcphdr tcp;
	__u32 cookie, sequence;

	if (!packet || bpf_xdp_load_bytes(context, packet->l4_offset & (2 * MAX_L4_OFFSET - 1), &tcp, sizeof(tcp)))
		return 0;
	cookie = bpf_ntohl(tcp.ack_seq) - 1;
	sequence = bpf_ntohl(tcp.seq);
	if (is_cookie_for(packet, cookie, sequence - 1))
		return COOKIE_OF_FIRST;
	return is_cookie_for(packet, cookie, sequence) ? COOKIE_OF_SYN : 0;
}
