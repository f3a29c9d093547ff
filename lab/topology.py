"""Who is joined to whom: for each forwarding method the networks it is made for, and what it asks of a real server."""

from lab import load_balancer
from lab.client import Client
from lab.host import Host
from lab.load_balancer import LoadBalancer
from lab.method import Method
from lab.network import Network
from lab.record import Record

ROUTER = 1  # a router's part of its addresses


class Topology:
    """The client and the load balancer on one network, with the virtual addresses. The real servers are on `servers`,
    which is the same one unless the method is made for another."""
    balancer_type = LoadBalancer

    def __init__(self, record: Record):
        self.clients = self.servers = Network(record)
        self.client = Client(record, self.clients)
        self.balancer = self.balancer_type(record, self.clients)

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        """What an administrator has to do on a real server."""
        raise NotImplementedError


class DirectRouting(Topology):
    """One network."""

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        server.carry(*virtual_addresses)


class Snat(Topology):
    """One network."""

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        """Nothing: that is what the method is for."""


class Nat(Topology):
    """Two networks; the load balancer has a leg in each and is the only way from one to the other."""

    def __init__(self, record: Record):
        super().__init__(record)
        self.servers = Network(record, 1)
        self.balancer.join(self.servers, "eth1")
        self.balancer.forward()

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        # What one real server asks of the others' virtual address must come back through the load balancer as well.
        server.send_all_through(self.servers, load_balancer.NUMBER)


class OneArmedNat(Topology):
    """One network, on which the load balancer is nevertheless everybody's way for the real servers."""

    def __init__(self, record: Record):
        super().__init__(record)
        self.balancer.forward()

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        server.send_all_through(self.servers, load_balancer.NUMBER)


class Tunnel(Topology):
    """Two networks with a router between them; the load balancer is on the clients' one only."""

    def __init__(self, record: Record):
        super().__init__(record)
        self.servers = Network(record, 1)
        self.router = Host(record, self.clients, "rt", ROUTER)
        self.router.join(self.servers, "eth1")
        self.router.forward()
        for host in (self.client, self.balancer):
            _route(host, (self.servers.prefix, self.servers.prefix6), self.clients)

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        _route(server, ("default", "default"), self.servers)
        server.carry(*virtual_addresses)
        server.decapsulate()


class EveryMethod(Topology):
    """One network, whose real servers are ready for every method. In SNAT their clients need another address than the
    virtual one, which is their own."""

    def __init__(self, record: Record):
        super().__init__(record)
        self.balancer.forward()

    def prepare(self, server: Host, virtual_addresses: list[str]) -> None:
        server.carry(*virtual_addresses)
        server.decapsulate()
        server.send_own_through(self.servers, load_balancer.NUMBER)


class RealServer(Host):
    """A machine behind the load balancer, with what the forwarding method asks of it."""

    def __init__(self, record: Record, topology: Topology, name: str, number: int, virtual_addresses: list[str]):
        super().__init__(record, topology.servers, name, number)
        topology.prepare(self, virtual_addresses)


def topology_of(method: Method) -> type[Topology]:
    return {Method.DR: DirectRouting, Method.NAT: Nat, Method.SNAT: Snat, Method.TUNNEL: Tunnel,
            Method.LAYER7: Snat}[method]


def build(record: Record, method: Method) -> Topology:
    return topology_of(method)(record)


def _route(host: Host, destinations: tuple[str, str], network: Network) -> None:
    """IPv4 and IPv6, through the router of that network."""
    for destination, gateway in zip(destinations, (network.address(ROUTER), network.address6(ROUTER)), strict=True):
        host.namespace.configure(f"route add {destination} via {gateway}")
