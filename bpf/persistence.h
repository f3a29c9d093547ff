/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Persistence: a template in the connection table says which real server a client (or its network) belongs to.
 * A template made for a SYN is only as good as a half-open connection: it lasts as long, and gives way like one, until
 * the handshake is complete (EK_STATE_NONE); then it is confirmed (EK_STATE_TEMPLATE). A flood of SYNs from invented
 * clients can thus not fill the table.
 */
#pragma once

#include <bpf/bpf_endian.h>

#include "bpf/connection_insert.h"
#include "bpf/explain.h"
#include "bpf/schedule.h"
#include "bpf/tcp_state.h"

static __always_inline void mask_word(__u32 *word, __u32 bits)
{
	if (bits < 32)
		*word &= bits ? bpf_htonl(~0u << (32 - bits)) : 0;
}

static __always_inline void mask_client(__u32 *client, const struct ek_service *service, bool ipv6)
{
	__u32 prefix = service->ipv6_prefix;

	if (!ipv6) {
		mask_word(&client[3], service->ipv4_prefix);
		return;
	}
#pragma unroll
	for (__u32 i = 0; i < 4; i++)
		mask_word(&client[i], prefix > 32 * i ? prefix - 32 * i : 0);
}

/* A leaf: its state needs more stack than the callers have. */
__noinline_global __u64 hash_template(const struct tuple *tuple)
{
	return tuple ? hash_tuple(tuple, true) : 0;
}

static __always_inline void fill_template(struct entry *template, const struct packet *packet,
					  const struct ek_service *service, __u32 service_id)
{
	__builtin_memset(template, 0, sizeof(*template));
	__builtin_memcpy(template->tuple.client, packet->tuple.client, 16);
	mask_client(template->tuple.client, service, packet->ipv6);
	template->tuple.template_service = service_id;
	template->hash = hash_template(&template->tuple);
	template->service = service_id;
	template->tick = packet->tick;
	template->ipv6 = packet->ipv6;
}

/* The real server as it is now; a template must not outlive what it pointed at. */
static __always_inline void point_at(struct entry *template, __u32 real_server)
{
	template->real_server = real_server;
	template->generation = real_server_at(real_server)->generation;
}

static __always_inline bool is_usable_now(__u32 real_server, __u32 generation)
{
	struct ek_real_server *server = real_server_at(real_server);

	return server->generation == generation && takes_new(server);
}

/*
 * The real server of the template with this key, if it lives and may be used (an overloaded one may); else 0. A
 * template found in use is refreshed: `expires` if it is confirmed, `state` and `expires` as given.
 */
static __always_inline __u32 use_template(struct entry *wanted, __u32 expires_confirmed, const bool ipv6)
{
	struct place place;
	__u32 real_server, expires;

	if (!find_place(&wanted->tuple, wanted->hash, ipv6, &place))
		return 0;
	if (is_expired(place.header->expires[place.way], wanted->tick))
		return 0;
	real_server = place.connection->real_server;
	if (!is_usable_now(real_server, place.connection->real_server_generation) || !still_holds(&place, wanted->hash))
		return 0;
	if (explain_mode)
		return real_server;
	expires = expires_confirmed;
	if (place.header->state[place.way] == EK_STATE_NONE && wanted->state == EK_STATE_NONE)
		expires = wanted->expires;
	else if (place.header->state[place.way] == EK_STATE_NONE)
		change_state(place.header, place.way, EK_STATE_NONE, wanted->state);
	if (place.header->expires[place.way] != expires)
		place.header->expires[place.way] = expires;
	return real_server;
}

__noinline_global int use_template4(struct entry *wanted, __u32 expires_confirmed)
{
	return wanted ? use_template(wanted, expires_confirmed, false) : 0;
}

__noinline_global int use_template6(struct entry *wanted, __u32 expires_confirmed)
{
	return wanted ? use_template(wanted, expires_confirmed, true) : 0;
}

static __always_inline __u32 use(struct entry *wanted, __u32 expires_confirmed)
{
	return wanted->ipv6 ? use_template6(wanted, expires_confirmed) : use_template4(wanted, expires_confirmed);
}

static __always_inline __u32 confirmed_expiry(const struct ek_service *service, __u32 tick)
{
	return tick + ticks_of_seconds(service->timeouts[EK_STATE_TEMPLATE]);
}

/* In place of a template that is gone, expired or points at an unusable real server; a way's number. 0: no room. */
static __always_inline __u32 replace_template(struct entry *template, __u32 real_server)
{
	point_at(template, real_server);
	remove_entry(&template->tuple, template->hash, template->ipv6);
	return insert_entry(template);
}

static __always_inline void fill_wanted_template(struct entry *template, const struct packet *packet,
						 const struct ek_service *service, __u32 service_id)
{
	bool is_tcp = packet->tuple.protocol == IPPROTO_TCP;

	fill_template(template, packet, service, service_id);
	template->state = is_tcp ? EK_STATE_NONE : EK_STATE_TEMPLATE;
	template->expires = is_tcp ? expiry_of(service, EK_STATE_SYN_RECV, packet->tick)
				   : confirmed_expiry(service, packet->tick);
}

/* The real server that the client belongs to, if it may be used; else 0. */
__noinline_global int find_persistent(const struct packet *packet)
{
	const struct ek_service *service;
	struct entry template;
	int real_server;

	if (!packet)
		return 0;
	service = service_at(packet->service);
	fill_wanted_template(&template, packet, service, packet->service);
	real_server = use(&template, confirmed_expiry(service, packet->tick));
	if (real_server)
		explain_decision(EK_DECISION_PERSISTENCE);
	return real_server;
}

/* From now on the client belongs to this real server, or to that of whoever was earlier: returns which. */
__noinline_global int make_persistent(const struct packet *packet, __u32 real_server)
{
	const struct ek_service *service;
	struct entry template;

	if (!packet)
		return 0;
	service = service_at(packet->service);
	fill_wanted_template(&template, packet, service, packet->service);
	if (replace_template(&template, real_server))
		return template.real_server;
	count_reason(EK_REASON_TEMPLATE_TABLE_FULL, packet->service);
	return schedule_by_hash(packet->service, service->ring_length, hash_address(template.tuple.client) >> 32,
				true);
}

/* The handshake of one of the client's connections is complete: from now on the template is worth keeping. */
__noinline_global int confirm_template(const struct packet *packet, __u32 real_server)
{
	const struct ek_service *service;
	struct entry template;

	if (explain_mode || !packet)
		return 0;
	service = service_at(packet->service);
	fill_template(&template, packet, service, packet->service);
	template.state = EK_STATE_TEMPLATE;
	template.expires = confirmed_expiry(service, packet->tick);
	if (!use(&template, template.expires) && !replace_template(&template, real_server))
		count_reason(EK_REASON_TEMPLATE_TABLE_FULL, packet->service);
	return 0;
}
