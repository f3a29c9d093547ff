// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The benchmarks' programs: one that makes the next frame and hands it to the program under test, one that sends it as
 * a live frame, and sinks. Those that ours is measured beside: yardsticks.bpf.h.
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
#include "bench/harness/yardsticks.bpf.h"

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
	REWRITTEN = ETH_HLEN + 40 + 20, /* the longest headers: IPv6, TCP */
	IPV4_CLIENT = 14 + 12,
	IPV4_VIRTUAL = 14 + 16,
	IPV4_PORT = 14 + 20,
	IPV6_CLIENT = 14 + 20, /* last word */
	IPV6_VIRTUAL = 14 + 36,
	IPV6_PORT = 14 + 40,
};

static __always_inline __u32 next_flow(struct traffic *t)
{
	return t->first_flow + (t->next++ * 0x9e3779b1 & (t->flows - 1));
}

/*
 * Writes the words of [from, to), each once and as the headers have them: a field that is read across two fresh stores
 * would have to wait for the cache, which no frame from a network card does.
 */
static __always_inline void copy_words(void *data, const void *frame, int from, int to)
{
#pragma unroll
	for (int i = from; i + 4 <= to; i += 4)
		*(__u32 *)(data + i) = *(const __u32 *)(frame + i);
}

static __always_inline void write_flow(void *data, const void *frame, __u32 client, __u16 port, int client_at, int port_at)
{
	copy_words(data, frame, ETH_HLEN, client_at);
	*(__u32 *)(data + client_at) = client;
	copy_words(data, frame, client_at + 4, port_at);
	*(__u32 *)(data + port_at) = *(const __u16 *)(frame + port_at + 2) << 16 | port;
	copy_words(data, frame, port_at + 4, REWRITTEN);
}

/* Only where asked for: the others' cost is to stay as it is. */
static __always_inline void spread(void *data, const struct traffic *t, __u32 flow)
{
	if (t->virtual_addresses)
		*(__u32 *)(data + IPV4_VIRTUAL) =
			bpf_htonl(bpf_ntohl(*(const __u32 *)((const void *)t->frame + IPV4_VIRTUAL)) +
				  flow % t->virtual_addresses);
}

static __always_inline void write_answer(void *data, const void *frame, __u32 client, __u16 port, int client_at, int port_at)
{
	copy_words(data, frame, ETH_HLEN, client_at);
	*(__u32 *)(data + client_at) = client;
	*(__u32 *)(data + port_at) = (__u32)port << 16 | *(const __u16 *)(frame + port_at);
	copy_words(data, frame, port_at + 4, REWRITTEN);
}

/* The whole frame is written anew, since the last program has left it changed. */
static __always_inline int make_frame(struct xdp_md *context, struct traffic *t)
{
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	__u32 flow = next_flow(t);
	__u32 client = bpf_htonl(t->first_client + flow / TRAFFIC_PORTS);
	__u16 port = bpf_htons(TRAFFIC_FIRST_PORT + flow % TRAFFIC_PORTS);
	const void *frame = t->frame;

	if (data + REWRITTEN > end)
		return -1;
	*(__u64 *)data = *(const __u64 *)frame;
	*(__u32 *)(data + 8) = *(const __u32 *)(frame + 8);
	*(__u16 *)(data + 12) = *(const __u16 *)(frame + 12);
	if (t->ipv6 && t->answers)
		write_answer(data, frame, client, port, IPV6_VIRTUAL, IPV6_PORT);
	else if (t->ipv6)
		write_flow(data, frame, client, port, IPV6_CLIENT, IPV6_PORT);
	else if (t->answers)
		write_answer(data, frame, client, port, IPV4_VIRTUAL, IPV4_PORT);
	else
		write_flow(data, frame, client, port, IPV4_CLIENT, IPV4_PORT);
	spread(data, t, flow);
	return 0;
}

/* A tunnel has put a header in front. */
static __always_inline int restore_length(struct xdp_md *context)
{
	int grown = (int)(context->data_end - context->data) - TRAFFIC_FRAME;

	return grown ? bpf_xdp_adjust_head(context, grown) : 0;
}

SEC("xdp.frags")
int make_and_test(struct xdp_md *context)
{
	__u32 zero = 0;
	struct traffic *t = bpf_map_lookup_elem(&traffic, &zero);

	if (!t || restore_length(context) || make_frame(context, t))
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
