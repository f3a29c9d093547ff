/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What nearly every packet is: plain IPv4 or IPv6, of an established connection that is in its first set, its real server's
 * answer, or the SYN that begins one. Of a connection that is there it changes nothing but counters and time stamps. Whatever is
 * not exactly that goes through all steps, which come to the same result; here it costs a third less, because nothing
 * of the packet is kept where another function could see it.
 */
#pragma once

#include "bpf/answer.h"
#include "bpf/plain_packet.h"
#include "bpf/plain_syn.h"

/* The number in its home entry, or in any of the set that may be the one. 0: none. */
static __always_inline __u32 plain_number(const struct ek_reverse_set *set, __u64 hash, const bool ipv6)
{
	__u32 tag = reverse_tag(hash, ipv6), bits = way_bits(ipv6), mask = (1u << bits) - 1;
	__u32 entry = *(const volatile __u32 *)&set->entry[home_entry(hash)];

	if (likely(!((entry ^ tag) >> bits)))
		return entry & mask;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < EK_REVERSE_WAYS; i++) {
		entry = *(const volatile __u32 *)&set->entry[i];
		if (!((entry ^ tag) >> bits))
			return entry & mask;
	}
	return 0;
}

static __always_inline bool is_plain_answer(const struct place *place, const struct packet *packet, __u32 state,
					    const bool ipv6)
{
	const struct ek_real_server *server = real_server_at(place->connection->real_server);

	return is_answer(place->connection, &packet->tuple, ipv6) &&
	       *(const volatile __u32 *)&place->header->tag[place->way] >= EK_TAG_FIRST &&
	       place->header->state[place->way] == state && !is_proxied(place->connection, ipv6) &&
	       server->generation == place->connection->real_server_generation &&
	       server->flags & EK_REAL_SERVER_KEEPS_ESTABLISHED;
}

static __always_inline int send_plainly_to_client(struct xdp_md *context, const struct packet *packet,
						  struct ek_connection *connection, const bool ipv6)
{
	const struct ek_translation *translation = translation_of(connection, ipv6);
	const struct ek_interface *interface = interface_at(translation->client_interface);
	void *frame = (void *)(long)context->data;
	struct rewrite rewrite;

	if (frame + plain_l4(ipv6) + sizeof(struct tcphdr) > (void *)(long)context->data_end ||
	    !translation->client_interface || interface->index != translation->client_interface || translation->client_vlan)
		return NOT_PLAIN;
	rewrite_to_client(connection, ipv6, &rewrite);
	if (unlikely(write_plainly(frame, packet, &rewrite, ipv6)))
		return -drop(EK_REASON_TTL_EXPIRED, connection->service);
	count_answer(connection->real_server, packet->length);
	copy_mac(frame, (const __u16 *)translation->client_mac);
	copy_mac(frame + ETH_ALEN, (const __u16 *)interface->mac);
	return leave_by(context, translation->client_interface);
}

/* Of a connection that the reverse index has where it is likely. */
static __always_inline int forward_plain_answer(struct xdp_md *context, const struct packet *packet, __u32 state,
						const bool ipv6)
{
	__u64 hash = hash_tuple(&packet->tuple, ipv6);
	const struct ek_reverse_set *set = reverse_set_at(likely_reverse_set(hash, ipv6), ipv6);
	struct place place;

	if (!set || !place_of_way(plain_number(set, hash, ipv6), ipv6, &place) || !is_plain_answer(&place, packet, state, ipv6))
		return NOT_PLAIN;
	if (unlikely(place.connection->touched != packet->tick) &&
	    !renew(place.header, place.connection, place.way, state, packet->tick))
		return NOT_PLAIN;
	return send_plainly_to_client(context, packet, place.connection, ipv6);
}

__noinline_global int forward_plain_answer4(struct xdp_md *context, __u64 addresses, __u64 rest, __u32 state, __u32 length)
{
	struct packet packet = plain_packet_of(addresses, rest, length);

	return forward_plain_answer(context, &packet, state, false);
}

/* Of a connection that may be in this way of a set. */
static __always_inline int forward_plain_way(struct xdp_md *context, void *data, struct packet *packet, __u32 state,
					     struct ek_set_header *header, __u64 way, struct ek_connection *connection,
					     const bool ipv6)
{
	struct ek_real_server *server;

	if (header->state[way] != state || !holds(connection, &packet->tuple, ipv6))
		return NOT_PLAIN;
	packet->tuple.protocol = state == EK_STATE_UDP ? IPPROTO_UDP : IPPROTO_TCP; /* so that only one of them is kept */
	if (unlikely(connection->touched != packet->tick) && !renew(header, connection, way, state, packet->tick))
		return NOT_PLAIN;
	server = real_server_at(connection->real_server);
	if (server->generation != connection->real_server_generation)
		return NOT_PLAIN;
	return send_plainly(context, data, packet, connection, server, ipv6);
}

/* The set where it is second likeliest to be; NULL: it cannot be there. */
static __always_inline struct ek_set_header *other_set(__u64 hash, const bool ipv6)
{
	if (is_in_rest_mostly(ipv6))
		return set_at(front_set(tag_of(hash), ipv6), ipv6);
	return ends_in_front(tag_of(hash), ipv6) ? NULL : set_at(first_set(hash, ipv6), ipv6);
}

