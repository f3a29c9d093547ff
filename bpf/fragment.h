/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Fragments: the first one has the ports, is decided like any packet and leaves a note for the others. A later one that
 * comes before the first is dropped; the sender's retransmission heals it.
 */
#pragma once

#include "bpf/clock.h"
#include "bpf/connection_table.h"
#include "bpf/explain.h"
#include "bpf/maps.h"
#include "bpf/packet.h"
#include "bpf/service.h"

enum {
	FRAGMENT_SECONDS = 30, /* as long as a receiver waits for the rest */
	TO_LOCAL_STACK = 0,
};

static __always_inline struct ek_fragment_key fragment_key(const struct packet *packet)
{
	struct ek_fragment_key key = {.id = packet->fragment_id, .protocol = packet->fragment_protocol};

	copy_address(&key.source, packet->tuple.client);
	copy_address(&key.destination, packet->tuple.virtual_address);
	return key;
}

static __always_inline __u32 tag_of_way(__u32 number, const bool ipv6)
{
	struct place place;

	return place_of_way(number, ipv6, &place) ? *(volatile __u32 *)&place.header->tag[place.way] : EK_TAG_FREE;
}

/* Functions of their own: there is no stack left where they are called. */
__noinline_global __u32 tag_of_way4(__u32 number)
{
	return tag_of_way(number, false);
}

__noinline_global __u32 tag_of_way6(__u32 number)
{
	return tag_of_way(number, true);
}

static __always_inline __u32 tag_of_packet(const struct packet *packet, __u32 number)
{
	return packet->ipv6 ? tag_of_way6(number) : tag_of_way4(number);
}

/* Notes where the first fragment went; what was dropped leaves no note, so that its other fragments are dropped too. */
__noinline_global int remember_fragment(const struct packet *packet, int decision)
{
	struct ek_fragment_value value;
	struct ek_fragment_key key;

	if (explain_mode || !packet || decision == DECIDED_DROP)
		return 0;
	if (decision == DECIDED_PASS && !is_virtual_address(packet->tuple.virtual_address, packet->ipv6))
		return 0;
	key = fragment_key(packet);
	value.expires = packet->tick + ticks_of_seconds(FRAGMENT_SECONDS);
	value.real_server = decision > 0 ? decision : TO_LOCAL_STACK;
	value.connection = packet->way;
	value.is_answer = packet->is_answer;
	value.tag = tag_of_packet(packet, packet->way);
	bpf_map_update_elem(&fragments, &key, &value, BPF_ANY);
	return 0;
}

static __always_inline int follow_first_fragment(struct packet *packet)
{
	struct ek_fragment_key key = fragment_key(packet);
	struct ek_fragment_value *first = bpf_map_lookup_elem(&fragments, &key);
	__u32 id;

	if (!first || is_expired(first->expires, packet->tick)) {
		if (key.protocol != IPPROTO_TCP && key.protocol != IPPROTO_UDP)
			return DECIDED_PASS;
		if (!is_virtual_address(packet->tuple.virtual_address, packet->ipv6))
			return DECIDED_PASS;
		return drop(EK_REASON_FRAGMENT_UNKNOWN, NO_SERVICE);
	}
	id = first->real_server;
	if (id == TO_LOCAL_STACK)
		return DECIDED_PASS;
	if (!(real_server_at(id)->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED))
		return drop(EK_REASON_HALTED, real_server_at(id)->service);
	/* Its way may be another connection's by now, whose addresses would be written into it. */
	if (first->connection && tag_of_packet(packet, first->connection) != first->tag)
		return drop(EK_REASON_FRAGMENT_UNKNOWN, real_server_at(id)->service);
	explain_decision(EK_DECISION_CONNECTION);
	packet->way = first->connection;
	packet->is_answer = first->is_answer;
	packet->kind = PACKET_LATER_FRAGMENT;
	return id;
}
