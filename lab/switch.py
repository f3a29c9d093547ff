"""The switch: a bridge in a namespace of its own."""

from lab import build
from lab.namespaces import Namespace
from lab.record import Record

BRIDGE = "br0"


class Switch:
    def __init__(self, record: Record, name: str):
        self.namespace = Namespace(record, name)
        self.namespace.configure(f"link add {BRIDGE} type bridge mcast_snooping 0 forward_delay 0",
                                 f"link set {BRIDGE} up")

    def plug_in(self, host: Namespace, interface: str, mac: str) -> None:
        """A cable from a port named after the host to that interface of the host."""
        port = host.short_name
        self.namespace.configure(f"link add {port} type veth peer name {interface} netns {host.name} address {mac}",
                                 f"link set {port} master {BRIDGE} up")

    def accept_xdp_frames(self, host: Namespace) -> None:
        """veth drops what an XDP program sends to a port unless the port runs an XDP program as well."""
        self.namespace.configure(f"link set dev {host.short_name} xdpdrv obj {build.bpf_object('xdp_pass')} sec xdp")
