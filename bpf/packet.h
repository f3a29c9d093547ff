/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the steps hand to each other about one packet. */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

/* What identifies a connection. Network order. IPv4 uses the last word of an address only; the others are 0. */
struct tuple {
	__u32 client[4], virtual_address[4];
	__u32 ports; /* client's, then virtual, as in the packet */
	__u8 protocol;
	__u8 reserved;
	__u16 template_service; /* of a persistence template: service id; else 0 */
};

struct packet {
	struct tuple tuple;
	__u64 hash;        /* of the tuple */
	__u32 tick;        /* now */
	__u32 length;      /* of the IP packet, header included */
	__u32 l4_offset;   /* from the start of the frame */
	__u32 fragment_id;
	__u32 stays_with;  /* real server to go on with if there is no other; 0: none */
	__u32 service;     /* number; 0: not looked for yet, or none */
	__u32 way;         /* of the connection table that has its connection, plus 1; 0: none */
	__u16 innermost_tag; /* VLAN; host order */
	__u8 tags;
	__u8 ipv6;
	__u8 first_fragment;
	__u8 fragment_protocol;
	__u8 tcp_flags;
	__u8 kind;         /* enum packet_kind */
	__u8 is_answer;    /* from the real server, to be translated back */
	__u8 is_new;       /* its connection begins with it */
	__u8 confirms;     /* the client's persistence */
	__u8 replaces : 1; /* its old entry in the connection table goes when there is a new one */
	__u8 leaves_checksum : 1; /* to the kernel: the field is the sum of the pseudo-header, and stays it */
};

enum packet_kind {
	PACKET_WITH_PORTS = 0,
	PACKET_LATER_FRAGMENT, /* addresses only */
	PACKET_ICMP_ERROR,     /* and the beginning of a packet that went the other way */
};

static __always_inline __u16 virtual_port_of(const struct tuple *tuple)
{
	return tuple->ports >> 16; /* in memory the second of two: little-endian, see connection_table.h */
}

/* In one read, whatever is known of its alignment. */
static __always_inline __u64 word_at(const void *address)
{
	return *(const volatile __u64 *)address;
}

/* By words: a copy of bytes is compiled as one. */
static __always_inline void copy_address(void *to, const __u32 *from)
{
	__u32 *words = to;

	words[0] = from[0];
	words[1] = from[1];
	words[2] = from[2];
	words[3] = from[3];
}

static __always_inline __u64 half_of_address(const __u32 *words)
{
	return (__u64)words[1] << 32 | words[0];
}

static __always_inline bool same_words(const __u32 *a, const __u32 *b)
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_ACK = 0x10,
};

/* Does this segment ask for a connection? */
static __always_inline bool opens_connection(__u8 tcp_flags)
{
	return (tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/*
 * What a step decides is one number: a real server's id, or the XDP verdict as a number below 0 when the packet goes
 * to none. Reasons are counted where the decision is taken.
 */
enum decision {
	DECIDED_DROP = -XDP_DROP,
	DECIDED_PASS = -XDP_PASS,
	DECIDED_RESET = -50,     /* its real server is gone, and its client is to know */
	DECIDED_COOKIE,          /* the client is to prove that it is there */
	/* not decided yet */
	UNDECIDED_ANEW = -100,   /* like a packet without a connection */
	UNDECIDED_PERSISTENT,    /* the client may belong to a real server */
	UNDECIDED_NO_ROOM,       /* the connection table has none */
	UNDECIDED_COOKIE,        /* the segment may acknowledge a SYN cookie */
};
