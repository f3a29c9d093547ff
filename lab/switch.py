"""The switch: a bridge in a namespace of its own."""

from lab import build
from lab.namespaces import Namespace
from lab.record import Record

BRIDGE = "br0"


class Switch:
    def __init__(self, record: Record):
        self.namespace = Namespace(record, "sw")
        self.namespace.configure(f"link add {BRIDGE} type bridge mcast_snooping 0 forward_delay 0",
                                 f"link set {BRIDGE} up")

    def plug_in(self, host: Namespace, mac: str) -> None:
        """A cable from a port named after the host to the host's eth0."""
        port = host.short_name
        self.namespace.configure(f"link add {port} type veth peer name eth0 netns {host.name} address {mac}",
                                 f"link set {port} master {BRIDGE} up")

    def accept_xdp_frames(self, host: Namespace) -> None:
        """veth drops what an XDP program sends with XDP_TX unless the peer runs an XDP program as well."""
        self.namespace.configure(f"link set dev {host.short_name} xdpdrv obj {build.xdp_pass()} sec xdp")
