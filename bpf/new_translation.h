/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A new connection whose packets are translated: what becomes of them, and its entry in the reverse index. */
#pragma once

#include "bpf/connection_release.h"
#include "bpf/explain.h"
#include "bpf/source_port.h"

/* Below 0: SNAT found no port. */
static __always_inline int choose_translation(struct new_translation *chosen, const struct packet *packet,
					      __u32 real_server)
{
	const struct ek_real_server *server = real_server_at(real_server);

	__builtin_memset(chosen, 0, sizeof(*chosen));
	chosen->service = packet->service;
	chosen->real_server = real_server;
	chosen->hash = packet->hash;
	chosen->client_port_be = packet->tuple.ports;
	chosen->protocol = packet->tuple.protocol;
	chosen->ipv6 = packet->ipv6;
	take_address(chosen->real, &server->address, packet->ipv6);
	chosen->real_port_be = server->port_be ? server->port_be : virtual_port_of(&packet->tuple);
	if (server->method == EK_METHOD_SNAT) {
		copy_address(chosen->source, packet->tuple.virtual_address);
		return choose_source(chosen);
	}
	copy_address(chosen->source, packet->tuple.client);
	chosen->source_port_be = chosen->client_port_be;
	return 0;
}

static __always_inline int index_translation(struct ek_connection *connection, __u32 number, const bool ipv6)
{
	struct tuple answer;
	__u64 hash;

	answer_tuple(connection, ipv6, &answer);
	hash = hash_tuple(&answer, ipv6);
	if (!insert_in_reverse(hash, number, ipv6))
		return -EK_REASON_TABLE_FULL;
	return find_in_reverse(&answer, hash, number, ipv6) ? -EK_REASON_TRANSLATION_IN_USE : 0;
}

static __always_inline void write_translation(struct ek_connection *connection, const struct new_translation *chosen,
					      const bool ipv6)
{
	if (ipv6)
		write_translation6(record6(connection), chosen);
	else
		write_translation4(record4(connection), chosen);
}

/* What is below 0 is a reason, negated. */
static __always_inline int translate_new(const struct packet *packet, __u32 real_server, const bool ipv6)
{
	struct new_translation chosen;
	struct place place;

	if (choose_translation(&chosen, packet, real_server))
		return -EK_REASON_NO_SOURCE_PORT;
	if (!place_of_way(packet->way, ipv6, &place))
		return -EK_REASON_TABLE_FULL;
	write_translation(place.connection, &chosen, ipv6);
	return 0;
}

static __always_inline int index_new(const struct packet *packet, const bool ipv6)
{
	struct place place;

	if (!place_of_way(packet->way, ipv6, &place))
		return -EK_REASON_TABLE_FULL;
	return index_translation(place.connection, packet->way, ipv6);
}

__noinline_global int translate_new4(const struct packet *packet, __u32 real_server)
{
	return packet ? translate_new(packet, real_server, false) : 0;
}

__noinline_global int translate_new6(const struct packet *packet, __u32 real_server)
{
	return packet ? translate_new(packet, real_server, true) : 0;
}

__noinline_global int index_new4(const struct packet *packet)
{
	return packet ? index_new(packet, false) : 0;
}

__noinline_global int index_new6(const struct packet *packet)
{
	return packet ? index_new(packet, true) : 0;
}

/* The packet has opened the connection in its way. Without a translation the way is free again, and it is dropped. */
static __always_inline int translate_connection(const struct packet *packet, __u32 real_server)
{
	int failed = packet->ipv6 ? translate_new6(packet, real_server) : translate_new4(packet, real_server);

	if (!failed)
		failed = packet->ipv6 ? index_new6(packet) : index_new4(packet);
	if (!failed)
		return real_server;
	remove_entry(&packet->tuple, packet->hash, packet->ipv6);
	return drop(-failed, packet->service);
}
