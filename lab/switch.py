"""The switch: a bridge in a namespace of its own."""

import sysconfig
from pathlib import Path

from lab.commands import run
from lab.namespaces import Namespace
from lab.record import Record

BRIDGE = "br0"


class Switch:
    def __init__(self, record: Record):
        self.namespace = Namespace(record, "sw")
        self.namespace.configure(f"link add {BRIDGE} type bridge mcast_snooping 0 forward_delay 0",
                                 f"link set {BRIDGE} up")
        self._pass_program = record.directory / "xdp_pass.o"

    def plug_in(self, host: Namespace, mac: str, mtu: int = 1500) -> None:
        """A cable from a port named after the host to the host's eth0."""
        port = host.short_name
        self.namespace.configure(
            f"link add {port} mtu {mtu} type veth peer name eth0 netns {host.name} address {mac} mtu {mtu}",
            f"link set {port} master {BRIDGE} up")

    def accept_xdp_frames(self, host: Namespace) -> None:
        """veth drops what an XDP program sends with XDP_TX unless the peer runs an XDP program as well."""
        if not self._pass_program.exists():
            _compile(Path(__file__).with_name("xdp_pass.bpf.c"), self._pass_program)
        self.namespace.configure(f"link set dev {host.short_name} xdpdrv obj {self._pass_program} sec xdp")


def _compile(source: Path, target: Path) -> None:
    multiarch = sysconfig.get_config_var("MULTIARCH")
    run(["clang-19", "-target", "bpf", "-O2", "-Wall", "-Werror", f"-I/usr/include/{multiarch}", "-c", str(source),
         "-o", str(target)])
