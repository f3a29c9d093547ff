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
	return forward_direct_routing(context, packet, server ? server : real_server_at(id), id);
}
