"""A print server: Samba, CUPS and dnsmasq on one host, and the Print Provider that reports each job."""

from lab import cups, samba
from lab.arrivals import Tray
from lab.cups import Cups
from lab.discovery import Discovery
from lab.record import Record
from lab.samba import Samba
from lab.topology import RealServer, Topology


class PrintServer(RealServer):
    def __init__(self, record: Record, topology: Topology, name: str, number: int,
                 virtual_addresses: list[str], application_server: str):
        """`application_server`: where the Print Provider finds it, HOST:PORT."""
        super().__init__(record, topology, name, number, virtual_addresses)
        self.tray = Tray(name, self.directory)
        self.samba = Samba(self, self.tray)
        self.cups = Cups(self, self.tray)
        self.discovery = Discovery(self, virtual_addresses)
        self.provider = self.module("print_provider", ["--server", name, "--jobs", str(self.tray.directory),
                                                       "--application-server", application_server])

    def start(self) -> None:
        for part in (self.samba, self.cups, self.discovery, self.provider):
            part.start()

    def wait(self) -> None:
        for part in (self.samba, self.cups, self.discovery):
            part.wait()

    def is_printing(self) -> bool:
        """Whether somebody is connected to a printing port right now."""
        ports = " or ".join(f"sport = :{port}" for port in (samba.PORT, cups.PORT, cups.TLS_PORT))
        return bool(self.run(["ss", "-Htn", "state", "established", f"( {ports} )"]).stdout.strip())
