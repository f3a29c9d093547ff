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

/* What is entered, and where. */
struct opening {
	struct packet packet;
	const struct ipv6hdr *ip;     /* IPv6 */
	struct ek_set_header *header; /* of its front set */
	__u32 real_server;
	__u32 expires;
	struct new_translation translation; /* NAT, SNAT */
	struct ek_reverse_set *answers;     /* the set where the reverse index will have it; NULL: nothing is translated */
	__u64 answers_hash;
};

static __always_inline __u32 opening_tag(const struct opening *opening)
{
	return tag_of(opening->packet.hash);
}

/* Are exactly these ways of the front set the connection's, or may be, and none of another set? */
static __always_inline bool has_only(const struct opening *opening, __u32 ways, const bool ipv6)
{
	return ways_with_tag(opening->header, opening_tag(opening)) == ways && ends_in_front(opening_tag(opening), ipv6);
}

/* EK_SET_WAYS: none. */
static __always_inline __u32 take_plain_way(struct ek_set_header *header, __u64 hash)
{
	__u32 room = ways_with_tag(header, EK_TAG_FREE), home = home_way(hash), way;

	way = room >> home & 1 ? home : lowest_way(room);
	if (!is_way(&way) || !claim(header, way, EK_TAG_FREE))
		return EK_SET_WAYS;
	return way;
}

/* ---- NAT, SNAT ---- */

/* The first source address, with the client's own port. */
static __always_inline bool choose_plain_source(struct new_translation *chosen, const struct packet *packet,
						const bool ipv6)
{
	const struct ek_sources *sources = &arrays.sources[packet->service & (EK_MAX_SERVICES - 1)];
	__u32 count = sources->count, index;

	copy_plain_address(chosen->source, packet->tuple.virtual_address, ipv6);
	if (count && count <= EK_MAX_SOURCES) {
		index = first_source(packet->hash, count);
		pin_value(index);
		if (index < EK_MAX_SOURCES)
			take_address(chosen->source, &sources->address[index], ipv6);
	}
	return bpf_ntohs(chosen->client_port_be) >= EK_FIRST_SOURCE_PORT;
}

/* An entry of the set, or of its second one, may be of a connection with the same answers: its number is not `own`. */
static __always_inline bool may_have_another(const struct ek_reverse_set *set, __u64 hash, __u32 own, const bool ipv6)
{
	__u32 entry = reverse_tag(hash, ipv6) | own, numbers = (1u << way_bits(ipv6)) - 1;

#pragma unroll
	for (int i = 0; i < EK_REVERSE_WAYS; i++)
		if ((*(const volatile __u32 *)&set->entry[i] ^ entry) - 1 < numbers)
			return true;
	return !ends_here(set);
}

/* Addresses and ports. False: SNAT needs another port. */
static __always_inline bool choose_plain_translation(struct new_translation *chosen, const struct opening *opening,
						     const bool ipv6)
{
	const struct ek_real_server *server = real_server_at(opening->real_server);
	const struct tuple *tuple = &opening->packet.tuple;

	take_address(chosen->real, &server->address, ipv6);
	chosen->real_port_be = server->port_be ? server->port_be : virtual_port_of(tuple);
	chosen->client_port_be = tuple->ports;
	chosen->source_port_be = tuple->ports;
	copy_plain_address(chosen->source, tuple->client, ipv6);
	return server->method != EK_METHOD_SNAT || choose_plain_source(chosen, &opening->packet, ipv6);
}

/* Addresses, ports, and where the reverse index is to have them. */
static __always_inline bool translate_plainly(struct opening *opening, const bool ipv6)
{
	struct new_translation *chosen = &opening->translation;
	struct tuple answer = {.protocol = opening->packet.tuple.protocol};

	if (ipv6)
		fetch_second_line(opening->header, opening->packet.hash);
	if (!choose_plain_translation(chosen, opening, ipv6))
		return false;
	copy_plain_address(answer.client, chosen->real, ipv6);
	copy_plain_address(answer.virtual_address, chosen->source, ipv6);
	answer.ports = (__u32)chosen->source_port_be << 16 | chosen->real_port_be;
	opening->answers_hash = hash_tuple(&answer, ipv6);
	opening->answers = reverse_set_at(reverse_set(opening->answers_hash, 0, ipv6), ipv6);
	if (!opening->answers)
		return false;
	fetch(opening->answers);
	return true;
}

/* False: there is no room in the first set, or somebody else may have the same answers. */
static __always_inline bool index_plainly(const struct opening *opening, __u32 number, const bool ipv6)
{
	__u64 hash = opening->answers_hash;
	__u32 *home = &opening->answers->entry[home_entry(hash)];

	return (swap_entry(home, 0, reverse_tag(hash, ipv6) | number) || insert_in_reverse(hash, number, ipv6)) &&
	       !may_have_another(opening->answers, hash, number, ipv6);
}

