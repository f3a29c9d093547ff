/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Of bpf/abi.h, which includes this: the reasons why a packet was not simply forwarded. */
#pragma once

/* ---- drop and pass reasons: the one list; name, what it means, what to do about it. Order is ABI ---- */
#define EK_REASONS(X) \
	X(MALFORMED_PACKET,      "malformed_packet",      "headers to a virtual address are truncated or contradict each other", \
	  "capture on the interface and find the sender: a broken driver, or an attack") \
	X(NO_REAL_SERVER,        "no_real_server",        "no real server may take the connection and there is no fallback", \
	  "see evenkeel status: bring real servers online, repair what their checks report, or configure a fallback") \
	X(ALL_OVERLOADED,        "all_overloaded",        "every usable real server is at its maximum connections", \
	  "raise maximum_connections, or add real servers") \
	X(HALTED,                "halted",                "packet of an established connection whose real server is halted or deleted", \
	  "nothing if the halt was meant; draining first lets connections end by themselves") \
	X(NO_NEXT_HOP,           "no_next_hop",           "the real server's MAC address is not known", \
	  "see the next hop in evenkeel status: is the real server on, and on this network or behind a router?") \
	X(FRAGMENT_UNKNOWN,      "fragment_unknown",      "a later fragment came without its first one", \
	  "few are normal; many: find who sends datagrams larger than the MTU, or loses their first fragments") \
	X(TABLE_FULL,            "table_full",            "no room in the connection table: forwarded by hash, without an entry (dropped where it would have to be translated)", \
	  "enlarge the connection table (--connections, when its maps are made), or shorten timeouts") \
	X(TEMPLATE_TABLE_FULL,   "template_table_full",   "no room for a persistence entry: client placed by source hash", \
	  "enlarge the connection table (--connections, when its maps are made), or shorten persistence timeouts") \
	X(FALLBACK,              "fallback",              "new connection handed to the local fallback", \
	  "see evenkeel status for why no real server takes connections") \
	X(NOT_A_CONNECTION,      "not_a_connection",      "TCP packet of no known connection, left to the local stack", \
	  "few are normal after timeouts; many: clients keep connections idle for longer than the timeout, or answers take another way") \
	X(ICMP_UNKNOWN,          "icmp_unknown",          "ICMP error about no known connection, left to the local stack", \
	  "few are normal: the connection had ended already") \
	X(EVICTED_HALF_OPEN,     "evicted_half_open",     "a half-open connection gave way to a new one", \
	  "a SYN flood, or a table that is too small (--connections)") \
	X(REDIRECT_FAILED,       "redirect_failed",       "frame could not be prepared for the interface that it should leave by", \
	  "see the notices about interfaces in evenkeel status") \
	X(TTL_EXPIRED,           "ttl_expired",           "a packet to be translated came with its last hop", \
	  "traceroute does this; otherwise look for a routing loop before the load balancer") \
	X(NO_SOURCE_PORT,        "no_source_port",        "every source port tried for the real server is in use: add source addresses", \
	  "add source addresses to the virtual service: each has 64,512 ports for every real server") \
	X(TRANSLATION_IN_USE,    "translation_in_use",    "the client has the same connection with this real server through another virtual service", \
	  "give one of the two virtual services other real server ports, or SNAT") \
	X(PACKET_TOO_BIG,        "packet_too_big",        "too large for the tunnel: the sender was told the size that fits", \
	  "normal once per client and way; if it goes on, something drops the ICMP answer, or raise the MTU towards the real servers") \
	X(NO_WAY_BACK,           "no_way_back",           "an answer to a client whose next hop is not known", \
	  "the client's side was not seen yet, as after a change of interfaces: it ends with the client's next packet") \
	X(RESET,                 "reset",                 "packet of a connection whose real server is gone: the client was sent a reset", \
	  "nothing: it is what on_failure or on_halt asks for") \
	X(SYN_COOKIE,            "syn_cookie",            "too many half-open connections: the client has to answer before a real server is asked", \
	  "a SYN flood, which ends here; without one, raise half_open_limit") \
	X(FIRST_SYN,             "first_syn",             "too many half-open connections: the client has to ask twice", \
	  "a SYN flood, which ends here; without one, raise half_open_limit") \
	X(HALF_OPEN_LIMIT,       "half_open_limit",       "too many half-open connections: no new ones until some have ended", \
	  "a SYN flood; without one, raise half_open_limit, or choose another syn_flood") \
	X(NOT_PROXIED,           "not_proxied",           "segment that does not fit into a connection that a SYN cookie has begun", \
	  "few are normal in a flood; many: real servers take long to answer, or do not know window scaling") \
	X(OPENED_ELSEWHERE,      "opened_elsewhere",      "copy of a first packet whose connection another processor is just opening", \
	  "nothing: the other copy was forwarded; many: find out what doubles packets, such as a loop between switches")

enum ek_reason {
#define EK_REASON_ID(id, name, text, remedy) EK_REASON_##id,
	EK_REASONS(EK_REASON_ID)
#undef EK_REASON_ID
	EK_REASONS_COUNT,
};
