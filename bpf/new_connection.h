/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The slow way, once per connection: service, persistence, scheduler and limits, insert. Returns a decision
 * (bpf/packet.h).
 */
#pragma once

#include "bpf/connection_insert.h"
#include "bpf/explain.h"
#include "bpf/new_translation.h"
#include "bpf/persistence.h"
#include "bpf/schedule.h"
#include "bpf/service.h"
#include "bpf/syn_flood.h"
#include "bpf/syn_proxy.h"

/*
 * A flow for which the table has no room goes by hash alone, the same way with each of its packets, as long as the real
 * servers that take new connections are the same.
 */
static __always_inline int place_without_entry(const struct packet *packet)
{
	const struct ek_service *service = service_at(packet->service);
	int real_server = schedule_by_hash(packet->service, service->ring_length, packet->hash, true);

	if (real_server > 0 && real_server_at(real_server)->method >= EK_METHOD_NAT) /* it could not be translated back */
		return drop(EK_REASON_TABLE_FULL, packet->service);
	count_reason(EK_REASON_TABLE_FULL, packet->service);
	return real_server > 0 ? real_server : drop(EK_REASON_NO_REAL_SERVER, packet->service);
}

/* A TCP segment in the middle of a connection that is not in the table. */
static __always_inline int place_unknown_segment(const struct packet *packet)
{
	bool full;

	if (unlikely(may_answer_cookie(service_at(packet->service), packet)))
		return UNDECIDED_COOKIE;
	full = packet->ipv6 ? is_full6(packet->hash, packet->tick) : is_full4(packet->hash, packet->tick);
	if (full && !packet->replaces)
		return UNDECIDED_NO_ROOM;
	return leave_to_local_stack(EK_REASON_NOT_A_CONNECTION, packet->service);
}

static __always_inline bool has_failed(__u32 real_server)
{
	return real_server_at(real_server)->flags & EK_REAL_SERVER_FAILED;
}

static __always_inline int place_nowhere(const struct ek_service *service, const struct packet *packet, int schedule)
{
	bool has_fallback = service->flags & EK_SERVICE_FALLBACK_LOCAL;

	if (packet->stays_with && !(has_fallback && has_failed(packet->stays_with)))
		return packet->stays_with;
	if (packet->replaces)
		remove_entry(&packet->tuple, packet->hash, packet->ipv6);
	if (schedule == NONE_BUT_OVERLOADED)
		return drop(EK_REASON_ALL_OVERLOADED, packet->service);
	if (has_fallback)
		return hand_to_fallback(packet->service);
	return drop(EK_REASON_NO_REAL_SERVER, packet->service);
}

static __always_inline void fill_connection(struct entry *entry, const struct packet *packet,
					    const struct ek_service *service, __u32 service_id)
{
	__builtin_memset(entry, 0, sizeof(*entry));
	entry->tuple = packet->tuple;
	entry->hash = packet->hash;
	entry->tick = packet->tick;
	entry->ipv6 = packet->ipv6;
	entry->service = service_id;
	entry->state = first_state(packet->tuple.protocol);
	entry->expires = expiry_of(service, entry->state, packet->tick);
}

/* The entry's connection is in the way with this number. */
static __always_inline int go_by_way(struct packet *packet, const struct entry *entry, __u32 number)
{
	packet->way = number;
	packet->is_new = entry->is_ours;
	count_connection(entry->real_server);
	return entry->real_server;
}

static __always_inline int store_connection(struct packet *packet, __u32 real_server, const bool ipv6)
{
	const struct ek_service *service = service_at(packet->service);
	struct entry entry;
	__u32 number;

	fill_connection(&entry, packet, service, packet->service);
	point_at(&entry, real_server);
	if (packet->replaces)
		remove_entry(&packet->tuple, packet->hash, ipv6);
	number = ipv6 ? insert6(&entry) : insert4(&entry);
	number = look_at_third_set(&entry, number, ipv6);
	if (!number)
		return UNDECIDED_NO_ROOM;
	return explain_mode ? (int)real_server : go_by_way(packet, &entry, number);
}

