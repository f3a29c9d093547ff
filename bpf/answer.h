/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Answers of real servers whose connections are translated: they are not to an address of ours that has a service. */
#pragma once

#include "bpf/explain.h"
#include "bpf/reverse_index.h"
#include "bpf/tcp_state.h"

/* A glance that spares everybody else the look-up; it may be wrong in one direction only. */
static __always_inline bool comes_from_translated(const struct tuple *tuple)
{
	__u32 folded = ek_folded_address(tuple->client);
	__u32 entry = arrays.translated[ek_translated_place(folded)];

	return unlikely(entry == folded) || unlikely(entry == EK_TRANSLATED_SEVERAL);
}

/*
 * State and time stamp after a packet of this side; in a state that stays only the latter, and only when the tick has
 * moved on. Returns the state that this packet has led to.
 */
static __always_inline __u32 advance(const struct place *place, const struct packet *packet, __u32 state, enum side side)
{
	const struct ek_service *service = service_at(place->connection->service);
	__u32 next = state;

	if (packet->tuple.protocol == IPPROTO_TCP)
		next = tcp_state_after(state, packet->tcp_flags, side);
	if (likely(next == state && place->connection->touched == packet->tick))
		return state;
	place->connection->touched = packet->tick;
	place->header->expires[place->way] = expiry_of(service, next, packet->tick);
	if (likely(next == state) || !change_state(place->header, place->way, state, next))
		return state;
	count_state_change(place->connection->service, place->connection->real_server, state, next);
	return next;
}

/* 0: no answer to anything that is known. */
static __always_inline int decide_answer(struct packet *packet, const bool ipv6)
{
	__u32 number = find_in_reverse(&packet->tuple, packet->hash, 0, ipv6);
	const struct ek_real_server *server;
	struct place place;
	__u32 id;

	if (!place_of_way(number, ipv6, &place) || is_expired(place.header->expires[place.way], packet->tick))
		return 0;
	id = place.connection->real_server;
	server = real_server_at(id);
	if (server->generation != place.connection->real_server_generation ||
	    !(server->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED))
		return drop(EK_REASON_HALTED, place.connection->service);
	explain_connection(place.connection->service, place.header->state[place.way]);
	if (!explain_mode)
		advance(&place, packet, place.header->state[place.way], SIDE_SERVER);
	packet->way = number;
	packet->is_answer = true;
	return id;
}
