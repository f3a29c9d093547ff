/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What nearly every new connection begins with: a plain SYN to a virtual service that has room and asks for nothing
 * special. One function decides, enters and forwards it: headers are parsed once, the hash is made once, and the set in
 * which the connection was not found is the one that it is written to. Whatever is not exactly that goes through all
 * steps (bpf/new_connection.h), which come to the same result.
 */
#pragma once

#include "bpf/connection_insert.h"
#include "bpf/new_connection.h"
#include "bpf/new_translation.h"
#include "bpf/plain_packet.h"
#include "bpf/schedule.h"
#include "bpf/service.h"
#include "bpf/syn_flood.h"

/* Are exactly these ways of the front set the connection's, or may be, and none of another set? */
static __always_inline bool has_only(const struct ek_set_header *header, __u32 tag, __u32 ways)
{
	return ways_with_tag(header, tag) == ways && ends_in_front(tag, false);
}

/* EK_SET_WAYS: none. */
static __always_inline __u32 take_plain_way(struct ek_set_header *header, __u64 hash)
{
	__u32 room = ways_with_tag(header, EK_TAG_FREE), home = home_way(hash), way;

	way = room >> home & 1 ? home : lowest_way(room);
	pin_value(way);
	if (way >= EK_SET_WAYS || !claim(header, way, EK_TAG_FREE))
		return EK_SET_WAYS;
	return way;
}

/* ---- NAT, SNAT ---- */

struct plain_translation {
	struct new_translation chosen;
	struct ek_reverse_set *set; /* NULL: nothing is translated */
	__u64 hash;                 /* of its answers */
};

/* The first source address, with the client's own port. */
static __always_inline bool choose_plain_source(struct new_translation *chosen, const struct packet *packet)
{
	const struct ek_sources *sources = &arrays.sources[packet->service & (EK_MAX_SERVICES - 1)];
	__u32 count = sources->count, index;

	chosen->source[3] = packet->tuple.virtual_address[3];
	if (count && count <= EK_MAX_SOURCES) {
		index = first_source(packet->hash, count);
		pin_value(index);
		if (index < EK_MAX_SOURCES)
			take_address(chosen->source, &sources->address[index], false);
	}
	return bpf_ntohs(chosen->client_port_be) >= EK_FIRST_SOURCE_PORT;
}

/* An entry of the set, or of its second one, may be of a connection with the same answers: its number is not `own`. */
static __always_inline bool may_have_another(const struct ek_reverse_set *set, __u64 hash, __u32 own)
{
	__u32 entry = reverse_tag(hash, false) | own, numbers = (1u << way_bits(false)) - 1;

#pragma unroll
	for (int i = 0; i < EK_REVERSE_WAYS; i++)
		if ((*(const volatile __u32 *)&set->entry[i] ^ entry) - 1 < numbers)
			return true;
	return !ends_here(set);
}

/* Addresses and ports, and where the reverse index is to have them. */
static __always_inline bool choose_plain_translation(struct plain_translation *translation, const struct packet *packet,
						     const struct ek_real_server *server)
{
	struct new_translation *chosen = &translation->chosen;
	struct tuple answer = {.protocol = packet->tuple.protocol};

	take_address(chosen->real, &server->address, false);
	chosen->real_port_be = server->port_be ? server->port_be : virtual_port_of(&packet->tuple);
	chosen->client_port_be = packet->tuple.ports;
	chosen->source_port_be = packet->tuple.ports;
	chosen->source[3] = packet->tuple.client[3];
	if (server->method == EK_METHOD_SNAT && !choose_plain_source(chosen, packet))
		return false;
	answer.client[3] = chosen->real[3];
	answer.virtual_address[3] = chosen->source[3];
	answer.ports = (__u32)chosen->source_port_be << 16 | chosen->real_port_be;
	translation->hash = hash_tuple(&answer, false);
	translation->set = reverse_set_at(reverse_set(translation->hash, 0, false), false);
	if (!translation->set)
		return false;
	fetch(translation->set);
	return true;
}