/* ---- all methods ---- */

/* What of the schedulers can be done here without more stack than there is. */
static __always_inline int schedule_plainly(const struct ek_service *service, const struct packet *packet)
{
	__u32 length = service->ring_length;

	switch (service->scheduler) {
	case EK_SCHEDULER_WLC:
		return length <= FEW ? schedule_least_of_few(packet->service, length, packet->hash) : NONE_USABLE;
	case EK_SCHEDULER_WRR:
		return schedule_round_robin(packet->service, length);
	default:
		return first_by_hash(packet->service, length, chosen_hash(service, &packet->tuple, packet->hash));
	}
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
static __always_inline int choose_plainly(struct opening *opening, const bool ipv6)
{
	struct packet *packet = &opening->packet;
	const struct ek_service *service;
	int chosen;

	packet->service = find_service(&packet->tuple, ipv6);
	if (!packet->service)
		return 0;
	service = service_at(packet->service);
	if (service->flags & EK_SERVICE_PERSISTENT || is_flooded(service, packet->service))
		return 0;
	if (!is_likely_translated(packet->service))
		fetch_home(opening->header, packet->hash, ipv6);
	if (service->scheduler == EK_SCHEDULER_WRR &&
	    (!has_only(opening, 0, ipv6) || !ways_with_tag(opening->header, EK_TAG_FREE)))
		return 0; /* no turn is taken in vain */
	chosen = schedule_plainly(service, packet);
	return chosen > 0 ? chosen : 0;
}

static __always_inline void fill_common(struct ek_connection *connection, const struct opening *opening)
{
	connection->real_server = opening->real_server;
	connection->service = opening->packet.service;
	connection->real_server_generation = real_server_at(opening->real_server)->generation;
	connection->created = opening->packet.tick;
	connection->touched = opening->packet.tick;
}

/* A record that is put together while the lines that it goes to are on their way; whole words, to be copied. */
union plain_record {
	struct ek_connection4 connection;
	__u64 words[sizeof(struct ek_connection4) / sizeof(__u64)];
};

static __always_inline void compose_record(union plain_record *record, const struct opening *opening)
{
	record->words[0] = pair_of_key4(&opening->packet.tuple);
	record->words[1] = rest_of_key(&opening->packet.tuple);
	fill_common(&record->connection.common, opening);
	if (opening->answers)
		write_translation4(&record->connection, &opening->translation);
}

static __always_inline void write_plain_record4(struct ek_set_header *header, __u32 way, const union plain_record *record)
{
	__u64 *to = (void *)&((struct ek_set4 *)header)->connection[way];

#pragma unroll
	for (__u32 i = 0; i < sizeof(record->words) / sizeof(__u64); i++)
		to[i] = record->words[i];
}

/* Of IPv6 there is no stack to put it together on, nor to keep addresses: they are read again. */
static __always_inline void write_plain_record6(struct opening *opening, __u32 way)
{
	struct ek_connection6 *connection = &((struct ek_set6 *)opening->header)->connection[way];
	struct new_translation chosen;

	copy_address(&connection->client, opening->packet.tuple.client);
	copy_address(&connection->virtual_address, opening->packet.tuple.virtual_address);
	*(__u64 *)((void *)connection + REST_OFFSET6) = rest_of_key(&opening->packet.tuple);
	fill_common(&connection->common, opening);
	if (!opening->answers)
		return;
	choose_plain_translation(&chosen, opening, true);
	write_translation6(connection, &chosen);
}

/*
 * Counts a half-open connection and publishes it. An atomic operation whose result is asked for is a full barrier: the
 * record is there before the tag, and the tag before anything that is read afterwards. So one is spared.
 */
static __always_inline void count_and_publish(const struct opening *opening, __u32 way)
{
	struct ek_real_server_live *live = real_server_live_at(opening->real_server);
	__u32 before = __sync_fetch_and_add(&live->inactive, 1);

	pin_value(before);
	*(volatile __u32 *)&opening->header->tag[way] = opening_tag(opening);
	before = __sync_fetch_and_add(&service_live_at(opening->packet.service)->half_open, 1);
	pin_value(before);
	judge_load(real_server_at(opening->real_server), live);
}

/* As release does, whose calls need more stack than is left: of what is known here. */
static __always_inline void take_back(const struct opening *opening, __u32 way, __u32 number, const bool ipv6)
{
	struct ek_set_header *header = opening->header;

	if (!claim(header, way, opening_tag(opening)))
		return;
	if (opening->answers)
		remove_from_reverse(opening->answers_hash, number, ipv6);
	count_out(opening->packet.service, opening->real_server, real_server_at(opening->real_server)->generation,
		  take_state(header, way));
	publish(header, way, EK_TAG_FREE);
}

/* Nothing of the connection, nor of its answers, is known yet. */
static __always_inline bool is_new(const struct opening *opening, const bool ipv6)
{
	if (!has_only(opening, 0, ipv6))
		return false;
	if (!opening->answers)
		return true;
	return real_server_at(opening->real_server)->method == EK_METHOD_SNAT
		       ? !may_have_another(opening->answers, opening->answers_hash, 0, ipv6)
		       : ends_here(opening->answers);
}

/* Into the way that was taken. False: another CPU has the same SYN, or there is no room for answers; it is free again. */
static __always_inline bool enter(struct opening *opening, __u32 way, const union plain_record *record,
				  const bool ipv6)
{
	__u32 number = way_number(front_set(opening_tag(opening), ipv6), way);

	if (ipv6) {
		read_addresses(opening->ip, &opening->packet, true);
		write_plain_record6(opening, way);
	} else {
		write_plain_record4(opening->header, way, record);
	}
	opening->header->state[way] = EK_STATE_SYN_RECV;
	opening->header->expires[way] = opening->expires;
	count_and_publish(opening, way);
	if (likely(has_only(opening, 1u << way, ipv6)) && (!opening->answers || index_plainly(opening, number, ipv6)))
		return true;
	take_back(opening, way, number, ipv6);
	return false;
}

/* What cannot be sent plainly after all is a known connection's packet by now. */
static __always_inline int send_first(struct xdp_md *context, const struct opening *opening, __u32 way, const bool ipv6)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	if (data + plain_l4(ipv6) + sizeof(struct tcphdr) > end)
		return NOT_PLAIN;
	return send_plainly(context, data, &opening->packet, connection_at(opening->header, way, ipv6),
			    real_server_at(opening->real_server), ipv6);
}

