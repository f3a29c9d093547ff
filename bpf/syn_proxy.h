/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Connections that a SYN cookie has begun (NAT, SNAT). The client's SYN is answered by us, with no window, so that it
 * sends nothing yet. Its acknowledgement, if it carries the cookie, makes the connection, and becomes a SYN to the real
 * server. The real server's answer becomes a segment that opens the client's window and makes the client acknowledge,
 * which completes the real server's handshake:
 *
 *   client                     here                    real server
 *     | -- SYN C ------------> |                            |
 *     | <- SYN K, ACK, no win. |  nothing is kept           |
 *     | -- ACK K+1 ----------> | -- SYN C ----------------> |
 *     | <- [K, one byte] win.  | <-------------- SYN S, ACK |
 *     | -- ACK K+1 ----------> | -- ACK S+1 --------------> |
 *
 * From then on sequence numbers differ by K - S, and window fields by the difference of the scales. Neither selective
 * acknowledgements nor time stamps are offered: both would have to be rewritten inside of options.
 */
#pragma once

#include "bpf/answer_reset.h"
#include "bpf/connection_table.h"
#include "bpf/syn_cookie.h"

enum {
	OFFERED_WINDOW_SCALE = 7,
	OFFERED_SEGMENT4 = 1460,
	OFFERED_SEGMENT6 = 1440,
	SYN_LENGTH = sizeof(struct tcphdr) + 8, /* with segment size and window scale */
	OPENER_LENGTH = sizeof(struct tcphdr) + 1,
	SYN_DATA_OFFSET = SYN_LENGTH / 4 << 4,
	SCALE_SHIFT_BIAS = 8,
	MAX_WINDOW = 0xffff,
};

/* ---- frames of another shape ---- */

static __always_inline __u32 ip_offset(const struct packet *packet)
{
	return sizeof(struct ethhdr) + (packet->tags & 3) * VLAN_TAG_LENGTH;
}

