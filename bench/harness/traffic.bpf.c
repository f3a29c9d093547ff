// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The benchmarks' programs: one that makes the next frame and hands it to the program under test, one that sends it as
 * a live frame, the trivial forwarder that everything is compared with, and sinks.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#include "bench/harness/traffic.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} delivered SEC(".maps");

enum {
	REWRITTEN = 80, /* up to the end of the longest header */
	IPV4_CLIENT = 14 + 12,
	IPV4_PORT = 14 + 20,
	IPV6_CLIENT = 14 + 20, /* last word */
	IPV6_PORT = 14 + 40,
};

static __always_inline __u32 next_flow(struct traffic *t)
{
	return t->first_flow + (t->next++ * 0x9e3779b1 & (t->flows - 1));
}

/* The whole frame is written anew, since the last program has left it changed. */
static __always_inline int make_frame(struct xdp_md *context, struct traffic *t)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	__u32 flow = next_flow(t);
	__u32 client = bpf_htonl(t->first_client + flow / TRAFFIC_PORTS);
	__u16 port = bpf_htons(TRAFFIC_FIRST_PORT + flow % TRAFFIC_PORTS);
	__u64 *words = data;

	if (data + REWRITTEN > end)
		return -1;
#pragma unroll
	for (int i = 0; i < REWRITTEN / 8; i++)
		words[i] = t->frame[i];
	if (t->ipv6) {
		*(__u32 *)(data + IPV6_CLIENT) = client;
		*(__u16 *)(data + IPV6_PORT) = port;
	} else {
		*(__u32 *)(data + IPV4_CLIENT) = client;
		*(__u16 *)(data + IPV4_PORT) = port;
	}
	return 0;
}

SEC("xdp.frags")
int make_and_test(struct xdp_md *context)
{
	__u32 zero = 0;
	struct traffic *t = bpf_map_lookup_elem(&traffic, &zero);

	if (!t || make_frame(context, t))
		return XDP_ABORTED;
	bpf_tail_call(context, &under_test, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int make_and_send(struct xdp_md *context)
{
	__u32 zero = 0;
	struct traffic *t = bpf_map_lookup_elem(&traffic, &zero);

	if (!t || make_frame(context, t))
		return XDP_ABORTED;
	return bpf_redirect(t->out_interface, 0);
}

static __always_inline int swap_and_send(struct ethhdr *ethernet)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, mac, ETH_ALEN);
	return XDP_TX;
}

/* Parses Ethernet, IP and TCP or UDP ports, swaps the MAC addresses, sends back: the least that a forwarder can do. */
SEC("xdp.frags")
int trivial(struct xdp_md *context)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct tcphdr *tcp = (void *)(ip + 1);

	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	if (ethernet->h_proto == bpf_htons(ETH_P_IPV6))
		return swap_and_send(ethernet);
	if (ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_PASS;
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || !tcp->dest)
		return XDP_PASS;
	return swap_and_send(ethernet);
}

SEC("xdp.frags")
int count_and_drop(struct xdp_md *context __attribute__((unused)))
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&delivered, &zero);

	if (count)
		++*count;
	return XDP_DROP;
}

SEC("xdp.frags")
int pass(struct xdp_md *context __attribute__((unused)))
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