/* Where the steps will choose anew, after a choice: a turn of round robin is given back, or nobody would have had it. */
static __always_inline int leave_to_steps(const struct packet *packet)
{
	if (service_at(packet->service)->scheduler == EK_SCHEDULER_WRR)
		__sync_fetch_and_add(&service_live_at(packet->service)->round_robin, -1);
	return NOT_PLAIN;
}

/* `opening` has the packet, and nothing else. */
static __always_inline int open_plainly(struct xdp_md *context, struct opening *opening, const bool ipv6)
{
	struct packet *packet = &opening->packet;
	const struct ek_real_server *server;
	union plain_record record = {};
	__u32 way;

	packet->hash = hash_tuple(&packet->tuple, ipv6);
	opening->header = set_at(front_set(tag_of(packet->hash), ipv6), ipv6);
	if (!opening->header || is_crowded(ipv6) || !ends_in_front(tag_of(packet->hash), ipv6))
		return NOT_PLAIN;
	opening->real_server = choose_plainly(opening, ipv6);
	if (!opening->real_server)
		return NOT_PLAIN;
	server = real_server_at(opening->real_server);
	fetch_home(opening->header, packet->hash, ipv6);
	if (server->method >= EK_METHOD_NAT && !translate_plainly(opening, ipv6))
		return leave_to_steps(packet);
	pin_value(opening->answers); /* and is not known by the method: kernel 6.1 does not follow that */
	if (!ipv6)
		compose_record(&record, opening);
	opening->expires = expiry_of(service_at(packet->service), EK_STATE_SYN_RECV, packet->tick);
	if (!is_new(opening, ipv6))
		return leave_to_steps(packet);
	way = take_plain_way(opening->header, packet->hash);
	if (!is_way(&way) || !enter(opening, way, &record, ipv6))
		return leave_to_steps(packet);
	count_connection(opening->real_server);
	return send_first(context, opening, way, ipv6);
}

/* What was parsed comes in registers, as for forward_plain_answer4. */
__noinline_global int open_plainly4(struct xdp_md *context, __u64 addresses, __u64 rest, __u32 length)
{
	struct opening opening = {.packet = plain_packet_of(addresses, rest, length)};

	return open_plainly(context, &opening, false);
}

__noinline_global int open_plainly6(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct opening opening = {};

	if (parse_plain(data, end, &opening.packet, true) == NOT_PLAIN_STATE)
		return NOT_PLAIN;
	opening.ip = data + sizeof(struct ethhdr);
	opening.packet.tick = current_tick();
	return open_plainly(context, &opening, true);
}
