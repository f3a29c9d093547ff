/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the XDP program and user space share: the layout of every map. This header alone defines it; both sides include
 * it and both assert its sizes. Fields named *_be are in network order; everything else is in host order.
 *
 * Who writes what: "config" is written by evenkeeld only, "live" by the data plane only (evenkeeld creates and resets),
 * so neither ever has to lock the other out.
 */
#pragma once

#ifdef __cplusplus
#include <cstdint>
#define EK_STATIC_ASSERT(condition, text) static_assert(condition, text)
using ek_u8 = uint8_t;
using ek_u16 = uint16_t;
using ek_u32 = uint32_t;
using ek_u64 = uint64_t;
#else
#include <linux/types.h>
#define EK_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
typedef __u8 ek_u8;
typedef __u16 ek_u16;
typedef __u32 ek_u32;
typedef __u64 ek_u64;
#endif

/* Raised whenever a layout below changes: pinned maps of another version are not adopted. */
#define EK_ABI_VERSION 10

enum {
	EK_MAX_SERVICES = 16384,      /* virtual services */
	EK_MAX_REAL_SERVERS = 65535,  /* over all virtual services; ids are 1..65535, 0 is "none" */
	EK_MAX_SERVICE_KEYS = 131072, /* address + port + protocol */
	EK_MAX_SERVICE_REASONS = 65536, /* pairs of virtual service and reason that have happened */
	EK_MAX_PORT_RANGES = 16,      /* ranges kept as ranges per address and protocol */
	EK_EXPAND_PORTS = 64,         /* a range up to this long is expanded into single keys */
	EK_SET_WAYS = 7,              /* connections in one set of the connection table */
	EK_FRONT_SETS = 16384,        /* at most, of the connection table: 8 MB, IPv4; a power of two */
	EK_FRONT_PART = 8,            /* and at most one in so many sets */
	EK_RING_BLOCK = 64,           /* real-server ids in one block of a scheduling ring */
	EK_MAX_WLC_SCAN = 256,        /* above: best of two random choices */
	EK_MAX_SOURCES = 7,           /* source addresses of a virtual service (SNAT) */
	EK_WAY_NUMBERS = 8,           /* numbers for the ways of a set: a power of two, so that none is divided by */
	EK_REVERSE_WAYS = 15,         /* entries in one set of the reverse index */
	EK_REVERSE_PERCENT = 150,     /* entries of the reverse index per 100 ways of the connection table */
	EK_INTERFACES = 1024,         /* whose MAC address is remembered: by interface index, modulo this */
	EK_TRANSLATED_BITS = 11,
	EK_FIRST_SOURCE_PORT = 1024,  /* SNAT uses this and all above */
	EK_SERVICE_HINTS_BITS = 14,
	EK_HASH_KEY_WORDS = 12,
};

/* ---- addresses: 16 bytes as on the wire; IPv4 as ::ffff:a.b.c.d ---- */
struct ek_address {
	ek_u8 bytes[16];
};

/* ---- services: hash, config ---- */
struct ek_service_key {
	struct ek_address address;
	ek_u16 port_be;   /* 0: the entry for all ports that have no entry of their own (ek_service_value.ranges) */
	ek_u8 protocol;   /* IPPROTO_TCP, IPPROTO_UDP; 0 with port 0: "this is a virtual address" (no ranges) */
	ek_u8 reserved;
};
EK_STATIC_ASSERT(sizeof(struct ek_service_key) == 20, "ek_service_key");

struct ek_port_range {
	ek_u16 first, last; /* host order, inclusive */
	ek_u32 service;
};
struct ek_service_value {
	ek_u32 service;     /* of an exact key; 0 in a wildcard key */
	ek_u32 range_count; /* wildcard keys only; narrow ranges first */
	struct ek_port_range ranges[EK_MAX_PORT_RANGES];
};
EK_STATIC_ASSERT(sizeof(struct ek_service_value) == 136, "ek_service_value");

/* ---- connection states, as IPVS names them; NONE doubles as "persistence template" ---- */
enum ek_state {
	EK_STATE_NONE = 0,
	EK_STATE_ESTABLISHED,
	EK_STATE_SYN_SENT,
	EK_STATE_SYN_RECV,
	EK_STATE_FIN_WAIT,
	EK_STATE_TIME_WAIT,
	EK_STATE_CLOSE,
	EK_STATE_CLOSE_WAIT,
	EK_STATE_LAST_ACK,
	EK_STATE_UDP,
	EK_STATE_TEMPLATE,        /* persistence: this client belongs to this real server */
	EK_STATES,
};

