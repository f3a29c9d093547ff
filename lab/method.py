"""The forwarding methods, and layer 7: what the lab calls them, what evenkeeld calls them, and how packets travel."""

import enum


class Method(enum.Enum):
    """The value is what a person types: `--method nat`."""
    DR = "dr"
    NAT = "nat"
    SNAT = "snat"
    TUNNEL = "tunnel"
    LAYER7 = "layer7"

    @property
    def configured(self) -> str:
        """The value of evenkeel's --forwarding-method, which layer 7 has not."""
        return "direct_routing" if self is Method.DR else self.value

    @property
    def translates_ports(self) -> bool:
        return self in (Method.NAT, Method.SNAT)

    @property
    def title(self) -> str:
        return {Method.DR: "direct routing", Method.NAT: "NAT", Method.SNAT: "SNAT", Method.TUNNEL: "tunnel",
                Method.LAYER7: "layer 7"}[self]

    @property
    def way(self) -> str:
        """How packets travel, in a line."""
        return {
            Method.DR: "only the destination MAC changes on the way in; replies go straight to the client",
            Method.NAT: "the destination becomes the real server; replies come back through the load balancer, its "
                        "default gateway",
            Method.SNAT: "source and destination change; real servers answer the load balancer and need no change",
            Method.TUNNEL: "packets travel inside others, through a router; replies go straight to the client",
            Method.LAYER7: "the client's connection ends at HAProxy, which makes its own to a real server",
        }[self]
