"""A farm without printing: a client, two servers that say who they are, the load balancer. For tests that are about the
load balancer itself; it is up in a fraction of the time."""

import contextlib
import json
import socket

from lab import farm as lab_farm
from lab.client import Client
from lab.host import Host
from lab.load_balancer import LoadBalancer
from lab.method import Method
from lab.namespaces import family_of
from lab.network import Family
from lab.process import Process
from lab.record import Record
from lab.topology import RealServer, Topology, build

SERVICE = "10.77.0.110"
SERVICE6 = "fd77::110"
PORT = 7000
OTHER_PORT = 7001
GREETING_PORT = 7002
LABEL = "Teller"


class Server(RealServer):
    """Runs lab.teller on PORT and OTHER_PORT, at its own addresses and at the virtual ones that it carries."""

    def __init__(self, record: Record, topology: Topology, name: str, number: int):
        super().__init__(record, topology, name, number, [SERVICE, SERVICE6])
        self.teller = teller(self, self.addresses)

    def start(self) -> None:
        self.teller.start()
        for port in (PORT, OTHER_PORT):
            self.teller.wait_for(port)


class SmallFarm:
    def __init__(self, prefix: str, method: Method = Method.DR, family: Family = Family.IPV4,
                 topology: type[Topology] | None = None):
        """`family`: of `address` and `commands`; the machines have both. `topology`: in place of the method's own."""
        self.record = Record(prefix)
        self.record.start()
        self.method = method
        self.family = family
        self.topology = topology(self.record) if topology else build(self.record, method)
        self.client: Client = self.topology.client
        self.balancer: LoadBalancer = self.topology.balancer
        self.servers = [Server(self.record, self.topology, name, number) for name, number in (("rs1", 21), ("rs2", 22))]

    @property
    def address(self) -> str:
        """The virtual one."""
        return SERVICE if self.family is Family.IPV4 else SERVICE6

    def start(self) -> None:
        for server in self.servers:
            server.start()

    def start_balancer(self, configuration: dict | None = None) -> None:
        """evenkeeld with one service for the two servers (or what is given), all of it up."""
        self.start_balancer_without_waiting(configuration)
        self.wait_until_up()

    def start_balancer_without_waiting(self, configuration: dict | None = None) -> None:
        """The same, where not all of it will come up."""
        self.balancer.start()
        self.apply(configuration or {"virtual_services": [service()]})

    def commands(self) -> list[list[str]]:
        """Arguments of `evenkeel` for one service in the farm's method and family, one list for every command."""
        return [
            ["virtual-service", "add", LABEL, "--address", self.address, "--ports", str(PORT), "--protocol", "tcp_udp",
             "--forwarding-method", self.method.configured, "--no-persistence",
             "--check-interval", "1", "--check-timeout", "0.5", "--check-failure-count", "1"],
            *(["real-server", "add", LABEL, server.name.upper(), "--address", server.address_in(self.family)]
              for server in self.servers)]

    def configure(self) -> None:
        """One service for the two servers by the command line, all of it up."""
        for arguments in self.commands():
            self.balancer.evenkeel(*arguments)
        self.wait_until_up()

    def apply(self, configuration: dict, *options: str, check: bool = True):
        document = self.record.directory / "farm.json"
        document.write_text(json.dumps(configuration))
        return self.balancer.evenkeel("apply", "--file", str(document), *options, check=check)

    def wait_until_up(self, *labels: str) -> None:
        for label in labels or (LABEL,):
            self.balancer.wait_for_service(label, "up")

    def ask(self, address: str = SERVICE, port: int = PORT, timeout: float = 2.0) -> str:
        """Which server answers a new TCP connection; raises OSError as sockets do."""
        with Conversation(self.client, address, port, timeout) as conversation:
            return conversation.ask()["server"]

    def ask_many(self, count: int, address: str = SERVICE, port: int = PORT) -> list[str]:
        return [self.ask(address, port) for _ in range(count)]

    def tell(self, data: bytes, address: str = SERVICE, port: int = PORT, timeout: float = 2.0) -> dict:
        """What a server says about one datagram."""
        with self.client.namespace.open_socket(family_of(address), socket.SOCK_DGRAM, timeout) as own:
            own.connect((address, port))
            own.send(data)
            return json.loads(own.recv(65535))

    def remove(self) -> None:
        lab_farm.remove(self.record.prefix)


class Conversation:
    """One TCP connection to a teller, kept open."""

    def __init__(self, client: Host, address: str = SERVICE, port: int = PORT, timeout: float = 2.0,
                 source: str | None = None):
        self.socket = client.namespace.open_socket(family_of(address), timeout=timeout)
        try:
            if source:
                self.socket.bind((source, 0))
            self.socket.connect((address, port))
        except OSError:
            self.socket.close()
            raise
        self._stream = self.socket.makefile("rwb")

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what was not sent yet cannot be sent any more
            self._stream.close()
        self.socket.close()

    def ask(self, words: str = "hello") -> dict:
        self.send(words.encode() + b"\n")
        return self.answer()

    def send(self, data: bytes) -> None:
        """A part of a line, or its end: the answer comes after the newline."""
        self._stream.write(data)
        self._stream.flush()

    def answer(self) -> dict:
        line = self._stream.readline()
        if not line:
            raise ConnectionResetError("the other end has closed the connection")
        return json.loads(line)

    def read(self, count: int) -> int:
        """How many of so many bytes came before the connection ended."""
        return len(self._stream.read(count))

    def receive(self, count: int) -> int:
        """Has the other end send that many bytes; how many came."""
        self.send(f"send {count}\n".encode())
        return self.read(count)


def teller(host: Host, addresses: list[str]) -> Process:
    arguments = ["--name", host.name, "--port", str(PORT), "--port", str(OTHER_PORT),
                 "--greeting-port", str(GREETING_PORT)]
    for address in addresses:
        arguments += ["--datagrams-at", address]
    return host.module("teller", arguments)


def service(label: str = LABEL, **changes: object) -> dict:
    """A virtual service as the API takes it, checked every second; `changes` replace or add fields."""
    return {
        "label": label, "address": SERVICE, "ports": str(PORT), "protocol": "tcp_udp",
        "persistence": {"enabled": False},
        "health_check": {"type": "connect", "interval": 1, "timeout": 0.5, "failure_count": 1},
        "real_servers": [{"label": "RS1", "address": "10.77.0.21"}, {"label": "RS2", "address": "10.77.0.22"}],
    } | changes


def service6(label: str = "Teller6", **changes: object) -> dict:
    return service(label, address=SERVICE6, real_servers=[
        {"label": "RS1", "address": "fd77::21"}, {"label": "RS2", "address": "fd77::22"}]) | changes