enum ek_scheduler {
	EK_SCHEDULER_WLC = 0, /* ring: every member once */
	EK_SCHEDULER_WRR,     /* ring: the smooth sequence */
	EK_SCHEDULER_RING,    /* ring: source hash and Maglev, indexed by hash */
};
enum ek_hash_input { /* of EK_SCHEDULER_RING */
	EK_HASH_SOURCE = 0,   /* client address */
	EK_HASH_DESTINATION,  /* virtual address */
	EK_HASH_FLOW,         /* client address and port, virtual address and port, protocol */
};

enum ek_service_flags {
	EK_SERVICE_PERSISTENT = 1,
	EK_SERVICE_FALLBACK_LOCAL = 2, /* no usable real server: pass to the local stack; else drop and count */
	EK_SERVICE_ONE_PACKET = 4,     /* every UDP datagram is scheduled on its own; no connection is kept */
	/* what happens to SYNs above half_open_limit; without any of them half-open connections just give way */
	EK_SERVICE_SYN_COOKIES = 8,    /* the client is answered in the real server's name: NAT, SNAT */
	EK_SERVICE_SYN_TWICE = 16,     /* only those that come again are taken */
	EK_SERVICE_SYN_DROP = 32,
};

/* service id is the index, 1..EK_MAX_SERVICES-1 */
struct ek_service {
	ek_u32 flags;
	ek_u32 ring_length;       /* entries in the ring; 0: no real server */
	ek_u8 scheduler;          /* enum ek_scheduler */
	ek_u8 hash_input;         /* enum ek_hash_input */
	ek_u8 ipv4_prefix, ipv6_prefix; /* persistence granularity */
	ek_u32 half_open_limit;   /* half-open connections from which on a SYN is taken for a flood's; 0: none */
	ek_u32 generation;        /* of this slot's use: a connection of an older one is dead */
	ek_u32 timeouts[EK_STATES];     /* seconds; of EK_STATE_TEMPLATE: how long a client is remembered */
};
EK_STATIC_ASSERT(sizeof(struct ek_service) == 64, "ek_service");

/*
 * ---- scheduling rings: array of maps, service id -> array of blocks; overwritten or replaced ----
 * The first block of each ring is in the array ring_heads as well, and read from there: no map inside a map, and no
 * call, for as many real servers as a service usually has.
 */
struct ek_ring_block {
	ek_u16 real_server[EK_RING_BLOCK];
};
EK_STATIC_ASSERT(sizeof(struct ek_ring_block) == 128, "ek_ring_block");

/* ---- real servers: config ---- */
enum ek_real_server_flags {
	EK_REAL_SERVER_TAKES_NEW = 1,
	EK_REAL_SERVER_KEEPS_ESTABLISHED = 2, /* clear: halted or deleted, packets of its connections are dropped ... */
	EK_REAL_SERVER_HAS_NEXT_HOP = 4,
	EK_REAL_SERVER_FAILED = 8, /* its check says so: what begins anew leaves it, whatever the entry's state */
	EK_REAL_SERVER_RESETS = 16, /* ... and TCP clients are answered with a reset; always when deleted */
};
enum ek_forwarding_method {
	EK_METHOD_DIRECT_ROUTING = 0,
	EK_METHOD_TUNNEL,
	EK_METHOD_NAT,            /* from here on packets are translated, and answers pass by here */
	EK_METHOD_SNAT,
};
struct ek_real_server {
	ek_u8 mac[6];             /* next hop */
	ek_u8 source_mac[6];      /* of the interface it leaves by */
	ek_u32 interface_index;
	ek_u16 vlan;              /* 802.1Q id; 0: untagged */
	ek_u8 method;             /* enum ek_forwarding_method */
	ek_u8 flags;              /* enum ek_real_server_flags */
	ek_u32 service;
	ek_u32 weight;            /* 0..65535 */
	ek_u32 minimum_connections, maximum_connections; /* 0: none */
	ek_u32 generation;        /* of this slot's use */
	struct ek_address address;
	ek_u16 port_be;           /* NAT, SNAT: translated to this one; 0: the virtual port */
	ek_u16 mtu;               /* of the way there: tunnel; 0: not known */
	ek_u32 reserved;
};
EK_STATIC_ASSERT(sizeof(struct ek_real_server) == 64, "ek_real_server");

/* ---- real servers: live; one cache line each, atomics ---- */
struct ek_real_server_live {
	ek_u32 active;            /* ESTABLISHED */
	ek_u32 inactive;          /* every other connection */
	ek_u32 overloaded;        /* between maximum and minimum: the maximum that was reached; else 0 */
	ek_u32 no_port_tick;      /* the one after that in which SNAT searched all it may, and found no free port */
	ek_u32 reserved[12];
};
EK_STATIC_ASSERT(sizeof(struct ek_real_server_live) == 64, "ek_real_server_live");

