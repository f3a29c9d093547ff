/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Carries a decision out, by the real server's forwarding method. */
#pragma once

#include "bpf/forward_direct_routing.h"

static __always_inline int forward(struct xdp_md *context, const struct packet *packet, int decision,
				   struct ek_real_server *server)
{
	__u32 id = decision;

	if (decision <= 0)
		return -decision;
	if (!server)
		server = bpf_map_lookup_elem(&real_servers, &id);
	if (!server)
		return XDP_DROP;
	return forward_direct_routing(context, packet, server, id);
}
