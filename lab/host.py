"""A machine on the lab's networks: a namespace with interfaces, IPv4 and IPv6 addresses, and its processes."""

import sys
from pathlib import Path

from lab import decapsulator
from lab.commands import PROJECT, run
from lab.namespaces import Namespace, end_all
from lab.network import Family, Network
from lab.process import Process
from lab.record import Record


class Host:
    def __init__(self, record: Record, network: Network, name: str, number: int):
        """`number` is the host's part of its addresses: on network 0, 21 is 10.77.0.21, fd77::21, 02:00:00:00:00:21."""
        self.name = name
        self.number = number
        self.address = network.address(number)
        self.address6 = network.address6(number)
        self.mac = network.mac(number)
        self.carried: list[str] = []  # virtual addresses on its loopback
        self.interfaces: list[str] = []
        self.directory: Path = record.directory / name
        self.directory.mkdir(mode=0o755)
        self.namespace = Namespace(record, name)
        self.join(network, "eth0")

    @property
    def addresses(self) -> list[str]:
        """Those of eth0 and the virtual ones."""
        return [self.address, self.address6, *self.carried]

    def address_in(self, family: Family) -> str:
        return self.address if family is Family.IPV4 else self.address6

    def join(self, network: Network, interface: str) -> None:
        """A cable to that network's switch, and the host's addresses there."""
        network.switch.plug_in(self.namespace, interface, network.mac(self.number))
        self.live_on(network, interface)

    def live_on(self, network: Network, interface: str) -> None:
        """The host's addresses on that network are on this interface from now on."""
        self.namespace.set(f"ipv6/conf/{interface}/accept_dad", 0)
        self.namespace.configure(f"address add {network.address(self.number)}/24 dev {interface}",
                                 f"link set {interface} up",
                                 f"address add {network.address6(self.number)}/64 dev {interface} nodad")
        # A veth leaves checksums undone; in native XDP mode nobody would complete them.
        self.run(["ethtool", "-K", interface, "tx", "off"])
        self.interfaces.append(interface)

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
        self._set_everywhere("ipv4", "arp_ignore", 1)
        self._set_everywhere("ipv4", "arp_announce", 2)
        if virtual_addresses:
            self.namespace.configure(*(_on_loopback(address) for address in virtual_addresses))
        self.carried += virtual_addresses

    def give_up(self, *virtual_addresses: str) -> None:
        """As if nobody had followed the guide here: it still runs its services, but lacks these addresses."""
        self.namespace.configure(*(_on_loopback(address).replace("address add", "address del").replace(" nodad", "")
                                   for address in virtual_addresses))
        self.carried = [address for address in self.carried if address not in virtual_addresses]

    def answer_arp(self) -> None:
        """The other half of the ARP problem: it answers for the virtual addresses on its loopback."""
        self._set_everywhere("ipv4", "arp_ignore", 0)
        self._set_everywhere("ipv4", "arp_announce", 0)

    def forward(self) -> None:
        """Is a router from now on, one that tells nobody of shorter ways and accepts any source from anywhere."""
        self._set_everywhere("ipv4", "send_redirects", 0)
        self._set_everywhere("ipv4", "rp_filter", 0)
        self.namespace.set("ipv4/ip_forward", 1)
        self.namespace.set("ipv6/conf/all/forwarding", 1)

    def decapsulate(self) -> None:
        """Takes IPIP and IP6IP6 packets that are addressed to it apart, and what is inside for its own."""
        self._set_everywhere("ipv4", "rp_filter", 0)
        decapsulator.attach(self.namespace, "eth0", self.address, self.address6)

    def send_all_through(self, network: Network, gateway: int) -> None:
        """Host `gateway` of its own network is its way to everybody, its neighbours as well."""
        for family in ("ipv4", "ipv6"):
            self._set_everywhere(family, "accept_redirects", 0)
        for prefix, address in ((network.prefix, network.address(gateway)),
                                (network.prefix6, network.address6(gateway))):
            self.namespace.configure(f"route del {prefix} dev eth0", f"route add {address} dev eth0",
                                     f"route add default via {address}")

    def send_own_through(self, network: Network, gateway: int) -> None:
        """What leaves with its own address on that network goes to host `gateway`, whomever it is for. What leaves with
        a virtual address goes the usual way."""
        for version, own, address in (("-4", network.address(self.number), network.address(gateway)),
                                      ("-6", network.address6(self.number), network.address6(gateway))):
            self.run(["ip", version, "route", "add", "default", "via", address, "table", str(gateway)])
            self.run(["ip", version, "rule", "add", "from", own, "table", str(gateway)])

    def reach_by_hand(self, address: str, mac: str, interface: str = "eth0") -> None:
        """Direct routing by hand: frames for that address go to this MAC, as if a load balancer had chosen it."""
        self.namespace.configure(f"neigh replace {address} lladdr {mac} dev {interface} nud permanent")

    def kill_all(self) -> None:
        """As if the machine's services had all crashed at once; the network stays up and answers with resets."""
        end_all([self.namespace.name])

    def _set_everywhere(self, family: str, setting: str, value: int) -> None:
        for interface in ("all", *self.interfaces):
            self.namespace.set(f"{family}/conf/{interface}/{setting}", value)


def _on_loopback(address: str) -> str:
    return f"address add {address}/128 dev lo nodad" if ":" in address else f"address add {address}/32 dev lo"
