/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A reset in the name of a real server that is gone (RFC 9293, 3.5.2), made of the segment itself: cut after its TCP
 * header, turned round, and sent back to where it came from. A reset is never answered.
 */
#pragma once

#include "bpf/frame.h"
#include "bpf/packet_too_big.h"

enum {
	PLAIN_TCP_OFFSET = 5 << 4, /* a TCP header of five words */
	RESET_TTL = 64,
};

static __always_inline void turn_tcp_round(struct tcphdr *tcp, __u32 payload)
{
	__u16 port = tcp->source;
	bool had_ack = tcp->ack;
	__u32 sequence = had_ack ? tcp->ack_seq : 0;
	__u32 acknowledged = had_ack ? 0 : bpf_htonl(bpf_ntohl(tcp->seq) + payload + tcp->syn + tcp->fin);

	tcp->source = tcp->dest;
	tcp->dest = port;
	tcp->seq = sequence;
	tcp->ack_seq = acknowledged;
	((__u8 *)tcp)[12] = PLAIN_TCP_OFFSET;
	((__u8 *)tcp)[13] = had_ack ? TCP_RST : TCP_RST | TCP_ACK;
	tcp->window = 0;
	tcp->check = 0;
	tcp->urg_ptr = 0;
}

static __always_inline void turn_macs_round(struct ethhdr *ethernet)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, mac, ETH_ALEN);
}

/* Without options: whoever has some is dropped, as without a reset. */
static __always_inline int write_reset4(struct iphdr *ip, struct tcphdr *tcp)
{
	__u32 address = ip->saddr;

	turn_tcp_round(tcp, bpf_ntohs(ip->tot_len) - sizeof(*ip) - tcp->doff * 4);
	ip->saddr = ip->daddr;
	ip->daddr = address;
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*tcp));
	ip->ttl = RESET_TTL;
	ip->check = 0;
	ip->check = ~fold(sum_of_words((const __u32 *)ip, 5));
	tcp->check = ~fold(sum_of_words((const __u32 *)tcp, 5) + sum_of_words(&ip->saddr, 2) +
			   bpf_htonl(IPPROTO_TCP) + bpf_htonl(sizeof(*tcp)));
	return 0;
}

static __always_inline int write_reset6(struct ipv6hdr *ip, struct tcphdr *tcp)
{
	__u32 address[4];

	turn_tcp_round(tcp, bpf_ntohs(ip->payload_len) - tcp->doff * 4);
	copy_address(address, (const __u32 *)&ip->saddr);
	copy_address(&ip->saddr, (const __u32 *)&ip->daddr);
	copy_address(&ip->daddr, address);
	ip->payload_len = bpf_htons(sizeof(*tcp));
	ip->hop_limit = RESET_TTL;
	tcp->check = ~fold(sum_of_words((const __u32 *)tcp, 5) + sum_of_words((const __u32 *)&ip->saddr, 8) +
			   bpf_htonl(IPPROTO_TCP) + bpf_htonl(sizeof(*tcp)));
	return 0;
}

/* The verdict on a segment of a connection whose real server is gone. */
__noinline_global int answer_reset(struct xdp_md *context, const struct packet *packet)
{
	__u32 ip_at, ip_length;
	void *data, *end, *ip;

	if (!packet || explain_mode || packet->is_answer || packet->tuple.protocol != IPPROTO_TCP ||
	    packet->tcp_flags & TCP_RST)
		return XDP_DROP;
	ip_at = sizeof(struct ethhdr) + (packet->tags & 3) * VLAN_TAG_LENGTH;
	ip_length = packet->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	if (packet->l4_offset != ip_at + ip_length ||
	    bpf_xdp_adjust_tail(context, (int)(ip_at + ip_length + sizeof(struct tcphdr)) -
						 (int)bpf_xdp_get_buff_len(context)))
		return XDP_DROP;
	data = (void *)(long)context->data;
	end = (void *)(long)context->data_end;
	ip = data + (ip_at & 31);
	if (data + sizeof(struct ethhdr) > end || ip + ip_length + sizeof(struct tcphdr) > end ||
	    ip + sizeof(struct iphdr) + sizeof(struct tcphdr) > end)
		return XDP_DROP;
	turn_macs_round(data);
	if (!packet->ipv6) {
		write_reset4(ip, ip + sizeof(struct iphdr));
		return XDP_TX;
	}
	if (ip + sizeof(struct ipv6hdr) + sizeof(struct tcphdr) > end)
		return XDP_DROP;
	write_reset6(ip, ip + sizeof(struct ipv6hdr));
	return XDP_TX;
}
