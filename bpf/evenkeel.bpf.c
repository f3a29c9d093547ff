// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The layer-4 data plane. Each step is a header of its own; nothing here needs more than kernel 6.0.
 * A packet that is not for a virtual service is passed on untouched, whatever it looks like.
 */
#include "bpf/maps.h"

#include "bpf/explain.h"
#include "bpf/fast_path.h"
#include "bpf/forward.h"
#include "bpf/fragment.h"
#include "bpf/icmp.h"
#include "bpf/known_connection.h"
#include "bpf/new_connection.h"
#include "bpf/packet.h"
#include "bpf/parse.h"
#include "bpf/service.h"
#include "bpf/sweep.h"

static __always_inline int decide_malformed(const struct packet *packet)
{
	if (is_virtual_address(packet->tuple.virtual_address, packet->ipv6))
		return drop(EK_REASON_MALFORMED_PACKET, NO_SERVICE);
	return DECIDED_PASS;
}

/* Whatever has no ports. */
__noinline_global int decide_rare(struct xdp_md *context, struct packet *packet, __u32 parsed)
{
	if (!packet)
		return DECIDED_PASS;
	switch (parsed) {
	case PARSED_LATER_FRAGMENT:
		return follow_first_fragment(packet);
	case PARSED_ICMP:
		return decide_icmp(context, packet);
	default:
		return decide_malformed(packet);
	}
}

static __always_inline int decide(struct xdp_md *context, struct packet *packet, enum parsed parsed)
{
	int decision;

	if (unlikely(parsed != PARSED_CONNECTION)) {
		packet->tick = current_tick();
		return decide_rare(context, packet, parsed);
	}
	decision = packet->ipv6 ? decide_connection6(packet) : decide_connection4(packet);
	if (decision == UNDECIDED_ANEW)
		decision = place_connection(context, packet);
	else if (unlikely(packet->confirms))
		confirm_template(packet, decision);
	if (unlikely(packet->first_fragment))
		remember_fragment(packet, decision);
	return decision;
}

static __always_inline int go_all_steps(struct xdp_md *context)
{
	struct packet packet = {};
	enum parsed parsed = parse(context, &packet);

	return parsed == PARSED_FOREIGN ? XDP_PASS : forward(context, &packet, decide(context, &packet, parsed));
}

SEC("xdp.frags")
int evenkeel_xdp(struct xdp_md *context)
{
	int verdict = forward_plain(context);

	return likely(verdict != NOT_PLAIN) ? verdict : go_all_steps(context);
}

/* Loaded with explain_mode, and alone: never attached to anything. */
SEC("?xdp.frags")
int evenkeel_explain(struct xdp_md *context)
{
	explain_start();
	return go_all_steps(context);
}

/* Called through BPF_PROG_TEST_RUN with struct ek_sweep as context. */
SEC("syscall")
int evenkeel_sweep(struct ek_sweep *sweep)
{
	struct sweep_slice slice = sweep_slice(sweep->ipv6, sweep->first, sweep->count);

	sweep->tick = slice.tick;
	sweep->used = slice.used;
	sweep->freed = slice.freed;
	return 0;
}

/*
 * Called once after loading, the same way, without context: from then on what has expired is freed by a timer, with or
 * without evenkeeld. The timer lives in the pinned map `sweeper`; a new version of the program calls this again.
 */
SEC("syscall")
int evenkeel_start_sweeping(void *context __attribute__((unused)))
{
	return start_sweeping();
}

char _license[] SEC("license") = "Dual BSD/GPL";
