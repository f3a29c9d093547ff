/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The fast way: a packet of a connection in the table. In the common case it reads two cache lines of the table and
 * writes none of them.
 */
#pragma once

#include "bpf/connection_table.h"
#include "bpf/explain.h"
#include "bpf/answer.h"
#include "bpf/persistence.h"
#include "bpf/tcp_state.h"

/* What is to be done with a packet whose entry was found. */
enum course {
	COURSE_FOLLOW,         /* the connection goes on */
	COURSE_HALTED,         /* its real server is gone or halted */
	COURSE_ANEW,           /* the entry is over: the packet is like one without */
	COURSE_ANEW_IF_BETTER, /* its real server takes no new ones and nothing is lost: moves if there is another */
};

static __always_inline enum course course_of(const struct ek_real_server *server, __u32 generation, __u32 state,
					     const struct packet *packet)
{
	bool is_tcp = packet->tuple.protocol == IPPROTO_TCP;
	bool opens = !is_tcp || opens_connection(packet->tcp_flags);

	if (unlikely(server->generation != generation || !(server->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED)))
		return opens ? COURSE_ANEW : COURSE_HALTED;
	if (is_tcp) {
		if (likely(!opens))
			return COURSE_FOLLOW;
		if (is_closing(state))
			return COURSE_ANEW;
		/* Nothing is agreed on yet. */
		if (state == EK_STATE_SYN_RECV && !(server->flags & EK_REAL_SERVER_TAKES_NEW))
			return COURSE_ANEW_IF_BETTER;
	}
	/*
	 * A failed server refuses a SYN and loses datagrams until the client gives up. The client of a connection that broke
	 * with the server, which in direct routing nobody tells us, may ask again from the same port.
	 */
	return likely(!(server->flags & EK_REAL_SERVER_FAILED)) ? COURSE_FOLLOW : COURSE_ANEW_IF_BETTER;
}

/* With its handshake complete, a connection makes the client's persistence worth keeping. */
static __always_inline void touch(const struct place *place, struct packet *packet, __u32 state)
{
	enum side side = is_translated(place->connection, packet->ipv6) ? SIDE_CLIENT : SIDE_CLIENT_ONLY;
	__u32 service_id = place->connection->service, next = advance(place, packet, state, side);

	if (next != state && next == EK_STATE_ESTABLISHED && service_at(service_id)->flags & EK_SERVICE_PERSISTENT) {
		packet->service = service_id;
		packet->confirms = true;
	}
}

static __always_inline int follow(const struct place *place, struct packet *packet, __u32 state)
{
	packet->way = way_number(place->set, place->way);
	explain_connection(place->connection->service, state);
	if (!explain_mode)
		touch(place, packet, state);
	return place->connection->real_server;
}

/* A decision for a packet with ports, if it is of a connection that goes on. */
static __always_inline int decide_connection(struct packet *packet, const bool ipv6)
{
	enum course course = COURSE_ANEW;
	const struct ek_real_server *server;
	struct place place;
	__u32 id, generation, state;

	packet->hash = hash_tuple(&packet->tuple, ipv6);
	packet->tick = current_tick();
	if (unlikely(comes_from_translated(&packet->tuple))) {
		int decision = decide_answer(packet, ipv6);

		if (decision)
			return decision;
	}
	if (!find_place(&packet->tuple, packet->hash, ipv6, &place))
		return UNDECIDED_ANEW;
	id = place.connection->real_server;
	generation = place.connection->real_server_generation;
	state = place.header->state[place.way];
	server = real_server_at(id);
	if (!is_expired(place.header->expires[place.way], packet->tick) && still_holds(&place, packet->hash))
		course = course_of(server, generation, state, packet);
	if (likely(course == COURSE_FOLLOW))
		return follow(&place, packet, state);
	if (course == COURSE_HALTED && server->flags & EK_REAL_SERVER_RESETS) {
		drop(EK_REASON_RESET, place.connection->service);
		return DECIDED_RESET;
	}
	if (course == COURSE_HALTED)
		return drop(EK_REASON_HALTED, place.connection->service);
	packet->replaces = true;
	packet->stays_with = course == COURSE_ANEW_IF_BETTER ? id : 0;
	packet->way = course == COURSE_ANEW_IF_BETTER ? way_number(place.set, place.way) : 0;
	return UNDECIDED_ANEW;
}

/* One function for each family: together they would need too much stack. */
__noinline_global int decide_connection4(struct packet *packet)
{
	return packet ? decide_connection(packet, false) : DECIDED_PASS;
}

__noinline_global int decide_connection6(struct packet *packet)
{
	return packet ? decide_connection(packet, true) : DECIDED_PASS;
}
