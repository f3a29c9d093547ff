// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Lets everything through. A switch port has to run some XDP program before veth takes the XDP_TX frames of its peer.

#include <linux/bpf.h>

__attribute__((section("xdp"), used)) int xdp_pass(struct xdp_md *packet) {
  (void)packet;
  return XDP_PASS;
}

char _license[] __attribute__((section("license"), used)) = "Dual BSD/GPL";
