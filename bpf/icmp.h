/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ICMP errors about a connection go to who sent the packet that the error carries: the real server, when its source is
 * the virtual address; the client, when it was translated on its way to the real server. Only 8 bytes of its layer 4 need
 * be there. All other ICMP is the local stack's.
 */
#pragma once

#include "bpf/answer.h"
#include "bpf/connection_table.h"
#include "bpf/explain.h"
#include "bpf/parse.h"
#include "bpf/service.h"

enum {
	ICMP_HEADER = 8, /* of an error: type, code, checksum, 4 bytes of its own */

	ICMP4_UNREACHABLE = 3,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,

	ICMP6_UNREACHABLE = 1, /* and packet too big, time exceeded */
	ICMP6_PARAMETER_PROBLEM = 4,
};

static __always_inline bool is_icmp_error(__u8 type, bool ipv6)
{
	if (ipv6)
		return type >= ICMP6_UNREACHABLE && type <= ICMP6_PARAMETER_PROBLEM;
	return type == ICMP4_UNREACHABLE || type == ICMP4_TIME_EXCEEDED || type == ICMP4_PARAMETER_PROBLEM;
}

/* An IP packet inside another: its layer-4 offset and protocol, addresses turned round. */
static __always_inline int read_embedded_ipv4(struct xdp_md *context, struct extension_walk *walk, struct tuple *tuple)
{
	struct iphdr ip;

	if (bpf_xdp_load_bytes(context, walk->offset, &ip, sizeof(ip)))
		return -1;
	if (ip.version != 4 || ip.ihl < 5 || ip.frag_off & bpf_htons(IPV4_OFFSET_MASK))
		return -1;
	tuple->client[3] = ip.daddr;
	tuple->virtual_address[3] = ip.saddr;
	walk->next_header = ip.protocol;
	walk->offset += ip.ihl * 4;
	return 0;
}

static __always_inline int read_embedded_ipv6(struct xdp_md *context, struct extension_walk *walk, struct tuple *tuple)
{
	struct ipv6hdr ip;

	if (bpf_xdp_load_bytes(context, walk->offset, &ip, sizeof(ip)) || ip.version != 6)
		return -1;
	__builtin_memcpy(tuple->client, &ip.daddr, 16);
	__builtin_memcpy(tuple->virtual_address, &ip.saddr, 16);
	walk->next_header = ip.nexthdr;
	walk->offset += sizeof(ip);
	if (walk_extensions(context, walk))
		return -1;
	return walk->is_fragment && !walk->is_first ? -1 : 0;
}

/* The connection that the error is about. Below 0: no error, or about nothing that could be a connection. */
__noinline_global int read_icmp_error(struct xdp_md *context, __u32 offset, __u32 ipv6, struct tuple *tuple)
{
	struct extension_walk walk = {.offset = offset + ICMP_HEADER};
	__u16 ports[4]; /* the virtual one first; and 4 bytes more: an honest error carries at least 8 */
	__u8 type;

	if (!tuple || bpf_xdp_load_bytes(context, offset, &type, sizeof(type)) || !is_icmp_error(type, ipv6))
		return -1;
	if (ipv6 ? read_embedded_ipv6(context, &walk, tuple) : read_embedded_ipv4(context, &walk, tuple))
		return -1;
	if (walk.next_header != IPPROTO_TCP && walk.next_header != IPPROTO_UDP)
		return -1;
	if (bpf_xdp_load_bytes(context, walk.offset, ports, sizeof(ports)))
		return -1;
	tuple->protocol = walk.next_header;
	tuple->ports = ports[0] << 16 | ports[1]; /* turned round */
	return 0;
}

/* The real server of the connection in this way, if it lives and may be told. 0: there is none. */
static __always_inline int real_server_of(const struct place *place, __u32 tick)
{
	__u32 id = place->connection->real_server;
	const struct ek_real_server *server = real_server_at(id);

	if (server->generation != place->connection->real_server_generation ||
	    is_expired(place->header->expires[place->way], tick))
		return 0;
	explain_connection(place->connection->service, place->header->state[place->way]);
	return server->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED ? (int)id : drop(EK_REASON_HALTED, place->connection->service);
}

/* The error is about something that a real server answered, and goes to it. */
static __always_inline int find_answering(struct packet *packet, const struct tuple *about, __u64 hash, const bool ipv6)
{
	struct place place;

	if (!find_place(about, hash, ipv6, &place))
		return 0;
	packet->way = way_number(place.set, place.way);
	return real_server_of(&place, packet->tick);
}

/* The error is about something that was sent to a real server, translated, and goes to the client. */
static __always_inline int find_asking(struct packet *packet, const struct tuple *about, __u64 hash, const bool ipv6)
{
	struct place place;

	if (!comes_from_translated(about) || !place_of_way(find_in_reverse(about, hash, 0, ipv6), ipv6, &place))
		return 0;
	packet->way = way_number(place.set, place.way);
	packet->is_answer = true;
	return real_server_of(&place, packet->tick);
}

static __always_inline int find_concerned(struct packet *packet, const struct tuple *about, const bool ipv6)
{
	__u64 hash = hash_tuple(about, ipv6);
	int decision = find_answering(packet, about, hash, ipv6);

	return decision ? decision : find_asking(packet, about, hash, ipv6);
}

__noinline_global int find_concerned4(struct packet *packet, const struct tuple *about)
{
	return packet && about ? find_concerned(packet, about, false) : 0;
}

__noinline_global int find_concerned6(struct packet *packet, const struct tuple *about)
{
	return packet && about ? find_concerned(packet, about, true) : 0;
}

static __always_inline bool goes_to_sender(const struct tuple *about, const struct packet *packet)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		if (about->virtual_address[i] != packet->tuple.virtual_address[i])
			return false;
	return true;
}

static __always_inline int decide_icmp(struct xdp_md *context, struct packet *packet)
{
	struct tuple about = {};
	int decision;

	if (read_icmp_error(context, packet->l4_offset, packet->ipv6, &about) || !goes_to_sender(&about, packet))
		return DECIDED_PASS;
	packet->kind = PACKET_ICMP_ERROR;
	decision = packet->ipv6 ? find_concerned6(packet, &about) : find_concerned4(packet, &about);
	if (decision)
		return decision;
	if (!is_virtual_address(packet->tuple.virtual_address, packet->ipv6))
		return DECIDED_PASS;
	return leave_to_local_stack(EK_REASON_ICMP_UNKNOWN, NO_SERVICE);
}