static __always_inline __u32 ip_header_length(const struct packet *packet)
{
	return packet->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* Cuts or lengthens the frame. Below 0: it has IP options or extension headers, or no room. */
static __always_inline int resize(struct xdp_md *context, const struct packet *packet, __u32 l4_length)
{
	__u32 wanted = ip_offset(packet) + ip_header_length(packet) + l4_length;

	if (packet->l4_offset != ip_offset(packet) + ip_header_length(packet) || packet->first_fragment)
		return -1;
	return bpf_xdp_adjust_tail(context, (int)wanted - (int)bpf_xdp_get_buff_len(context));
}

/* Writes the IP header's length, and everything that follows from it; the sum over the pseudo-header is left for TCP. */
static __always_inline __u64 finish_ip(void *ip, const struct packet *packet, __u32 l4_length)
{
	struct iphdr *v4 = ip;
	struct ipv6hdr *v6 = ip;
	__u64 pseudo = bpf_htonl(IPPROTO_TCP) + bpf_htonl(l4_length);

	if (packet->ipv6) {
		v6->payload_len = bpf_htons(l4_length);
		return pseudo + sum_of_words((const __u32 *)&v6->saddr, 8);
	}
	v4->tot_len = bpf_htons(sizeof(*v4) + l4_length);
	v4->check = 0;
	v4->check = ~fold(sum_of_words((const __u32 *)v4, 5));
	return pseudo + sum_of_words(&v4->saddr, 2);
}

static __always_inline void write_syn_options(struct tcphdr *tcp, __u32 segment, __u32 window_scale)
{
	__u32 *options = (__u32 *)(tcp + 1);

	((__u8 *)tcp)[12] = SYN_DATA_OFFSET;
	options[0] = bpf_htonl(TCP_OPTION_SEGMENT << 24 | 4 << 16 | (segment & 0xffff));
	options[1] = bpf_htonl(window_scale == NO_WINDOW_SCALE
				       ? TCP_OPTION_NOP * 0x01010101u
				       : TCP_OPTION_NOP << 24 | TCP_OPTION_WINDOW_SCALE << 16 | 3 << 8 | window_scale);
}

static __always_inline void turn_addresses_round(void *ip, const struct packet *packet)
{
	struct iphdr *v4 = ip;
	struct ipv6hdr *v6 = ip;
	__u32 address[4];

	if (packet->ipv6) {
		copy_address(address, (const __u32 *)&v6->saddr);
		copy_address(&v6->saddr, (const __u32 *)&v6->daddr);
		copy_address(&v6->daddr, address);
		v6->hop_limit = RESET_TTL;
	} else {
		address[0] = v4->saddr;
		v4->saddr = v4->daddr;
		v4->daddr = address[0];
		v4->ttl = RESET_TTL;
	}
}

/* ---- the answer to a SYN ---- */

static __always_inline void write_cookie(struct tcphdr *tcp, const struct packet *packet, __u32 cookie)
{
	__u32 sequence = tcp->seq, scale = window_scale_of_cookie(cookie);

	tcp->source = packet->tuple.ports >> 16;
	tcp->dest = packet->tuple.ports;
	tcp->seq = bpf_htonl(cookie);
	tcp->ack_seq = bpf_htonl(bpf_ntohl(sequence) + 1);
	((__u8 *)tcp)[13] = TCP_SYN | TCP_ACK;
	tcp->window = 0;
	tcp->check = 0;
	tcp->urg_ptr = 0;
	write_syn_options(tcp, packet->ipv6 ? OFFERED_SEGMENT6 : OFFERED_SEGMENT4,
			  scale == NO_WINDOW_SCALE ? NO_WINDOW_SCALE : OFFERED_WINDOW_SCALE);
}

static __always_inline int cookie_of_syn(struct xdp_md *context, const struct packet *packet, __u32 *cookie)
{
	struct syn_options options;
	struct tcphdr tcp;
	__u32 offset = packet->l4_offset & (2 * MAX_L4_OFFSET - 1);

	if (bpf_xdp_load_bytes(context, offset, &tcp, sizeof(tcp)) ||
	    read_syn_options(context, offset, tcp.doff * 4, &options))
		return -1;
	*cookie = make_cookie(packet, bpf_ntohl(tcp.seq), cookie_options(&options));
	return 0;
}

/* The verdict on a SYN that is answered with a cookie. */
__noinline_global int answer_with_cookie(struct xdp_md *context, const struct packet *packet)
{
	struct ek_service_live *live;
	void *data, *end, *ip;
	struct tcphdr *tcp;
	__u32 cookie;

	if (!packet || explain_mode || cookie_of_syn(context, packet, &cookie) || resize(context, packet, SYN_LENGTH))
		return XDP_DROP;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	ip = data + (ip_offset(packet) & 31);
	tcp = ip + ip_header_length(packet);
	if (data + sizeof(struct ethhdr) > end || ip + sizeof(struct ipv6hdr) > end || (void *)tcp + SYN_LENGTH > end)
		return XDP_DROP;
	live = service_live_at(packet->service);
	if (live->last_cookie != packet->tick)
		live->last_cookie = packet->tick;
	turn_macs_round(data);
	turn_addresses_round(ip, packet);
	write_cookie(tcp, packet, cookie);
	tcp->check = ~fold(finish_ip(ip, packet, SYN_LENGTH) + sum_of_words((const __u32 *)tcp, SYN_LENGTH / 4));
	return XDP_TX;
}

/* ---- a new connection ---- */

/* May a segment of no known connection answer a cookie of this service? Spares everybody else the check. */
static __always_inline bool may_answer_cookie(const struct ek_service *service, const struct packet *packet)
{
	__u32 last = service_live_at(packet->service)->last_cookie;

	return service->flags & EK_SERVICE_SYN_COOKIES && last && packet->tcp_flags & TCP_ACK &&
	       !(packet->tcp_flags & (TCP_SYN | TCP_RST)) && packet->tick - last < 2u << COOKIE_EPOCH_SHIFT;
}

static __always_inline int note_cookie(const struct packet *packet, __u32 cookie, const bool ipv6)
{
	struct place place;

	if (!place_of_way(packet->way, ipv6, &place))
		return -1;
	translation_of(place.connection, ipv6)->sequence = cookie;
	*flags_of(place.connection, ipv6) |= EK_CONNECTION_OPENING;
	return 0;
}

/* The connection of this packet, which carries a cookie, has just been made. */
__noinline_global int begin_opening(struct xdp_md *context, const struct packet *packet)
{
	__u32 acknowledged;

	if (!packet || bpf_xdp_load_bytes(context, (packet->l4_offset & (2 * MAX_L4_OFFSET - 1)) + 8, &acknowledged, 4))
		return -1;
	acknowledged = bpf_ntohl(acknowledged) - 1;
	return packet->ipv6 ? note_cookie(packet, acknowledged, true) : note_cookie(packet, acknowledged, false);
}

/* The client's segment becomes the SYN that it has sent before. What it carried is sent again by the client. */
static __always_inline int turn_into_syn(struct xdp_md *context, const struct packet *packet, __u32 cookie)
{
	int lies = check_cookie(context, packet);
	__u32 scale = window_scale_of_cookie(cookie), window;
	void *data, *end, *ip;
	struct tcphdr *tcp;

	if (!lies || resize(context, packet, SYN_LENGTH))
		return -EK_REASON_NOT_PROXIED;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	ip = data + (ip_offset(packet) & 31);
	tcp = ip + ip_header_length(packet);
	if (ip + sizeof(struct ipv6hdr) > end || (void *)tcp + SYN_LENGTH > end)
		return -EK_REASON_REDIRECT_FAILED;
	if (lies == COOKIE_OF_FIRST)
		tcp->seq = bpf_htonl(bpf_ntohl(tcp->seq) - 1);
	window = (__u32)bpf_ntohs(tcp->window) << (scale == NO_WINDOW_SCALE ? 0 : scale);
	tcp->window = bpf_htons(window > MAX_WINDOW ? MAX_WINDOW : window);
	tcp->ack_seq = 0;
	((__u8 *)tcp)[13] = TCP_SYN;
	tcp->check = 0;
	tcp->urg_ptr = 0;
	write_syn_options(tcp, segment_of_cookie(cookie), scale);
	tcp->check = ~fold(finish_ip(ip, packet, SYN_LENGTH) + sum_of_words((const __u32 *)tcp, SYN_LENGTH / 4));
	return 0;
}

/* ---- the real server's answer ---- */

/* How much the real server's scale is above the offered one; both ends scale, or none. */
static __always_inline int scale_shift(const struct syn_options *options, __u32 cookie)
{
	__u32 theirs = options->window_scale == NO_WINDOW_SCALE ? 0 : options->window_scale;

	return window_scale_of_cookie(cookie) == NO_WINDOW_SCALE ? 0 : (int)theirs - OFFERED_WINDOW_SCALE;
}

static __always_inline __u32 scaled_window(__u32 window, int shift)
{
	if (shift < 0)
		return window >> (-shift & 15);
	window <<= shift & 15;
	return window > MAX_WINDOW ? MAX_WINDOW : window;
}

/* The first answer says how far the numbers are apart; the same one again changes nothing. */
static __always_inline int learn_sequence(struct xdp_md *context, const struct packet *packet,
					  struct ek_translation *translation, __u8 *flags)
{
	struct syn_options options;
	struct tcphdr tcp;
	__u32 offset = packet->l4_offset & (2 * MAX_L4_OFFSET - 1);
	int shift;

	if (bpf_xdp_load_bytes(context, offset, &tcp, sizeof(tcp)) ||
	    read_syn_options(context, offset, tcp.doff * 4, &options))
		return -1;
	if (!(*flags & EK_CONNECTION_OPENING))
		return 0;
	shift = scale_shift(&options, translation->sequence);
	translation->sequence -= bpf_ntohl(tcp.seq);
	*flags = EK_CONNECTION_TRANSLATED | EK_CONNECTION_PROXIED |
		 (shift + SCALE_SHIFT_BIAS) << EK_CONNECTION_SCALE_SHIFT;
	return 0;
}

/*
 * A SYN's window is not scaled. The byte is one that the client has seen (the SYN's own number), so it is thrown away; but
 * a segment with something in it is one that has to be acknowledged.
 */
static __always_inline void write_opener(struct tcphdr *tcp, __u32 ahead, bool scaled)
{
	__u32 window = bpf_ntohs(tcp->window) >> (scaled ? OFFERED_WINDOW_SCALE : 0);

	tcp->seq = bpf_htonl(bpf_ntohl(tcp->seq) + ahead);
	((__u8 *)tcp)[12] = PLAIN_TCP_OFFSET;
	((__u8 *)tcp)[13] = TCP_ACK;
	tcp->window = bpf_htons(window ? window : 1);
	tcp->check = 0;
	tcp->urg_ptr = 0;
	*(__u8 *)(tcp + 1) = 0;
}

static __always_inline int turn_into_opener(struct xdp_md *context, const struct packet *packet,
					    struct ek_translation *translation, __u8 *flags)
{
	void *data, *end, *ip;
	struct tcphdr *tcp;
	bool scaled;

	if (learn_sequence(context, packet, translation, flags) || resize(context, packet, OPENER_LENGTH))
		return -EK_REASON_NOT_PROXIED;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	ip = data + (ip_offset(packet) & 31);
	tcp = ip + ip_header_length(packet);
	if (ip + sizeof(struct ipv6hdr) > end || (void *)tcp + OPENER_LENGTH > end)
		return -EK_REASON_REDIRECT_FAILED;
	scaled = window_scale_of_cookie(bpf_ntohl(tcp->seq) + translation->sequence) != NO_WINDOW_SCALE;
	write_opener(tcp, translation->sequence, scaled);
	tcp->check = ~fold(finish_ip(ip, packet, OPENER_LENGTH) + sum_of_words((const __u32 *)tcp, 5));
	return 0;
}

/* ---- every other segment ---- */

struct tcp_change {
	__u32 sequence, acknowledged; /* are added */
	int shift;                    /* of the window */
};

static __always_inline int change_segment(struct xdp_md *context, const struct packet *packet,
					  const struct tcp_change *change)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct tcphdr *tcp = data + (packet->l4_offset & (2 * MAX_L4_OFFSET - 1));
	__u32 sequence, acknowledged;
	__u64 sum;
	__u16 window;

	if ((void *)(tcp + 1) > end)
		return -EK_REASON_REDIRECT_FAILED;
	sequence = bpf_htonl(bpf_ntohl(tcp->seq) + change->sequence);
	acknowledged = bpf_htonl(bpf_ntohl(tcp->ack_seq) + change->acknowledged);
	window = bpf_htons(scaled_window(bpf_ntohs(tcp->window), change->shift));
	sum = change_of_word(tcp->seq, sequence) + change_of_word(tcp->ack_seq, acknowledged) +
	      change_of_port(tcp->window, window);
	tcp->seq = sequence;
	tcp->ack_seq = acknowledged;
	tcp->window = window;
	tcp->check = changed_checksum(tcp->check, fold(sum));
	return 0;
}

