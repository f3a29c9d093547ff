"""The machine of the load balancer: evenkeeld on it, and its command line as an operator uses it."""

import os
import subprocess
from pathlib import Path

from lab.api import Api
from lab.commands import PROJECT, LabError, run, wait_until
from lab.host import Host
from lab.process import Process
from lab.record import Record
from lab.switch import Switch


def build_directory() -> Path:
    return Path(os.environ.get("EVENKEEL_BUILD", PROJECT / "build" / "release"))


def is_built() -> bool:
    return _daemon_program().exists() and _cli_program().exists()


def _daemon_program() -> Path:
    return build_directory() / "src" / "daemon" / "evenkeeld"


def _cli_program() -> Path:
    return build_directory() / "src" / "cli" / "evenkeel"


class LoadBalancer(Host):
    def __init__(self, record: Record, switch: Switch):
        super().__init__(record, switch, "lb", 2)
        switch.accept_xdp_frames(self.namespace)
        self.state_directory = self.directory / "state"
        self.state_directory.mkdir()
        # Everything that evenkeeld pins is below the run directory: removing the lab unmounts it, and so unpins it.
        self.pin_directory = self.directory / "bpf"
        self.pin_directory.mkdir()
        self.api = Api(self.directory / "api.sock")
        self.daemon: Process = self._daemon()

    def _daemon(self, *extra: str) -> Process:
        return self.process("evenkeeld", [
            str(_daemon_program()), "--state-directory", str(self.state_directory), "--run-directory",
            str(self.directory), "--socket", str(self.api.path), "--pin-directory", str(self.pin_directory), *extra])

    def start(self, *extra: str) -> None:
        """Starts evenkeeld and waits until its API answers. `extra`: more of its options."""
        if not is_built():
            raise LabError(f"{build_directory()} holds no evenkeeld: build it first with ./dev build")
        self.daemon = self._daemon(*extra)
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
        return [str(_cli_program()), "--socket", str(self.api.path), *arguments]

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