/* Nothing is kept of a datagram that is scheduled on its own; so nothing of it could be translated back. */
static __always_inline bool goes_alone(const struct packet *packet, __u32 real_server)
{
	return service_at(packet->service)->flags & EK_SERVICE_ONE_PACKET && packet->tuple.protocol == IPPROTO_UDP &&
	       real_server_at(real_server)->method < EK_METHOD_NAT;
}

/*
 * The steps below are functions of their own that are called one after the other, not one by the other, since together
 * they would need more stack than there is.
 */

static __always_inline int schedule_packet(const struct ek_service *service, const struct packet *packet)
{
	int chosen = schedule(service, packet->service, &packet->tuple, packet->hash);

	return chosen > 0 ? chosen : place_nowhere(service, packet, chosen);
}

/* A real server, a verdict, or UNDECIDED_PERSISTENT. */
static __always_inline int choose(struct packet *packet, const bool ipv6)
{
	const struct ek_service *service;

	packet->service = find_service(&packet->tuple, ipv6);
	if (!packet->service)
		return DECIDED_PASS;
	service = service_at(packet->service);
	explain_service(packet->service);
	if (packet->tuple.protocol == IPPROTO_TCP && !opens_connection(packet->tcp_flags))
		return place_unknown_segment(packet);
	if (packet->tuple.protocol == IPPROTO_TCP && unlikely(is_flooded(service, packet->service))) {
		int verdict = judge_syn(service, packet);

		if (verdict)
			return verdict;
	}
	explain_decision(EK_DECISION_SCHEDULER);
	if (service->flags & EK_SERVICE_PERSISTENT)
		return UNDECIDED_PERSISTENT;
	return schedule_packet(service, packet);
}

__noinline_global int choose4(struct packet *packet)
{
	return packet ? choose(packet, false) : DECIDED_PASS;
}

__noinline_global int choose6(struct packet *packet)
{
	return packet ? choose(packet, true) : DECIDED_PASS;
}

__noinline_global int schedule_unbound(const struct packet *packet)
{
	return packet ? schedule_packet(service_at(packet->service), packet) : DECIDED_PASS;
}

__noinline_global int store4(struct packet *packet, __u32 real_server)
{
	return packet ? store_connection(packet, real_server, false) : DECIDED_PASS;
}

__noinline_global int store6(struct packet *packet, __u32 real_server)
{
	return packet ? store_connection(packet, real_server, true) : DECIDED_PASS;
}

static __always_inline int choose_for_client(struct packet *packet)
{
	int chosen = find_persistent(packet);

	if (chosen)
		return chosen;
	chosen = schedule_unbound(packet);
	return chosen > 0 && chosen != (int)packet->stays_with ? make_persistent(packet, chosen) : chosen;
}

static __always_inline int choose_by_cookie(struct xdp_md *context, struct packet *packet)
{
	if (!check_cookie(context, packet))
		return leave_to_local_stack(EK_REASON_NOT_A_CONNECTION, packet->service);
	return service_at(packet->service)->flags & EK_SERVICE_PERSISTENT ? UNDECIDED_PERSISTENT : schedule_unbound(packet);
}

static __always_inline int place_connection(struct xdp_md *context, struct packet *packet)
{
	int chosen = packet->ipv6 ? choose6(packet) : choose4(packet);
	bool has_cookie = chosen == UNDECIDED_COOKIE;

	if (chosen == UNDECIDED_NO_ROOM)
		return place_without_entry(packet);
	if (unlikely(has_cookie))
		chosen = choose_by_cookie(context, packet);
	if (chosen == UNDECIDED_PERSISTENT)
		chosen = choose_for_client(packet);
	if (chosen <= 0 || chosen == (int)packet->stays_with || goes_alone(packet, chosen))
		return chosen;
	packet->way = 0;
	chosen = packet->ipv6 ? store6(packet, chosen) : store4(packet, chosen);
	if (chosen == UNDECIDED_NO_ROOM)
		return place_without_entry(packet);
	if (!packet->is_new || real_server_at(chosen)->method < EK_METHOD_NAT)
		return chosen;
	chosen = translate_connection(packet, chosen);
	if (unlikely(has_cookie) && chosen > 0 && begin_opening(context, packet))
		return drop(EK_REASON_NOT_PROXIED, packet->service);
	return chosen;
}
