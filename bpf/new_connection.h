/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The slow way, once per connection: service, persistence, scheduler and limits, insert. Returns a decision
 * (bpf/packet.h). One function of its own, so that the fast way stays short.
 */
#pragma once

#include "bpf/connection_insert.h"
#include "bpf/explain.h"
#include "bpf/persistence.h"
#include "bpf/schedule.h"
#include "bpf/service.h"

/*
 * A flow for which the table has no room goes by hash alone, the same way with each of its packets, as long as the real
 * servers that take new connections are the same.
 */
static __always_inline int place_without_entry(const struct ek_service *service, __u32 service_id,
					       const struct packet *packet)
{
	int real_server = schedule_by_hash(service_id, service->ring_length, packet->hash, true);

	count_reason(EK_REASON_TABLE_FULL);
	return real_server > 0 ? real_server : drop(EK_REASON_NO_REAL_SERVER);
}

/* A TCP segment in the middle of a connection that is not in the table. */
static __always_inline int place_unknown_segment(const struct ek_service *service, __u32 service_id,
						 const struct packet *packet)
{
	bool full = packet->ipv6 ? is_full6(packet->hash, packet->tick) : is_full4(packet->hash, packet->tick);

	if (full && !packet->replaces)
		return place_without_entry(service, service_id, packet);
	return leave_to_local_stack(EK_REASON_NOT_A_CONNECTION);
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
		return drop(EK_REASON_ALL_OVERLOADED);
	if (has_fallback)
		return hand_to_fallback();
	return drop(EK_REASON_NO_REAL_SERVER);
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

static __always_inline int store_connection(const struct ek_service *service, __u32 service_id,
					    const struct packet *packet, __u32 real_server, struct entry *entry,
					    const bool ipv6)
{
	__u32 stored;

	fill_connection(entry, packet, service, service_id);
	point_at(entry, real_server);
	if (packet->replaces)
		remove_entry(&packet->tuple, packet->hash, ipv6);
	if (ipv6 || explain_mode)
		stored = insert_entry(entry);
	else
		stored = insert(entry, false); /* without a call, for the common case */
	if (!stored)
		return place_without_entry(service, service_id, packet);
	count_connection(stored);
	return stored;
}

static __always_inline int place(const struct packet *packet, const bool ipv6)
{
	struct ek_service *service;
	struct entry entry; /* first the persistence template, then the connection */
	__u32 service_id;
	int chosen;

	service_id = find_service(&packet->tuple, ipv6);
	if (!service_id)
		return DECIDED_PASS;
	service = service_at(service_id);
	explain_service(service_id);
	if (packet->tuple.protocol == IPPROTO_TCP && !opens_connection(packet->tcp_flags))
		return place_unknown_segment(service, service_id, packet);
	explain_decision(EK_DECISION_SCHEDULER);
	if (service->flags & EK_SERVICE_PERSISTENT)
		chosen = schedule_persistent(service, service_id, packet, &entry);
	else
		chosen = schedule(service, service_id, &packet->tuple, packet->hash);
	if (chosen <= 0)
		return place_nowhere(service, packet, chosen);
	return store_connection(service, service_id, packet, chosen, &entry, ipv6);
}

__noinline_global int place_connection4(const struct packet *packet)
{
	return packet ? place(packet, false) : DECIDED_PASS;
}

__noinline_global int place_connection6(const struct packet *packet)
{
	return packet ? place(packet, true) : DECIDED_PASS;
}

static __always_inline int place_connection(const struct packet *packet, const bool ipv6)
{
	return ipv6 ? place_connection6(packet) : place_connection4(packet);
}
