"""Members of the farm that go wrong, each in a way that a look at its port does not show: three print servers and a passive
Application Server. With the farm's own passive one, which answers 200, there is one of each kind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from lab import application_server, guide
from lab.application_host import ApplicationHost
from lab.farm import APPLICATIONS, APPLICATIONS6, PRINTING, PRINTING6, Farm
from lab.network import bracketed
from lab.print_server import PrintServer

WITHOUT_ADDRESS, LOUD, WITHOUT_SPOOL, PASSIVE = "PS3", "PS4", "PS5", "App_Svr3"


class Misfits:
    def __init__(self, farm: Farm):
        """Makes hosts and files; nothing runs yet. They are removed with the farm."""
        self._farm = farm
        # The loopback lacks the virtual addresses: nobody has followed the guide here.
        self.without_address = self._print_server("ps3", 23)
        self.without_address.give_up(PRINTING, PRINTING6)
        # It has them, and tells everybody so by ARP.
        self.loud = self._print_server("ps4", 24)
        self.loud.answer_arp()
        # Samba runs and listens, but the print queue has nowhere to put a job.
        self.without_spool = self._print_server("ps5", 25)
        self.without_spool.samba.spool.rmdir()
        # Its page comes with 503.
        self.passive = ApplicationHost(farm.record, farm.topology, "app3", 33, [APPLICATIONS, APPLICATIONS6], farm.key,
                                       farm.record.directory / "db", replace(farm.options, passive_status=503))

    def _print_server(self, name: str, number: int) -> PrintServer:
        return PrintServer(self._farm.record, self._farm.topology, name, number, [PRINTING, PRINTING6],
                           f"{bracketed(self._farm.applications)}:{application_server.HTTP_PORT}")

    @property
    def _members(self) -> dict[str, PrintServer | ApplicationHost]:
        return {WITHOUT_ADDRESS: self.without_address, LOUD: self.loud, WITHOUT_SPOOL: self.without_spool,
                PASSIVE: self.passive}

    def start(self) -> None:
        """Starts them, when the farm's own are running."""
        for member in self._members.values():
            member.start()
        with ThreadPoolExecutor(len(self._members)) as pool:
            list(pool.map(lambda member: member.wait(), self._members.values()))

    def commands(self) -> list[list[str]]:
        """Arguments of `evenkeel` that put them into the guide's virtual services."""
        return [["real-server", "add", guide.APPLICATION_SERVICE if member is self.passive else guide.PRINT_SERVICE,
                 label, "--address", member.address_in(self._farm.family)] for label, member in self._members.items()]
