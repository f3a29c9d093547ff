/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the benchmark programs and their driver share. */
#pragma once

#include "bpf/abi.h"

enum {
	TRAFFIC_FRAME = 128,
	TRAFFIC_PORTS = 16384, /* client ports in use per client address */
	TRAFFIC_FIRST_PORT = 1024,
};

/*
 * Which frames are made: a template in which flow number i sets the client's last address word (source) and its port; in
 * answers, where the client is the destination, these.
 */
struct traffic {
	ek_u64 frame[TRAFFIC_FRAME / 8];
	ek_u32 ipv6;
	ek_u32 first_client; /* host order */
	ek_u32 flows;       /* a power of two; flow numbers are visited in a scattered order */
	ek_u32 first_flow;  /* added to each flow number */
	ek_u32 out_interface; /* live frames: where they are sent */
	ek_u32 next;        /* counts the frames made */
	ek_u32 virtual_addresses; /* IPv4: how many from the template's on, taken in turn by flow number; 0: one */
	ek_u32 answers;     /* the frame is to the client, not from it */
};