/* ---- source addresses of a virtual service (SNAT): config ---- */
struct ek_sources {
	ek_u32 count;
	ek_u32 reserved[3];
	struct ek_address address[EK_MAX_SOURCES];
};
EK_STATIC_ASSERT(sizeof(struct ek_sources) == 128, "ek_sources");

/* ---- interfaces: live; the MAC address that clients used last ---- */
struct ek_interface {
	ek_u32 index;
	ek_u8 mac[6];
	ek_u16 reserved;
};
EK_STATIC_ASSERT(sizeof(struct ek_interface) == 12, "ek_interface");

/* ---- services: live ---- */
struct ek_service_live {
	ek_u32 round_robin;       /* atomic position in the WRR ring */
	ek_u32 half_open;         /* connections that wait for the client; goes on when the slot is used again */
	ek_u32 last_cookie;       /* tick at which a SYN was answered with one; 0: never */
	ek_u32 reserved[13];
};
EK_STATIC_ASSERT(sizeof(struct ek_service_live) == 64, "ek_service_live");

/* ---- counters: per CPU; one array by real server, one by service (what reached no real server) ---- */
struct ek_counters {
	ek_u64 packets, bytes, connections;
	ek_u64 answer_packets, answer_bytes; /* of translated connections: others' answers do not pass by */
};

/* ---- services by IPv6 address and port, a line at most: see ek_service_hint ---- */
struct ek_service_hint6 {
	ek_u64 hint;              /* as of IPv4, of the fold of the address; 0: nobody's */
	ek_u64 reserved;
	struct ek_address address;
};
EK_STATIC_ASSERT(sizeof(struct ek_service_hint6) == 32, "ek_service_hint6");

/*
 * ---- everything that is looked up by number, in one piece of memory that starts on a page ----
 * What every packet reads comes first: the distance from the beginning is then part of the instruction that reads it.
 */
struct ek_arrays {
	ek_u32 rest_first4;       /* live; most IPv4 connections are in the rest of the table: they are looked for there first */
	ek_u32 partial_checksums; /* config; enum ek_partial_checksums */
	ek_u32 rest_first6;       /* live; as rest_first4. Both families read one of them and partial_checksums as one word */
	ek_u32 is_crowded4, is_crowded6; /* live; the table has more connections than its front is for: new ones go to the rest */
	ek_u32 reserved[11];
	ek_u32 translated[1 << EK_TRANSLATED_BITS]; /* config; see ek_translated_entry */
	struct ek_interface interfaces[EK_INTERFACES];
	struct ek_real_server real_servers[EK_MAX_REAL_SERVERS + 1];
	struct ek_service services[EK_MAX_SERVICES];
	struct ek_service_live service_live[EK_MAX_SERVICES];
	struct ek_ring_block ring_heads[EK_MAX_SERVICES];
	struct ek_real_server_live real_server_live[EK_MAX_REAL_SERVERS + 1];
	struct ek_sources sources[EK_MAX_SERVICES];
	struct ek_address tunnel_sources[EK_MAX_REAL_SERVERS + 1]; /* of the outer header: config */
	ek_u64 service_hints4[1 << EK_SERVICE_HINTS_BITS]; /* config; see ek_service_hint */
	struct ek_service_hint6 service_hints6[1 << EK_SERVICE_HINTS_BITS];
	ek_u32 beyond_front4[EK_FRONT_SETS]; /* live; connections of a front set that are in the rest of the table */
	ek_u32 beyond_front6[EK_FRONT_SETS];
};
EK_STATIC_ASSERT(__builtin_offsetof(struct ek_arrays, real_servers) % 64 == 0, "a real server is one cache line");
EK_STATIC_ASSERT(__builtin_offsetof(struct ek_arrays, real_servers) < 32 * 1024 - 64, "an instruction reaches that far");

/* What becomes of a checksum that its sender left to hardware (bpf/partial_checksum.h). */
enum ek_partial_checksums {
	EK_CHECKSUMS_WHOLE = 0, /* the program is attached where none comes */
	EK_CHECKSUMS_COMPLETED, /* native mode: nobody after us knows of it */
	EK_CHECKSUMS_LEFT,      /* generic mode: the kernel knows, and completes it when the frame leaves */
};

static inline ek_u32 ek_folded_address(const ek_u32 *address)
{
	return address[0] ^ address[1] ^ address[2] ^ address[3];
}

/*
 * Addresses of NAT and SNAT real servers, folded, each in a place of its own in ek_arrays.translated; 0: there is none. Who
 * is not there cannot be one.
 */
#define EK_TRANSLATED_SEVERAL 0xffffffffu /* have this place: each that comes may be one */
static inline ek_u32 ek_translated_place(ek_u32 folded)
{
	return folded * 0x9e3779b1u >> (32 - EK_TRANSLATED_BITS);
}
/* What the place holds when this one is added to what it held. */
static inline ek_u32 ek_translated_entry(ek_u32 held, ek_u32 folded)
{
	return folded && (!held || held == folded) ? folded : EK_TRANSLATED_SEVERAL;
}

