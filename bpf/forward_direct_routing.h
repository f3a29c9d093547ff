/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Direct routing: the frame goes to the real server's MAC address, the IP packet as it is (not even its TTL changes).
 * The VLAN tag becomes the real server's: kept, rewritten, pushed or popped.
 */
#pragma once

#include "bpf/frame.h"

static __always_inline int forward_direct_routing(struct xdp_md *context, const struct packet *packet,
						  const struct ek_real_server *server)
{
	return send_frame_to(context, packet, server);
}
