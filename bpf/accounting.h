/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The live counts of a real server: active (ESTABLISHED) and inactive (every other connection), and of a virtual service:
 * half-open. Persistence entries are in none. A connection changes them when it starts, when its state changes and when
 * its way is released, each exactly once, because each is decided by one compare-and-swap.
 */
#pragma once

#include "bpf/maps.h"
#include "bpf/settings.h"

static __always_inline bool is_template(__u32 state)
{
	return state == EK_STATE_NONE || state == EK_STATE_TEMPLATE;
}

/*
 * Maximum and minimum as IPVS has them: full from the maximum on, open again below the minimum, or below three
 * quarters of the maximum where no minimum is set.
 */
static __always_inline bool is_overloaded(const struct ek_real_server *server, const struct ek_real_server_live *live)
{
	__u32 total = live->active + live->inactive;
	__u32 maximum = server->maximum_connections;

	if (likely(!maximum))
		return false;
	if (total >= maximum)
		return true;
	if (live->overloaded < maximum) /* never reached; or a smaller one was, and raising it opens */
		return false;
	if (server->minimum_connections)
		return total >= server->minimum_connections;
	return (__u64)total * 4 >= (__u64)maximum * 3;
}

static __always_inline void judge_load(const struct ek_real_server *server, struct ek_real_server_live *live)
{
	__u32 overloaded;

	if (likely(!server->maximum_connections && !live->overloaded))
		return;
	overloaded = is_overloaded(server, live) ? server->maximum_connections : 0;
	if (live->overloaded != overloaded)
		live->overloaded = overloaded;
}

static __always_inline void add_to_live(__u32 real_server, __u32 generation, __u32 state, __u32 amount)
{
	struct ek_real_server *server = real_server_at(real_server);
	struct ek_real_server_live *live = real_server_live_at(real_server);

	if (is_template(state) || server->generation != generation)
		return;
	if (state == EK_STATE_ESTABLISHED)
		__sync_fetch_and_add(&live->active, amount);
	else
		__sync_fetch_and_add(&live->inactive, amount);
	judge_load(server, live);
}

static __always_inline bool is_half_open(__u32 state)
{
	return state == EK_STATE_SYN_RECV || state == EK_STATE_SYN_SENT;
}

/* By the service that the connection was made for, whatever has become of it: so the count is exact without generations. */
static __always_inline void add_to_half_open(__u32 service, __u32 amount)
{
	__sync_fetch_and_add(&service_live_at(service)->half_open, amount);
}

static __always_inline void count_in(__u32 service, __u32 real_server, __u32 generation, __u32 state)
{
	add_to_live(real_server, generation, state, 1);
	if (is_half_open(state))
		add_to_half_open(service, 1);
}

static __always_inline void count_out(__u32 service, __u32 real_server, __u32 generation, __u32 state)
{
	add_to_live(real_server, generation, state, -1);
	if (is_half_open(state))
		add_to_half_open(service, -1);
}

static __always_inline void count_state_change(__u32 service, __u32 real_server, __u32 from, __u32 to)
{
	struct ek_real_server_live *live = real_server_live_at(real_server);

	if (is_half_open(from) != is_half_open(to))
		add_to_half_open(service, is_half_open(to) ? 1 : -1);
	if ((from == EK_STATE_ESTABLISHED) == (to == EK_STATE_ESTABLISHED))
		return;
	if (to == EK_STATE_ESTABLISHED) {
		__sync_fetch_and_add(&live->active, 1);
		__sync_fetch_and_add(&live->inactive, -1);
	} else {
		__sync_fetch_and_add(&live->active, -1);
		__sync_fetch_and_add(&live->inactive, 1);
	}
}