/*
 * What service_keys says of an IPv4 address and one port, in one word, so that most new connections find their virtual
 * service by one read and not by a look-up. Of several keys with one place one has a hint; what has none is looked up.
 * 0: nobody's. Of IPv6 it is made of the folded address, and the address stands behind it (ek_service_hint6); while that
 * is written there is no hint.
 */
static inline ek_u64 ek_service_hint(ek_u32 address_be, ek_u16 port_be, ek_u8 protocol, ek_u32 service)
{
	return (ek_u64)address_be << 32 | (ek_u32)port_be << 16 | (ek_u32)(protocol == 6 /* TCP */) << 15 | service;
}
/* The same for every service. */
static inline ek_u32 ek_service_hint_place(ek_u64 hint)
{
	return (hint >> 15) * 0x9e3779b97f4a7c15ull >> (64 - EK_SERVICE_HINTS_BITS);
}
/* The service that a hint names, if it is of the key of which `wanted` is the hint without a service. 0: of another one. */
static inline ek_u32 ek_service_of_hint(ek_u64 hint, ek_u64 wanted)
{
	ek_u64 found = hint ^ wanted;

	return found < EK_MAX_SERVICES ? found : 0;
}

#include "bpf/abi_reasons.h" /* EK_REASONS, enum ek_reason */

/* ---- reasons by virtual service: per-CPU hash; the key, whose value is a count ---- */
struct ek_service_reason {
	ek_u16 service;           /* id */
	ek_u16 reason;            /* enum ek_reason */
	ek_u32 generation;        /* of the slot's use: who has the slot next begins at zero */
};
EK_STATIC_ASSERT(sizeof(struct ek_service_reason) == 8, "ek_service_reason");

#include "bpf/abi_table.h"

/* ---- fragments: LRU hash ---- */
struct ek_fragment_key {
	struct ek_address source, destination;
	ek_u32 id;
	ek_u32 protocol;
};
struct ek_fragment_value {
	ek_u16 real_server;       /* 0: the datagram goes to the local stack */
	ek_u16 is_answer;
	ek_u32 expires;           /* tick */
	ek_u32 connection;        /* as in the reverse index; 0: none */
	ek_u32 tag;               /* of the connection, by which it is known to be there still */
};

/* ---- explain: what the program decided about the last packet, written by the instance loaded with explain_mode ---- */
enum ek_decision {
	EK_DECISION_NOT_OURS = 0, /* no virtual service has this address, port and protocol */
	EK_DECISION_CONNECTION,   /* an established connection */
	EK_DECISION_PERSISTENCE,  /* a persistence entry */
	EK_DECISION_SCHEDULER,
	EK_DECISION_FALLBACK,     /* local fallback */
	EK_DECISION_DROP,         /* see reason */
	EK_DECISION_LOCAL,        /* left to the local stack; see reason */
};
struct ek_explanation {
	ek_u32 decision;          /* enum ek_decision */
	ek_u32 reason;            /* enum ek_reason */
	ek_u32 service;
	ek_u32 real_server;
	ek_u32 tries;             /* real servers skipped before this one */
	ek_u32 state;             /* enum ek_state of the connection found */
	ek_u32 candidates;        /* ring entries looked at */
	ek_u32 reserved;
};

/* By which jiffies become ticks, with a shift by 32: a shift by a number that is known at load only costs more. */
static inline ek_u32 ek_tick_factor(ek_u32 tick_shift)
{
	return 1u << (32 - tick_shift);
}

/* ---- identity of the pinned maps: array of one, config; fixed when they are created ---- */
struct ek_identity {
	ek_u32 abi_version;       /* EK_ABI_VERSION */
	ek_u32 tick_shift;        /* a tick is jiffies >> tick_shift: between 0.25 and 1 s */
	ek_u64 hash_key[EK_HASH_KEY_WORDS]; /* random; shared inside an HA pair; see bpf/hash.h */
	ek_u32 ticks_per_second_x256; /* ticks per second, times 256 */
	ek_u32 sets4, sets6;      /* in the connection tables */
	ek_u32 reserved;
};
EK_STATIC_ASSERT(sizeof(struct ek_identity) == 120, "ek_identity");

/* ---- context of the sweep program (BPF_PROG_TEST_RUN): frees expired connections of sets [first, first + count) ---- */
struct ek_sweep {
	ek_u32 ipv6;              /* 0: the IPv4 table */
	ek_u32 first, count;      /* in */
	ek_u32 tick;              /* out: the data plane's clock */
	ek_u32 used, freed;       /* out */
};
