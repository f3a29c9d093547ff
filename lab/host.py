"""A machine on the switch: a namespace with eth0, an IPv4 and an IPv6 address, and its processes."""

import sys
from pathlib import Path

from lab.commands import PROJECT, run
from lab.namespaces import Namespace, end_all
from lab.process import Process
from lab.record import Record
from lab.switch import Switch


class Host:
    def __init__(self, record: Record, switch: Switch, name: str, number: int):
        """`number` is the host's part of its addresses: 21 is 10.77.0.21, fd77::21 and 02:00:00:00:00:21."""
        self.name = name
        self.address = f"10.77.0.{number}"
        self.address6 = f"fd77::{number}"
        self.mac = f"02:00:00:00:00:{number:02d}"
        self.directory: Path = record.directory / name
        self.directory.mkdir(mode=0o755)
        self.namespace = Namespace(record, name)
        switch.plug_in(self.namespace, self.mac)
        self.namespace.set("ipv6/conf/eth0/accept_dad", 0)
        self.namespace.configure(f"address add {self.address}/24 dev eth0", "link set eth0 up",
                                 f"address add {self.address6}/64 dev eth0 nodad")
        # A veth leaves checksums undone; in native XDP mode nobody would complete them.
        self.run(["ethtool", "-K", "eth0", "tx", "off"])

    def run(self, argv: list[str], **options):
        return run(self.namespace.enter(argv), **options)

    def process(self, name: str, argv: list[str], environment: dict[str, str] | None = None) -> Process:
        log = self.directory / "log" / f"{name}.log"
        return Process(self.namespace, f"{name} on {self.name}", argv, log, environment)

    def module(self, name: str, arguments: list[str]) -> Process:
        """A program of this package, as a process on this machine."""
        return self.process(name, [sys.executable, "-m", f"lab.{name}", *arguments],
                            environment={"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"})

    def carry(self, *virtual_addresses: str) -> None:
        """Takes virtual addresses on lo without answering ARP for them: the guide's method 1, chapter 17.3."""
        for setting, value in (("arp_ignore", 1), ("arp_announce", 2)):
            for interface in ("all", "eth0"):
                self.namespace.set(f"ipv4/conf/{interface}/{setting}", value)
        self.namespace.configure(*(_on_loopback(address) for address in virtual_addresses))

    def reach_by_hand(self, virtual_address: str, mac: str) -> None:
        """Direct routing by hand: frames for that address go to this MAC, as if a load balancer had chosen it."""
        self.namespace.configure(f"neigh replace {virtual_address} lladdr {mac} dev eth0 nud permanent")

    def kill_all(self) -> None:
        """As if the machine's services had all crashed at once; the network stays up and answers with resets."""
        end_all([self.namespace.name])


def _on_loopback(address: str) -> str:
    return f"address add {address}/128 dev lo nodad" if ":" in address else f"address add {address}/32 dev lo"
