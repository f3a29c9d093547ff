/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Of bpf/abi.h, which includes this: the connection table and the reverse index. */
#pragma once

/* ---- the connection table: a set is one line of metadata and EK_SET_WAYS records behind it, in one page ---- */
enum ek_tag { /* of a way; real tags are >= EK_TAG_FIRST */
	EK_TAG_FREE = 0,
	EK_TAG_BUSY = 1,          /* being filled or taken over */
	EK_TAG_FIRST = 2,
};
enum ek_set_hints {
	EK_SET_OVERFLOWED = 1,       /* once a connection whose first set this is went to its second: look there too */
	EK_SET_OLDEST_SHIFT = 1,
	EK_SET_OLDEST_MASK = 7,
	EK_SET_OVERFLOWED_TWICE = 16, /* the same of a connection whose second set this is, and its third */
};
struct ek_set_header {
	ek_u32 tag[EK_SET_WAYS];
	ek_u32 expires[EK_SET_WAYS]; /* tick of expiry; compared as a signed difference */
	ek_u8 state[EK_SET_WAYS];    /* enum ek_state */
	ek_u8 hints;                 /* the two overflows, and from EK_SET_OLDEST_SHIFT on the way given away next among equals */
};
EK_STATIC_ASSERT(sizeof(struct ek_set_header) == 64, "ek_set_header");

struct ek_connection {           /* what both families share */
	ek_u16 real_server;       /* id */
	ek_u16 service;           /* id */
	ek_u32 real_server_generation;
	ek_u32 created;           /* tick */
	ek_u32 touched;           /* tick of the last packet that was looked at */
};
/*
 * How a connection's packets are rewritten (NAT, SNAT), the same numbers for both ways: client and virtual address, which
 * are the key, against source and real server. Answers leave by the way the client's last packet came.
 */
struct ek_translation {
	ek_u16 source_port_be;    /* what the real server takes for the client's */
	ek_u16 real_port_be;
	/* What is added to the sums that checksums are made of, on the way to the real server. IPv4's header has a hop less, too. */
	ek_u16 l3_delta, l4_delta;
	ek_u8 client_mac[6];      /* the client's next hop */
	ek_u16 client_vlan;
	ek_u32 sequence;          /* see ek_connection_flags */
	ek_u32 client_interface;  /* 0: nothing is translated */
};
EK_STATIC_ASSERT(sizeof(struct ek_translation) == 24, "ek_translation");

enum ek_connection_flags {
	EK_CONNECTION_TRANSLATED = 1,
	/*
	 * The client was answered by us, with a SYN cookie; the real server has not answered yet. `sequence`: the cookie.
	 */
	EK_CONNECTION_OPENING = 2,
	/* It has since: `sequence` is how far the numbers that the client knows are ahead of the real server's. */
	EK_CONNECTION_PROXIED = 4,
	/* The upper four bits: by how much the real server's window scale is above the one that the client was told, plus 8. */
	EK_CONNECTION_SCALE_SHIFT = 4,
};
struct ek_connection4 {
	ek_u32 client_be, virtual_be; /* of a template: client's prefix, 0 */
	ek_u16 client_port_be, virtual_port_be; /* of a template: 0, 0 */
	ek_u8 protocol;           /* of a template: 0 */
	ek_u8 flags;
	ek_u16 template_service;  /* of a template: service id; else 0 */
	struct ek_connection common;
	ek_u32 real_be, source_be;
	struct ek_translation translation;
};
EK_STATIC_ASSERT(sizeof(struct ek_connection4) == 64, "ek_connection4");
struct ek_connection6 {
	struct ek_address client, virtual_address;
	ek_u16 client_port_be, virtual_port_be;
	ek_u8 protocol;
	ek_u8 flags;
	ek_u16 template_service;
	struct ek_connection common;
	struct ek_address real, source;
	struct ek_translation translation;
	ek_u32 reserved[4];
};
EK_STATIC_ASSERT(sizeof(struct ek_connection6) == 128, "ek_connection6");

struct ek_set4 {
	struct ek_set_header header;
	struct ek_connection4 connection[EK_SET_WAYS];
};
EK_STATIC_ASSERT(sizeof(struct ek_set4) == 512, "ek_set4");
struct ek_set6 {
	struct ek_set_header header;
	struct ek_connection6 connection[EK_SET_WAYS];
};
EK_STATIC_ASSERT(sizeof(struct ek_set6) == 960, "ek_set6");

/*
 * Sets [0, front) of a table are its front, where connections go while there is room. It is so small that the processor
 * has its addresses at hand: what a packet costs depends on how many connections there are, not on how many there could
 * be. 0: there is one set only, which is every connection's.
 */
static inline ek_u32 ek_front_sets(ek_u32 sets)
{
	ek_u32 part = (sets + EK_FRONT_PART - 1) / EK_FRONT_PART;

	if (sets <= 1)
		return 0;
	return part < EK_FRONT_SETS ? part : EK_FRONT_SETS;
}
static inline int ek_is_in_front(ek_u32 set, ek_u32 front_sets)
{
	return !front_sets || set < front_sets;
}
/* The front set of a connection with this tag. */
static inline ek_u32 ek_front_set(ek_u64 tag, ek_u32 front_sets)
{
	return tag * front_sets >> 32;
}

/*
 * ---- the reverse index: by real server and source, the way of the connection table that has the connection ----
 * An entry is a part of the hash above a number: set * EK_WAY_NUMBERS + way, plus 1; 0: free. One whose connection is
 * gone is free as well.
 */
struct ek_reverse_set {
	ek_u32 entry[EK_REVERSE_WAYS];
	ek_u32 overflowed; /* entries that found no room here and are in a later one of their sets */
};
EK_STATIC_ASSERT(sizeof(struct ek_reverse_set) == 64, "ek_reverse_set");
static inline ek_u32 ek_reverse_sets(ek_u32 sets)
{
	return ((ek_u64)sets * EK_SET_WAYS * EK_REVERSE_PERCENT / 100 + EK_REVERSE_WAYS - 1) / EK_REVERSE_WAYS;
}
/* Bits of an entry that number a way. */
static inline ek_u32 ek_way_bits(ek_u32 sets)
{
	ek_u32 bits = 1;

	while ((ek_u64)sets * EK_WAY_NUMBERS >> bits)
		bits++;
	return bits;
}
