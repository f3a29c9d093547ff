// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A real server's end of a tunnel, for kernels without the modules ipip and ip6_tunnel: takes the outer header off
// IPv4 in IPv4 and IPv6 in IPv6 that is addressed to the host itself, and hands what was inside to the stack.
// Everything else passes as it is.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct own_addresses {
  __be32 ipv4;
  __be32 ipv6[4];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct own_addresses);
} own_addresses SEC(".maps");

// The length of the header to take off, 0: none. A fragment of an outer packet is the stack's.
static __always_inline int outer_ipv4(const struct iphdr *ip, const void *end, const struct own_addresses *own) {
  if ((const void *)(ip + 1) > end || ip->version != 4 || ip->protocol != IPPROTO_IPIP) return 0;
  if (ip->frag_off & bpf_htons(0x3fff)) return 0;
  return ip->daddr == own->ipv4 && ip->ihl >= 5 ? ip->ihl * 4 : 0;
}

static __always_inline int outer_ipv6(const struct ipv6hdr *ip, const void *end, const struct own_addresses *own) {
  if ((const void *)(ip + 1) > end || ip->version != 6 || ip->nexthdr != IPPROTO_IPV6) return 0;
  for (int i = 0; i < 4; i++) {
    if (ip->daddr.in6_u.u6_addr32[i] != own->ipv6[i]) return 0;
  }
  return sizeof(*ip);
}

// What was inside is of the same family, so the Ethernet header moves up as it is.
static __always_inline int take_off(struct xdp_md *packet, const struct ethhdr *ethernet, int length) {
  const struct ethhdr kept = *ethernet;
  if (bpf_xdp_adjust_head(packet, length)) return XDP_DROP;
  struct ethhdr *fresh = (void *)(long)packet->data;
  if ((void *)(fresh + 1) > (void *)(long)packet->data_end) return XDP_DROP;
  *fresh = kept;
  return XDP_PASS;
}

SEC("xdp") int decapsulate(struct xdp_md *packet) {
  const void *end = (void *)(long)packet->data_end;
  const struct ethhdr *ethernet = (void *)(long)packet->data;
  const __u32 first = 0;
  const struct own_addresses *own = bpf_map_lookup_elem(&own_addresses, &first);
  if (!own || (const void *)(ethernet + 1) > end) return XDP_PASS;
  int length = 0;
  if (ethernet->h_proto == bpf_htons(ETH_P_IP)) length = outer_ipv4((void *)(ethernet + 1), end, own);
  if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) length = outer_ipv6((void *)(ethernet + 1), end, own);
  return length ? take_off(packet, ethernet, length) : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