/* The real server refuses: its reset must have the number that the client waits for. */
static __always_inline int change_refusal(struct xdp_md *context, const struct packet *packet, __u32 cookie)
{
	struct tcp_change change = {.sequence = cookie + 1};

	return change_segment(context, packet, &change);
}

static __always_inline int proxy_answer(struct xdp_md *context, const struct packet *packet,
					struct ek_translation *translation, __u8 *flags)
{
	struct tcp_change change = {.sequence = translation->sequence};

	if (packet->tcp_flags & TCP_SYN)
		return turn_into_opener(context, packet, translation, flags);
	if (*flags & EK_CONNECTION_OPENING)
		return packet->tcp_flags & TCP_RST ? change_refusal(context, packet, translation->sequence)
						   : -EK_REASON_NOT_PROXIED;
	change.shift = (int)(*flags >> EK_CONNECTION_SCALE_SHIFT) - SCALE_SHIFT_BIAS;
	return change_segment(context, packet, &change);
}

static __always_inline int proxy_request(struct xdp_md *context, const struct packet *packet,
					 struct ek_translation *translation, __u8 flags)
{
	struct tcp_change change = {.acknowledged = -translation->sequence};

	if (flags & EK_CONNECTION_OPENING) {
		if (packet->tcp_flags & TCP_RST)
			return 0;
		return packet->tcp_flags & TCP_SYN ? -EK_REASON_NOT_PROXIED
						   : turn_into_syn(context, packet, translation->sequence);
	}
	if (!(packet->tcp_flags & TCP_ACK))
		change.acknowledged = 0;
	return change_segment(context, packet, &change);
}

/* Makes a segment of a proxied connection what the other end knows, before it is translated. Below 0: a reason, negated. */
__noinline_global int proxy_segment(struct xdp_md *context, const struct packet *packet,
				    struct ek_translation *translation, __u8 *flags)
{
	if (!packet || !translation || !flags)
		return -EK_REASON_NOT_PROXIED;
	return packet->is_answer ? proxy_answer(context, packet, translation, flags)
				 : proxy_request(context, packet, translation, *flags);
}
