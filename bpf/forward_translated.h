/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * NAT and SNAT: addresses and ports are rewritten on the way to the real server, and back in its answers. An answer
 * leaves by the way the client's last packet came in: interface, tag and MAC address. So it follows a client's gateway
 * that changes, and needs no route.
 */
#pragma once

#include "bpf/frame.h"
#include "bpf/icmp_translation.h"
#include "bpf/packet_service.h"
#include "bpf/syn_proxy.h"
#include "bpf/translation.h"

static __always_inline struct ek_interface *interface_at(__u32 index)
{
	return &arrays.interfaces[index & (EK_INTERFACES - 1)];
}

static __always_inline bool same_mac(const __u16 *a, const __u16 *b)
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

static __always_inline void copy_mac(__u16 *to, const __u16 *from)
{
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
}

static __always_inline void change_way_back(struct ek_translation *translation, __u32 index, __u16 vlan,
					    const struct ethhdr *ethernet)
{
	struct ek_interface *interface = interface_at(index);

	copy_mac((__u16 *)translation->client_mac, (const __u16 *)ethernet->h_source);
	translation->client_vlan = vlan;
	translation->client_interface = index;
	copy_mac((__u16 *)interface->mac, (const __u16 *)ethernet->h_dest);
	interface->index = index;
}

static __always_inline void note_way_back(struct xdp_md *context, const struct ethhdr *ethernet,
					  const struct packet *packet, struct ek_translation *translation)
{
	__u32 index = context->ingress_ifindex;
	__u16 vlan = packet->tags ? packet->innermost_tag & VLAN_ID_MASK : 0;

	if (unlikely(translation->client_interface != index || translation->client_vlan != vlan ||
		     !same_mac((const __u16 *)translation->client_mac, (const __u16 *)ethernet->h_source)))
		change_way_back(translation, index, vlan, ethernet);
}

EK_STATIC_ASSERT(__builtin_offsetof(struct ek_translation, client_vlan) ==
			 __builtin_offsetof(struct ek_translation, client_mac) + ETH_ALEN,
		 "the client's MAC address and tag are one word");

/* The same of a frame without a tag, by words. */
static __always_inline void note_plain_way_back(struct xdp_md *context, const struct ethhdr *ethernet,
						struct ek_translation *translation)
{
	__u64 mac = word_at(ethernet->h_source) & ((1ull << 8 * ETH_ALEN) - 1);

	if (unlikely(translation->client_interface != context->ingress_ifindex ||
		     word_at(translation->client_mac) != mac))
		change_way_back(translation, context->ingress_ifindex, 0, ethernet);
}

/* A packet with ports, or a later fragment of one. */
static __always_inline int send_to_real_server(struct xdp_md *context, const struct packet *packet,
					       struct ek_connection *connection, const struct ek_real_server *server,
					       const bool ipv6)
{
	struct ethhdr *ethernet = (void *)(long)context->data;
	struct rewrite rewrite;
	int failed;

	if ((void *)(ethernet + 1) > (void *)(long)context->data_end)
		return -drop(EK_REASON_REDIRECT_FAILED, server->service);
	note_way_back(context, ethernet, packet, translation_of(connection, ipv6));
	rewrite_to_real_server(connection, ipv6, &rewrite);
	if (unlikely(packet->leaves_checksum))
		keep_pseudo_header(&rewrite);
	failed = write_packet(context, packet, &rewrite, ipv6);
	if (unlikely(failed))
		return -drop(-failed, server->service);
	return send_frame_to(context, packet, server);
}

/* An ICMP error may come another way than the client's packets: it is not noted. */
static __always_inline int send_error_to_real_server(struct xdp_md *context, const struct packet *packet,
						     const struct ek_real_server *server, const bool ipv6)
{
	int failed = translate_icmp_error(context, packet, ipv6);

	return failed ? -drop(-failed, server->service) : send_frame_to(context, packet, server);
}

static __always_inline int translate_answer(struct xdp_md *context, const struct packet *packet,
					    struct ek_connection *connection, const bool ipv6)
{
	struct rewrite rewrite;

	if (unlikely(packet->kind == PACKET_ICMP_ERROR))
		return translate_icmp_error(context, packet, ipv6);
	rewrite_to_client(connection, ipv6, &rewrite);
	if (unlikely(packet->leaves_checksum))
		keep_pseudo_header(&rewrite);
	return write_packet(context, packet, &rewrite, ipv6);
}

static __always_inline int send_to_client(struct xdp_md *context, const struct packet *packet,
					  struct ek_connection *connection, const bool ipv6)
{
	const struct ek_translation *translation = translation_of(connection, ipv6);
	__u32 macs[3], index = translation->client_interface;
	struct ek_interface *interface = interface_at(index);
	struct hop hop = {.macs = macs, .interface_index = index, .vlan = translation->client_vlan};
	int failed;

	if (!index || interface->index != index)
		return -drop(EK_REASON_NO_WAY_BACK, service_of(packet));
	copy_mac((__u16 *)macs, (const __u16 *)translation->client_mac);
	copy_mac((__u16 *)macs + 3, (const __u16 *)interface->mac);
	failed = translate_answer(context, packet, connection, ipv6);
	if (unlikely(failed))
		return -drop(-failed, service_of(packet));
	if (unlikely(!write_frame(context, packet, &hop)))
		return -drop(EK_REASON_REDIRECT_FAILED, service_of(packet));
	return leave_by(context, index);
}

static __always_inline int forward_translated(struct xdp_md *context, const struct packet *packet,
					      const struct ek_real_server *server, const bool ipv6)
{
	struct place place;

	if (!place_of_way(packet->way, ipv6, &place))
		return -drop(EK_REASON_REDIRECT_FAILED, service_of(packet));
	if (unlikely(!is_translated(place.connection, ipv6)))
		return -drop(EK_REASON_OPENED_ELSEWHERE, service_of(packet));
	if (unlikely(is_proxied(place.connection, ipv6)) && packet->kind == PACKET_WITH_PORTS) {
		int failed = proxy_segment(context, packet, translation_of(place.connection, ipv6),
					   flags_of(place.connection, ipv6));

		if (failed)
			return -drop(-failed, service_of(packet));
	}
	if (packet->is_answer)
		return send_to_client(context, packet, place.connection, ipv6);
	if (unlikely(packet->kind == PACKET_ICMP_ERROR))
		return send_error_to_real_server(context, packet, server, ipv6);
	return send_to_real_server(context, packet, place.connection, server, ipv6);
}

__noinline_global int forward_translated4(struct xdp_md *context, const struct packet *packet, __u32 id)
{
	return packet ? forward_translated(context, packet, real_server_at(id), false) : XDP_DROP;
}

__noinline_global int forward_translated6(struct xdp_md *context, const struct packet *packet, __u32 id)
{
	return packet ? forward_translated(context, packet, real_server_at(id), true) : XDP_DROP;
}