/* Of a connection that is not where it is likely. It parses again: the caller has no stack to hand on what it knows. */
static __always_inline int forward_plain_elsewhere(struct xdp_md *context, const bool ipv6)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct packet packet = {};
	__u32 state = parse_plain(data, end, &packet, ipv6), way;
	struct ek_set_header *header;

	if (state == NOT_PLAIN_STATE)
		return NOT_PLAIN;
	packet.tick = current_tick();
	packet.hash = hash_tuple(&packet.tuple, ipv6);
	header = other_set(packet.hash, ipv6);
	if (!header)
		return NOT_PLAIN;
	way = lowest_way(ways_with_tag(header, tag_of(packet.hash)));
	if (!is_way(&way))
		return NOT_PLAIN;
	return forward_plain_way(context, data, &packet, state, header, way, connection_at(header, way, ipv6), ipv6);
}

__noinline_global int forward_plain_elsewhere4(struct xdp_md *context)
{
	return forward_plain_elsewhere(context, false);
}

__noinline_global int forward_plain_elsewhere6(struct xdp_md *context)
{
	return forward_plain_elsewhere(context, true);
}

/* One that changes states: of them only what begins a connection is plain. */
static __always_inline bool is_plain_syn(const void *frame, const struct packet *packet, const bool ipv6)
{
	return opens_connection(packet->tcp_flags) && !comes_from_translated(&packet->tuple) &&
	       !is_undone(frame, packet, ipv6);
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_arrays, rest_first4) == 0 &&
			 __builtin_offsetof(struct ek_arrays, partial_checksums) == 4 &&
			 __builtin_offsetof(struct ek_arrays, rest_first6) == 8,
		 "what is asked before every look-up is one word");

/* Nearly everywhere nearly always there are neither undone checksums nor more connections than the front has room for. */
static __always_inline bool is_extraordinary(const bool ipv6)
{
	return word_at(ipv6 ? &arrays.partial_checksums : &arrays.rest_first4);
}

/* Of a connection that is where it is likely: mostly in its home way, whose record is on its way before it is known to be it. */
static __always_inline int forward_plain_known(struct xdp_md *context, void *data, struct packet *packet, __u32 state,
					       const bool ipv6)
{
	struct ek_connection *connection;
	struct ek_set_header *header;
	__u64 hash, way;
	__u32 set;

	hash = hash_tuple(&packet->tuple, ipv6);
	packet->tick = current_tick();
	set = front_set(low_half(hash) | EK_TAG_FIRST, ipv6);
	if (unlikely(is_extraordinary(ipv6))) {
		if (is_undone(data, packet, ipv6))
			return NOT_PLAIN;
		set = likely_set(hash, ipv6);
	}
	header = set_at(set, ipv6);
	if (!header)
		return NOT_PLAIN;
	way = home_way(hash);
	connection = connection_at(header, way, ipv6);
	fetch(connection);
	if (unlikely(header->tag[way] != tag_of(hash))) {
		way = lowest_way(ways_with_tag(header, tag_of(hash)));
		pin_value(way);
		if (way >= EK_SET_WAYS)
			return ipv6 ? forward_plain_elsewhere6(context) : forward_plain_elsewhere4(context);
		connection = connection_at(header, way, ipv6);
	}
	return forward_plain_way(context, data, packet, state, header, way, connection, ipv6);
}

static __always_inline int forward_plain4(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct packet packet = {};
	__u32 state = parse_plain(data, end, &packet, false);

	if (state == NOT_PLAIN_STATE)
		return NOT_PLAIN;
	if (state == EK_STATE_NONE)
		return is_plain_syn(data, &packet, false)
			       ? open_plainly4(context, pair_of_key4(&packet.tuple), rest_of_key(&packet.tuple), packet.length)
			       : NOT_PLAIN;
	if (comes_from_translated(&packet.tuple)) {
		if (is_undone(data, &packet, false))
			return NOT_PLAIN;
		return forward_plain_answer4(context, pair_of_key4(&packet.tuple), rest_of_key(&packet.tuple), state,
					     packet.length);
	}
	return forward_plain_known(context, data, &packet, state, false);
}

__noinline_global int forward_plain6(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct packet packet = {};
	__u32 state = parse_plain(data, end, &packet, true);

	if (state == NOT_PLAIN_STATE)
		return NOT_PLAIN;
	if (state == EK_STATE_NONE)
		return is_plain_syn(data, &packet, true) ? PLAIN_SYN : NOT_PLAIN;
	if (comes_from_translated(&packet.tuple)) {
		if (is_undone(data, &packet, true))
			return NOT_PLAIN;
		packet.tick = current_tick();
		return forward_plain_answer(context, &packet, state, true);
	}
	return forward_plain_known(context, data, &packet, state, true);
}

static __always_inline int forward_plain(struct xdp_md *context)
{
	int verdict = forward_plain4(context);

	if (unlikely(verdict == NOT_PLAIN))
		verdict = forward_plain6(context);
	return unlikely(verdict == PLAIN_SYN) ? open_plainly6(context) : verdict;
}
