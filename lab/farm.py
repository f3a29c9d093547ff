"""The whole farm: a client, two print servers, two Application Servers, a place for the load balancer, and the networks
that the forwarding method needs."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from lab import application_server, namespaces, topology
from lab.application_host import ApplicationHost, Options
from lab.arrivals import Tray
from lab.client import Client
from lab.commands import wait_until
from lab.database import Database
from lab.load_balancer import LoadBalancer
from lab.method import Method
from lab.network import Family, bracketed
from lab.print_server import PrintServer
from lab.record import Record

# Two virtual addresses, not one: a print server carries the printing address on its own loopback, so what it sends
# to the Application Servers must have another one or it would never leave the machine.
PRINTING = "10.77.0.100"
PRINTING6 = "fd77::100"
APPLICATIONS = "10.77.0.101"
APPLICATIONS6 = "fd77::101"


class Farm:
    def __init__(self, prefix: str, options: Options = Options(), method: Method = Method.DR,
                 family: Family = Family.IPV4):
        """Makes hosts and files; nothing runs yet. Whatever goes wrong: remove(prefix) cleans up.
        `family`: of the virtual services, and of the Print Providers' reports; the machines have both."""
        self.record = Record(prefix)
        self.options = options
        self.method = method
        self.family = family
        self.record.start()
        self.key = secrets.token_hex(16)
        self.database = Database(self.record.directory / "db")
        self.database.create(first_active="app1")
        self.topology = topology.build(self.record, method)
        self.client: Client = self.topology.client
        self.balancer: LoadBalancer = self.topology.balancer
        self.print_servers = [
            PrintServer(self.record, self.topology, name, number, [PRINTING, PRINTING6],
                        f"{bracketed(self.applications)}:{application_server.HTTP_PORT}")
            for name, number in (("ps1", 21), ("ps2", 22))]
        self.application_servers = [
            ApplicationHost(self.record, self.topology, name, number, [APPLICATIONS, APPLICATIONS6], self.key,
                            self.record.directory / "db", options)
            for name, number in (("app1", 31), ("app2", 32))]

    @property
    def printing(self) -> str:
        """The virtual address for printing."""
        return PRINTING if self.family is Family.IPV4 else PRINTING6

    @property
    def applications(self) -> str:
        """The virtual address of the Application Servers."""
        return APPLICATIONS if self.family is Family.IPV4 else APPLICATIONS6

    def start(self) -> None:
        """Starts everything but the load balancer, and waits until all of it answers."""
        servers = [*self.print_servers, *self.application_servers]
        for server in servers:
            server.start()
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(lambda server: server.wait(), servers))
        wait_until(lambda: self.active() is not None, "an active Application Server")

    @property
    def trays(self) -> list[Tray]:
        return [server.tray for server in self.print_servers]

    def active(self) -> ApplicationHost | None:
        return next((server for server in self.application_servers if server.role() == "active"), None)

    def passive(self) -> ApplicationHost | None:
        return next((server for server in self.application_servers if server.role() == "passive"), None)

    def remove(self) -> None:
        remove(self.record.prefix)


def remove(prefix: str) -> None:
    """Removes a lab, whoever has built it and however far it came. Removing what is not there is no error."""
    record = Record(prefix)
    namespaces.remove(record.contents()["namespaces"])
    record.remove()


__all__ = ["APPLICATIONS", "APPLICATIONS6", "Farm", "Options", "PRINTING", "PRINTING6", "remove"]
