"""The machine of the load balancer: evenkeeld on it, and its command line as an operator uses it."""

import subprocess
from pathlib import Path

from lab import build
from lab.api import Api
from lab.commands import LabError, run, wait_until
from lab.host import Host
from lab.network import Network
from lab.process import Process
from lab.record import Record

NUMBER = 2  # its part of its addresses, on every network


class LoadBalancer(Host):
    def __init__(self, record: Record, network: Network):
        super().__init__(record, network, "lb", NUMBER)
        self.state_directory = self.directory / "state"
        self.run_directory = self.directory / "run"
        # Everything that evenkeeld pins is below the run directory: removing the lab unmounts it, and so unpins it.
        self.pin_directory = self.directory / "bpf"
        self.api = Api(self.directory / "api.sock")
        self.trusted: Path | None = None  # authorities that evenkeeld trusts in place of the machine's, from its next start
        self._daemon: Process | None = None

    def join(self, network: Network, interface: str) -> None:
        super().join(network, interface)
        network.switch.accept_xdp_frames(self.namespace)

    @property
    def daemon(self) -> Process:
        if self._daemon is None:
            raise LabError("evenkeeld was never started")
        return self._daemon

    def daemon_arguments(self) -> list[str]:
        return [str(build.daemon()), "--state-directory", str(self.state_directory),
                "--run-directory", str(self.run_directory), "--socket", str(self.api.path),
                "--pin-directory", str(self.pin_directory)]

    def start(self, *extra: str) -> None:
        """Starts evenkeeld and waits until its API answers. `extra`: more of its options."""
        self.start_as([*self.daemon_arguments(), *extra])

    def start_as(self, argv: list[str]) -> None:
        """The same by another command line, which becomes evenkeeld in the end."""
        self._daemon = self.process("evenkeeld", argv, {"SSL_CERT_FILE": str(self.trusted)} if self.trusted else None)
        self.daemon.start()
        self.daemon.wait_while_running(self.is_answering, "its API to answer")

    def is_answering(self) -> bool:
        return self.api.request("GET", "/api/v1/status", timeout=1.0)[0] == 200

    def kill(self) -> None:
        """kill -9."""
        self.daemon.kill()

    def stop(self) -> int:
        return self.daemon.stop()

    def command_line(self, *arguments: str) -> list[str]:
        return [str(build.command_line()), "--socket", str(self.api.path), *arguments]

    def evenkeel(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The command line. It needs no namespace: the API is a Unix socket."""
        return run(self.command_line(*arguments), check=check)

    def wait_for_state(self, service: str, server: str, *states: str, timeout: float = 30.0) -> None:
        wait_until(lambda: self.api.real_server(service, server)["state"] in states,
                   f"real server {server} of {service} to be {' or '.join(states)}", timeout)

    def wait_for_service(self, service: str, *states: str, timeout: float = 30.0) -> None:
        wait_until(lambda: self.api.virtual_service(service)["state"] in states,
                   f"virtual service {service} to be {' or '.join(states)}", timeout)

    def resident_kilobytes(self) -> int:
        status = Path(f"/proc/{self.daemon.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
