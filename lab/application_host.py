"""A machine that runs the Application Server stand-in, and the handle by which the lab makes it fail."""

import json
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from lab import application_server
from lab.application_server import Fault
from lab.commands import run
from lab.database import Database
from lab.record import Record
from lab.topology import RealServer, Topology


@dataclass(frozen=True)
class Options:
    passive_status: int = 200    # how a passive server answers: 200 or 503
    patience: float = 2.0        # seconds without a heartbeat until the passive one takes over
    take_over_time: float = 3.0  # seconds that a take-over refuses everybody


class Silence(Exception):
    """The server ended while it was being asked."""


class ApplicationHost(RealServer):
    def __init__(self, record: Record, topology: Topology, name: str, number: int,
                 virtual_addresses: list[str], key: str, database: Path, options: Options):
        super().__init__(record, topology, name, number, virtual_addresses)
        self._control = self.directory / "control"
        self._database = Database(database)
        self._arguments = ["--name", name, "--key", key, "--database", str(database), "--control", str(self._control),
                           "--certificate", str(_self_signed(self.directory, name)),
                           "--patience", str(options.patience), "--take-over-time", str(options.take_over_time)]
        self.set_passive_status(options.passive_status)

    def set_passive_status(self, status: int) -> None:
        """How this server answers while passive, from its next start on."""
        self.server = self.module("application_server", [*self._arguments, "--passive-status", str(status)])

    def start(self) -> None:
        self.server.start()

    def wait(self) -> None:
        for port in application_server.PORTS:
            self.server.wait_for(port)

    def role(self) -> str:
        """"active", "passive", "taking over", or "not running"."""
        if not self.server.is_running():
            return "not running"
        try:
            return self._ask("")["role"]
        except Silence:
            return "not running"

    def fail(self, fault: Fault) -> None:
        self._ask(fault.value)

    def freeze(self) -> None:
        """Connections are still accepted, by the kernel; nothing answers and no heartbeat is heard."""
        with self._database.locked():  # frozen in the middle of a write it would hold up everybody else
            self.server.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.server.signal(signal.SIGCONT)

    def _ask(self, word: str) -> dict:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5.0)
            try:
                connection.connect(str(self._control))
                connection.sendall(word.encode() + b"\n")
                answer = connection.makefile().readline()
            except ConnectionError as error:
                raise Silence from error
            if not answer:
                raise Silence
            return json.loads(answer)


def _self_signed(directory: Path, name: str) -> Path:
    target = directory / "server.pem"
    certificate = directory / "certificate.pem"
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "30", "-subj", f"/O=unknown/CN={name}", "-keyout", str(target), "-out", str(certificate)])
    with open(target, "a") as pem:
        pem.write(certificate.read_text())
    target.chmod(0o600)
    return target
