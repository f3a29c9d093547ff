"""evenkeeld's web interface on the load balancer's machine: its pages, its first user, and a door to it from outside."""

import secrets
import shutil
import socket
from pathlib import Path

from lab.commands import PROJECT, LabError, run, wait_until
from lab.load_balancer import LoadBalancer
from lab.network import Family

PORT = 9443
USER = "loadbalancer"
BUILT = PROJECT / "web" / "dist"


class WebInterface:
    def __init__(self, balancer: LoadBalancer, password: str = ""):
        self._balancer = balancer
        self.address = balancer.address_in(Family.IPV4)
        self.password = password or secrets.token_urlsafe(12)

    @property
    def url(self) -> str:
        """Within the lab."""
        return f"https://{self.address}:{PORT}/lbadmin/"

    @property
    def pages(self) -> Path:
        return self._balancer.directory / "pages"

    def arguments(self) -> list[str]:
        """evenkeeld's options. nginx's workers may read nothing but what anybody may, wherever this tree lies: so the pages are copied."""
        if not BUILT.exists():
            raise LabError(f"{BUILT} is not there: build it first (./dev build)")
        if not self.pages.exists():
            shutil.copytree(BUILT, self.pages)
        return ["--web-address", f"{self.address}:{PORT}", "--web-root", str(self.pages)]

    def set_up(self) -> None:
        """The first user, as on the console; then until it answers."""
        run(self._balancer.command_line("setup", "--password-stdin"), text_input=f"{self.password}\n")
        wait_until(lambda: self._balancer.namespace.answers(self.address, PORT), "the web interface")

    def open_door(self) -> str:
        """From then on this machine's browsers find it there. The door ends with the load balancer's namespace."""
        port = _free_port()
        door = self._balancer.module("door", ["--port", str(port), "--to", f"{self.address}:{PORT}"])
        door.start()
        door.wait_while_running(lambda: _answers(port), "the door")
        return f"https://127.0.0.1:{port}/lbadmin/"


def _free_port() -> int:
    """The usual one, unless somebody has it."""
    for port in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise LabError("no port is free on 127.0.0.1")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