/* False: there is no room in the first set, or somebody else may have the same answers. */
static __always_inline bool index_plainly(const struct plain_translation *translation, __u32 number)
{
	__u32 *home = &translation->set->entry[home_entry(translation->hash)];

	return (swap_entry(home, 0, reverse_tag(translation->hash, false) | number) ||
		insert_in_reverse(translation->hash, number, false)) &&
	       !may_have_another(translation->set, translation->hash, number);
}

/* ---- all methods ---- */

/* What of the schedulers can be done here without more stack than there is. */
static __always_inline int schedule_plainly(const struct ek_service *service, const struct packet *packet)
{
	if (service->scheduler == EK_SCHEDULER_WLC) {
		if (service->ring_length > FEW)
			return NONE_USABLE;
		return schedule_least_of_few(packet->service, service->ring_length, packet->hash);
	}
	return schedule(service, packet->service, &packet->tuple, packet->hash);
}

/* As the first real server's method says, which is all real servers'. Only the order of reads depends on it. */
static __always_inline bool is_likely_translated(__u32 service)
{
	return real_server_at(ring_head(service)->real_server[0])->method >= EK_METHOD_NAT;
}

/*
 * A real server. 0: this is nothing for the short way, and nothing has been changed. The table is read meanwhile, unless a
 * set of the reverse index will be read as well: what is begun first would be waited for before that, not with it.
 */
static __always_inline int choose_plainly(struct packet *packet, struct ek_set_header *header)
{
	const struct ek_service *service;
	int chosen;

	packet->service = find_service(&packet->tuple, false);
	if (!packet->service)
		return 0;
	service = service_at(packet->service);
	if (service->flags & EK_SERVICE_PERSISTENT || is_flooded(service, packet->service))
		return 0;
	if (!is_likely_translated(packet->service))
		fetch_home(header, packet->hash, false);
	if (service->scheduler == EK_SCHEDULER_WRR &&
	    (!has_only(header, tag_of(packet->hash), 0) || !ways_with_tag(header, EK_TAG_FREE)))
		return 0; /* no turn is taken in vain */
	chosen = schedule_plainly(service, packet);
	return chosen > 0 ? chosen : 0;
}

/* A record that is put together while the lines that it goes to are on their way; whole words, to be copied. */
union plain_record {
	struct ek_connection4 connection;
	__u64 words[sizeof(struct ek_connection4) / sizeof(__u64)];
};

static __always_inline void compose_record(union plain_record *record, const struct packet *packet, __u32 real_server,
					   const struct plain_translation *translation)
{
	struct ek_connection4 *connection = &record->connection;

	record->words[0] = pair_of_key4(&packet->tuple);
	record->words[1] = rest_of_key(&packet->tuple);
	connection->common.real_server = real_server;
	connection->common.service = packet->service;
	connection->common.real_server_generation = real_server_at(real_server)->generation;
	connection->common.created = packet->tick;
	connection->common.touched = packet->tick;
	if (translation->set)
		write_translation4(connection, &translation->chosen);
}

static __always_inline void write_plain_record(struct ek_set_header *header, __u32 way, const union plain_record *record)
{
	__u64 *to = (void *)&((struct ek_set4 *)header)->connection[way];

#pragma unroll
	for (__u32 i = 0; i < sizeof(record->words) / sizeof(__u64); i++)
		to[i] = record->words[i];
	header->state[way] = EK_STATE_SYN_RECV;
}

/*
 * Counts a half-open connection and publishes it. An atomic operation whose result is asked for is a full barrier: the
 * record is there before the tag, and the tag before anything that is read afterwards. So one is spared.
 */
static __always_inline void count_and_publish(struct ek_set_header *header, __u32 way, __u32 tag, __u32 service,
					      __u32 real_server)
{
	struct ek_real_server_live *live = real_server_live_at(real_server);
	__u32 before = __sync_fetch_and_add(&live->inactive, 1);

	pin_value(before);
	*(volatile __u32 *)&header->tag[way] = tag;
	before = __sync_fetch_and_add(&service_live_at(service)->half_open, 1);
	pin_value(before);
	judge_load(real_server_at(real_server), live);
}

