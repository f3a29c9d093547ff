// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What ours is measured beside: the trivial forwarder, the same with the memory that cannot be done without, and the least
 * that a load balancer does with a new connection.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <stdbool.h>

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

/* As large as the connection table of the packet benchmark. How much of it is used: as ours, the front alone or all. */
__u32 used_sets = 1, used_lines = 1;

struct set {
	__u64 words[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, (1 << 21) / 7);
	__type(key, __u32);
	__type(value, struct set);
} memory SEC(".maps");

/* As large as the reverse index of the packet benchmark, which NAT and SNAT need besides. */
struct line {
	__u32 words[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, (1 << 21) * 3 / 2 / 15);
	__type(key, __u32);
	__type(value, struct line);
} more_memory SEC(".maps");

static __always_inline __u64 hash_of(const struct iphdr *ip)
{
	const __u32 *ports = (const void *)(ip + 1);
	__u64 hash = ((__u64)ip->saddr << 32 | *ports) * 0x9e3779b97f4a7c15ull;

	hash ^= hash >> 32;
	return hash * 0xc2b2ae3d27d4eb4full;
}

static __always_inline struct set *set_of(__u64 hash)
{
	__u32 index = (hash >> 32) * used_sets >> 32;

	return bpf_map_lookup_elem(&memory, &index);
}

/* Any of the seven records of a set, behind its header. */
static __always_inline __u64 *record_of(struct set *set, __u64 hash)
{
	__u32 record = (hash & 0xffff) * 7 >> 16;

	asm volatile("" : "+r"(record));
	return record < 7 ? &set->words[8 + record * 8] : &set->words[8];
}

/* A flow's own. */
struct place {
	struct set *set;
	__u64 *record;
	__u64 hash;
};

static __always_inline bool find_place(const struct iphdr *ip, struct place *place)
{
	place->hash = hash_of(ip);
	place->set = set_of(place->hash);
	if (!place->set)
		return false;
	place->record = record_of(place->set, place->hash);
	return true;
}

/* Never; but both lines are read for it, and at once. */
static __always_inline bool is_taken(const struct place *place)
{
	return *(const volatile __u64 *)place->record == 1 || *(const volatile __u64 *)&place->set->words[0] == 1;
}

static __always_inline struct iphdr *ip_of(struct xdp_md *context)
{
	struct iphdr *ip = (void *)(long)context->data + ETH_HLEN;

	return (void *)(ip + 1) + sizeof(struct tcphdr) > (void *)(long)context->data_end ? NULL : ip;
}

/*
 * The trivial program with the memory that no look-up can do without: two cache lines of one page, at a place that
 * follows from the flow. What a table costs above this is its instructions.
 */
SEC("xdp.frags")
int trivial_with_memory(struct xdp_md *context)
{
	struct iphdr *ip = ip_of(context);
	struct place place;

	if (!ip || !find_place(ip, &place) || is_taken(&place))
		return XDP_PASS;
	return swap_and_send((void *)ip - ETH_HLEN);
}

/* ... and that no new connection can do without: it takes a place and writes a record there. */
SEC("xdp.frags")
int trivial_with_new(struct xdp_md *context)
{
	struct iphdr *ip = ip_of(context);
	struct place place;

	if (!ip || !find_place(ip, &place) || *(volatile __u64 *)place.record == 1)
		return XDP_PASS;
	__sync_fetch_and_add(&place.set->words[0], 2);
#pragma unroll
	for (int i = 0; i < 8; i++)
		*(volatile __u64 *)&place.record[i] = place.hash & ~1ull;
	return swap_and_send((void *)ip - ETH_HLEN);
}

enum {
	LEAST_SERVERS = 4,
};

/* What a load balancer knows beside its connections. */
struct service {
	__u64 address[3];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct service);
	__type(value, __u64);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LEAST_SERVERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

__u64 connections[LEAST_SERVERS], half_open;

/* The one with the fewest connections: without branches, which could not be foreseen. */
static __always_inline __u32 least_loaded(void)
{
	__u64 least = ~0ull;

#pragma unroll
	for (__u32 server = 0; server < LEAST_SERVERS; server++) {
		__u64 rank = *(volatile __u64 *)&connections[server] << 8 | server;

		least = rank < least ? rank : least;
	}
	return least & (LEAST_SERVERS - 1);
}

/* Where answers are looked for: their other end is the real server, so that has to be known. */
static __always_inline struct line *line_of(__u64 hash, __u32 server)
{
	__u32 index = ((hash ^ server) * 0x9e3779b97f4a7c15ull >> 32) * used_lines >> 32;

	return bpf_map_lookup_elem(&more_memory, &index);
}

static __always_inline void remember_answers(struct line *line, __u64 hash)
{
	__sync_fetch_and_add(&line->words[hash >> 4 & 15], 2);
}

/* Addresses, ports and checksums, by what is known already. */
static __always_inline void rewrite_with_the_least(struct iphdr *ip, __u64 to)
{
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 sum = (__u16)~ip->check + (__u32)(__u16)to, sum_of_tcp = (__u16)~tcp->check + (__u32)(__u16)to;

	ip->ttl--;
	ip->check = ~(sum + (sum >> 16));
	ip->daddr = to;
	tcp->check = ~(sum_of_tcp + (sum_of_tcp >> 16));
	tcp->source = to >> 32;
}

/*
 * What is left of a load balancer when all that might be left out is: it finds the service in a hash (in vain, which is
 * quicker), takes the least of four real servers, claims a place that is always free, writes the record, publishes
 * it, and counts. Neither state, time-outs, limits, persistence nor a second packet that comes at the same time.
 * Translated, it says where its answers are found, and rewrites the packet. What it needs of the memory it reads at once.
 */
static __always_inline int open_with_the_least(struct xdp_md *context, bool is_translated)
{
	struct iphdr *ip = ip_of(context);
	struct service service = {};
	struct line *line = NULL;
	__u64 hash, *first, *count;
	struct place place;
	__u32 server;

	if (!ip || ip->ihl != 5 || ip->protocol != IPPROTO_TCP || !find_place(ip, &place))
		return XDP_PASS;
	if (!is_translated && is_taken(&place))
		return XDP_PASS;
	service.address[2] = (__u64)ip->daddr << 32 | ((struct tcphdr *)(ip + 1))->dest;
	if (bpf_map_lookup_elem(&services, &service))
		return XDP_PASS;
	server = least_loaded();
	if (is_translated) {
		line = line_of(place.hash, server);
		if (!line || *(volatile __u32 *)line == 1 || is_taken(&place))
			return XDP_PASS;
	}
	hash = place.hash & ~1ull;
	first = &place.set->words[0];
	if (__sync_val_compare_and_swap(first, *first, hash) == 1)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < (is_translated ? 8 : 5); i++)
		*(volatile __u64 *)&place.record[i] = hash;
	__sync_fetch_and_add(&connections[server & (LEAST_SERVERS - 1)], 1);
	__sync_fetch_and_add(&half_open, 1);
	*(volatile __u64 *)first = hash;
	count = bpf_map_lookup_elem(&counters, &server);
	if (count)
		++*count;
	if (is_translated) {
		remember_answers(line, hash);
		rewrite_with_the_least(ip, hash);
	}
	return swap_and_send((void *)ip - ETH_HLEN);
}

SEC("xdp.frags")
int least_new(struct xdp_md *context)
{
	return open_with_the_least(context, false);
}

SEC("xdp.frags")
int least_new_translated(struct xdp_md *context)
{
	return open_with_the_least(context, true);
}
