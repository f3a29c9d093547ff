/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The maps. Layouts and writers: abi.h. Sizes marked "at load" are set by evenkeeld before it creates them.
 * What is looked up by number is in one piece of memory, `arrays`: the program adds the number to an address that it
 * knows, which costs neither a call nor a word on the stack.
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/abi.h"

/* Alone in its section, which is a map: mapped into evenkeeld, and pinned as "arrays". */
struct ek_arrays arrays;

EK_STATIC_ASSERT((EK_MAX_SERVICES & (EK_MAX_SERVICES - 1)) == 0 && EK_MAX_REAL_SERVERS == 0xffff,
		 "numbers are bounded by a mask");

static __always_inline struct ek_service *service_at(__u32 id)
{
	return &arrays.services[id & (EK_MAX_SERVICES - 1)];
}

static __always_inline struct ek_service_live *service_live_at(__u32 id)
{
	return &arrays.service_live[id & (EK_MAX_SERVICES - 1)];
}

/* 0 is nobody's: all zero. */
static __always_inline struct ek_real_server *real_server_at(__u32 id)
{
	return &arrays.real_servers[id & EK_MAX_REAL_SERVERS];
}

static __always_inline struct ek_real_server_live *real_server_live_at(__u32 id)
{
	return &arrays.real_server_live[id & EK_MAX_REAL_SERVERS];
}

/* ---- maps ---- */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ek_identity);
} identity SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EK_MAX_SERVICE_KEYS);
	__type(key, struct ek_service_key);
	__type(value, struct ek_service_value);
} service_keys SEC(".maps");

struct ring {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP); /* inner maps differ in max_entries */
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32)); /* sizes, not types: clang emits no BTF for a type that only an inner map uses */
	__uint(value_size, sizeof(struct ek_ring_block));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, EK_MAX_SERVICES);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EK_MAX_REAL_SERVERS + 1);
	__type(key, __u32);
	__type(value, struct ek_counters);
} real_server_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EK_REASONS_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} reasons SEC(".maps");

/* Entries are made when a reason happens first, and go with their virtual service, by evenkeeld's hand. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, EK_MAX_SERVICE_REASONS);
	__type(key, struct ek_service_reason);
	__type(value, __u64);
} service_reasons SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* at load: identity.sets4 */
	__type(key, __u32);
	__type(value, struct ek_set4);
} connections4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* at load: identity.sets6 */
	__type(key, __u32);
	__type(value, struct ek_set6);
} connections6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* at load: ek_reverse_sets(identity.sets4) */
	__type(key, __u32);
	__type(value, struct ek_reverse_set);
} reverse4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* at load: ek_reverse_sets(identity.sets6) */
	__type(key, __u32);
	__type(value, struct ek_reverse_set);
} reverse6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct ek_fragment_key);
	__type(value, struct ek_fragment_value);
} fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ek_explanation);
} explanation SEC(".maps");

/*
 * The sweep that runs without evenkeeld: a timer lives as long as its map is pinned or held, so pin this one too.
 * The position is the timer's alone.
 */
struct ek_sweep_round {
	__u32 next; /* set where the next slice begins */
	__u32 used, in_front; /* connections counted so far */
};
struct ek_sweeper {
	struct bpf_timer timer;
	struct ek_sweep_round ipv4, ipv6;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ek_sweeper);
} sweeper SEC(".maps");
