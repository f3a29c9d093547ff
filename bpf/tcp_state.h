/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * TCP states as IPVS keeps them, with its three columns: what the client sends and what the real server answers, where
 * both pass by (NAT, SNAT), and what the client sends where answers go around us (direct routing, tunnel). A segment
 * without SYN, FIN, RST and ACK changes nothing.
 */
#pragma once

#include <linux/in.h>

#include "bpf/abi.h"
#include "bpf/clock.h"
#include "bpf/packet.h"

enum tcp_event {
	EVENT_SYN,
	EVENT_FIN,
	EVENT_ACK,
	EVENT_RST,
	EVENTS,
};

#define NO EK_STATE_NONE
#define ES EK_STATE_ESTABLISHED
#define SS EK_STATE_SYN_SENT
#define SR EK_STATE_SYN_RECV
#define FW EK_STATE_FIN_WAIT
#define TW EK_STATE_TIME_WAIT
#define CL EK_STATE_CLOSE
#define CW EK_STATE_CLOSE_WAIT
#define LA EK_STATE_LAST_ACK
enum side {
	SIDE_CLIENT_ONLY,
	SIDE_CLIENT,
	SIDE_SERVER,
	SIDES,
};

/* Rows up to a power of two, for the mask below. */
#define NEXT_TCP_STATE_ROWS 16
EK_STATIC_ASSERT(SIDES * EVENTS <= NEXT_TCP_STATE_ROWS, "a row for each event on each side");

static const __u8 next_tcp_state[NEXT_TCP_STATE_ROWS][16] = {
	/* from:                                       NO  ES  SS  SR  FW  TW  CL  CW  LA */
	[SIDE_CLIENT_ONLY * EVENTS + EVENT_SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR},
	[SIDE_CLIENT_ONLY * EVENTS + EVENT_FIN] = {CL, FW, SS, TW, FW, TW, CL, CW, LA},
	[SIDE_CLIENT_ONLY * EVENTS + EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, CL},
	[SIDE_CLIENT_ONLY * EVENTS + EVENT_RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA},

	[SIDE_CLIENT * EVENTS + EVENT_SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR},
	[SIDE_CLIENT * EVENTS + EVENT_FIN] = {CL, CW, SS, TW, TW, TW, CL, CW, LA},
	[SIDE_CLIENT * EVENTS + EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, CL},
	[SIDE_CLIENT * EVENTS + EVENT_RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA},

	[SIDE_SERVER * EVENTS + EVENT_SYN] = {SS, ES, SS, SR, SS, SS, SS, SS, SS},
	[SIDE_SERVER * EVENTS + EVENT_FIN] = {TW, FW, SS, TW, FW, TW, CL, TW, LA},
	[SIDE_SERVER * EVENTS + EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, LA},
	[SIDE_SERVER * EVENTS + EVENT_RST] = {CL, CL, SS, CL, CL, TW, CL, CL, CL},
};
#undef NO
#undef ES
#undef SS
#undef SR
#undef FW
#undef TW
#undef CL
#undef CW
#undef LA

static __always_inline __u32 tcp_state_after(__u32 state, __u8 flags, enum side side)
{
	enum tcp_event event;
	__u32 row;

	if (likely(state == EK_STATE_ESTABLISHED && !(flags & (TCP_RST | TCP_SYN | TCP_FIN))))
		return state;
	if (flags & TCP_RST)
		event = EVENT_RST;
	else if (flags & TCP_SYN)
		event = EVENT_SYN;
	else if (flags & TCP_FIN)
		event = EVENT_FIN;
	else if (flags & TCP_ACK)
		event = EVENT_ACK;
	else
		return state;
	row = side * EVENTS + event;
	pin_value(row); /* kernel 6.1 takes what is built of bits for unbounded: the mask stays */
	return next_tcp_state[row & (NEXT_TCP_STATE_ROWS - 1)][state & 15];
}

/* The client may use its port again from these on: a new SYN is a new connection. */
static __always_inline bool is_closing(__u32 state)
{
	return state >= EK_STATE_FIN_WAIT && state <= EK_STATE_LAST_ACK;
}

static __always_inline __u32 first_state(__u8 protocol)
{
	return protocol == IPPROTO_TCP ? EK_STATE_SYN_RECV : EK_STATE_UDP;
}

static __always_inline __u32 expiry_of(const struct ek_service *service, __u32 state, __u32 tick)
{
	pin_value(state);
	if (state >= EK_STATES)
		return tick;
	pin_value(state); /* what is kept of it is what has been checked */
	return tick + ticks_of_seconds(service->timeouts[state]);
}
