/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Answers of real servers whose connections are translated: they are not to an address of ours that has a service. */
#pragma once

#include "bpf/explain.h"
#include "bpf/reverse_index.h"
#include "bpf/tcp_state.h"

/* A glance that spares everybody else the look-up; it may be wrong in one direction only. */
static __always_inline bool comes_from_translated(const struct tuple *tuple)
{
	__u32 bit = ek_translated_bit(tuple->client);

	return arrays.translated[bit / 64] >> (bit % 64) & 1;
}

static __always_inline void touch_by_answer(const struct place *place, const struct packet *packet)
{
	__u32 state = place->header->state[place->way], next = state;
	struct ek_service *service = service_at(place->connection->service);

	if (packet->tuple.protocol == IPPROTO_TCP)
		next = tcp_state_after(state, packet->tcp_flags, SIDE_SERVER);
	if (next == state && place->connection->touched == packet->tick)
		return;
	place->connection->touched = packet->tick;
	place->header->expires[place->way] = expiry_of(service, next, packet->tick);
	if (next != state && change_state(place->header, place->way, state, next))
		count_state_change(place->connection->real_server, state, next);
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
		return drop(EK_REASON_HALTED);
	explain_connection(place.connection->service, place.header->state[place.way]);
	if (!explain_mode)
		touch_by_answer(&place, packet);
	packet->way = number;
	packet->is_answer = true;
	return id;
}