static __always_inline void take_back(struct ek_set_header *header, __u32 way, __u32 tag, __u32 number)
{
	if (take_over4((struct ek_set4 *)header, way, tag, number))
		publish(header, way, EK_TAG_FREE);
}

/* Nothing of the connection, nor of its answers, is known yet. */
static __always_inline bool is_new(struct ek_set_header *header, const struct packet *packet,
				   const struct plain_translation *translation, const struct ek_real_server *server)
{
	if (!has_only(header, tag_of(packet->hash), 0))
		return false;
	if (!translation->set)
		return true;
	return server->method == EK_METHOD_SNAT ? !may_have_another(translation->set, translation->hash, 0)
						: ends_here(translation->set);
}

/* Into the way that was taken. False: another CPU has the same SYN, or there is no room for answers; it is free again. */
static __always_inline bool enter(struct ek_set_header *header, __u32 way, const struct packet *packet, __u32 real_server,
				  const union plain_record *record, __u32 expires, const struct plain_translation *translation)
{
	__u32 tag = tag_of(packet->hash), number = way_number(front_set(tag, false), way);

	write_plain_record(header, way, record);
	header->expires[way] = expires;
	count_and_publish(header, way, tag, packet->service, real_server);
	if (likely(has_only(header, tag, 1u << way)) && (!translation->set || index_plainly(translation, number)))
		return true;
	take_back(header, way, tag, number);
	return false;
}

/* What cannot be sent plainly after all is a known connection's packet by now. */
static __always_inline int send_first(struct xdp_md *context, const struct packet *packet,
				      struct ek_connection *connection, const struct ek_real_server *server)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	return data + PLAIN_L4 + sizeof(struct tcphdr) > end ? NOT_PLAIN
							      : send_plainly(context, data, packet, connection, server);
}

/* Where the steps will choose anew, after a choice: a turn of round robin is given back, or nobody would have had it. */
static __always_inline int leave_to_steps(const struct packet *packet)
{
	if (service_at(packet->service)->scheduler == EK_SCHEDULER_WRR)
		__sync_fetch_and_add(&service_live_at(packet->service)->round_robin, -1);
	return NOT_PLAIN;
}

/* What was parsed comes in registers, as for forward_plain_answer. */
__noinline_global int open_plainly(struct xdp_md *context, __u64 addresses, __u64 rest, __u32 length)
{
	struct packet packet = {
		.tuple = {.client[3] = addresses, .virtual_address[3] = addresses >> 32, .ports = rest, .protocol = IPPROTO_TCP},
		.tcp_flags = TCP_SYN,
		.length = length,
		.l4_offset = PLAIN_L4,
		.tick = current_tick(),
	};
	struct plain_translation translation = {};
	const struct ek_real_server *server;
	struct ek_set_header *header;
	union plain_record record = {};
	__u32 way, expires;
	int chosen;

	packet.hash = hash_tuple(&packet.tuple, false);
	header = set_at(front_set(tag_of(packet.hash), false), false);
	if (!header || is_crowded(false) || !ends_in_front(tag_of(packet.hash), false))
		return NOT_PLAIN;
	chosen = choose_plainly(&packet, header);
	if (!chosen)
		return NOT_PLAIN;
	server = real_server_at(chosen);
	fetch_home(header, packet.hash, false);
	if (server->method >= EK_METHOD_NAT && !choose_plain_translation(&translation, &packet, server))
		return leave_to_steps(&packet);
	pin_value(translation.set); /* and is not known by the method: kernel 6.1 does not follow that */
	compose_record(&record, &packet, chosen, &translation);
	expires = expiry_of(service_at(packet.service), EK_STATE_SYN_RECV, packet.tick);
	if (!is_new(header, &packet, &translation, server))
		return leave_to_steps(&packet);
	way = take_plain_way(header, packet.hash);
	pin_value(way);
	if (way >= EK_SET_WAYS || !enter(header, way, &packet, chosen, &record, expires, &translation))
		return leave_to_steps(&packet);
	count_connection(chosen);
	return send_first(context, &packet, connection_at(header, way, false), server);
}
