/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Carries a decision out, by the real server's forwarding method. */
#pragma once

#include "bpf/answer_reset.h"
#include "bpf/forward_direct_routing.h"
#include "bpf/forward_translated.h"
#include "bpf/forward_tunnel.h"
#include "bpf/partial_checksum.h"
#include "bpf/syn_proxy.h"

static __always_inline int forward_by_method(struct xdp_md *context, const struct packet *packet,
					     const struct ek_real_server *server, __u32 id)
{
	if (likely(server->method == EK_METHOD_DIRECT_ROUTING))
		return forward_direct_routing(context, packet, server);
	if (server->method == EK_METHOD_TUNNEL)
		return forward_tunnel(context, packet, id);
	return packet->ipv6 ? forward_translated6(context, packet, id) : forward_translated4(context, packet, id);
}

static __always_inline bool has_left(int verdict)
{
	return verdict == XDP_TX || verdict == XDP_REDIRECT;
}

/* Only what has left is counted: what could not be sent after all has its reason. */
static __always_inline int forward_and_count(struct xdp_md *context, const struct packet *packet,
					     const struct ek_real_server *server, __u32 id)
{
	int verdict = forward_by_method(context, packet, server, id);

	if (unlikely(!has_left(verdict)) || explain_mode)
		return verdict;
	if (packet->is_answer)
		count_answer(id, packet->length);
	else
		count_packet(id, packet->length);
	return verdict;
}

static __always_inline int forward(struct xdp_md *context, struct packet *packet, int decision)
{
	__u32 id = decision;
	struct ek_real_server *server;

	if (decision == DECIDED_RESET)
		return answer_reset(context, packet);
	if (decision == DECIDED_COOKIE)
		return answer_with_cookie(context, packet);
	if (decision <= 0)
		return -decision;
	server = real_server_at(id);
	if (unlikely(!packet->is_answer && !(server->flags & EK_REAL_SERVER_HAS_NEXT_HOP)))
		return -drop(EK_REASON_NO_NEXT_HOP, server->service);
	explain_real_server(id);
	if (unlikely(arrays.partial_checksums))
		packet->leaves_checksum = complete_checksum(context, packet);
	if (server->method == EK_METHOD_TUNNEL && unlikely(!fits_in_tunnel(packet, server)))
		return refuse_too_big(context, packet, id);
	return forward_and_count(context, packet, server, id);
}
