"""A program that the lab keeps running in a namespace, in its own session, with a log of its own."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from lab.commands import LabError, wait_until
from lab.namespaces import Namespace


class Process:
    def __init__(self, namespace: Namespace, name: str, argv: list[str], log: Path,
                 environment: dict[str, str] | None = None):
        self.name = name
        self.log = log
        self._namespace = namespace
        self._argv = argv
        self._environment = environment
        self._child: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        if self._child is None:
            raise LabError(f"{self.name} was never started")
        return self._child.pid

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            # A session of its own: smbd and others signal their whole process group.
            self._child = subprocess.Popen(self._namespace.enter(self._argv), stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, start_new_session=True,
                                           env={**os.environ, **(self._environment or {})})

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.is_running():
                os.kill(self.pid, number)

    def stop(self, timeout: float = 10.0) -> int:
        """Asks it to end, and waits for that; its exit code comes back."""
        self.signal(signal.SIGTERM)
        return self._wait(timeout)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._wait(5.0)

    def wait_for(self, port: int, address: str = "127.0.0.1", timeout: float = 20.0) -> None:
        """Until it accepts connections on that port."""
        self.wait_while_running(lambda: self._namespace.answers(address, port), f"port {port}", timeout)

    def wait_while_running(self, condition, what: str, timeout: float = 20.0) -> None:
        def check() -> bool:
            if not self.is_running():
                raise _Ended()
            return bool(condition())
        try:
            wait_until(check, f"{self.name}: {what}", timeout)
        except _Ended:
            raise LabError(f"{self.name} ended at its start with {self._child.returncode}:\n{self.tail()}") from None

    def tail(self, lines: int = 15) -> str:
        return tail(self.log, lines)

    def _wait(self, timeout: float) -> int:
        if self._child is None:
            return 0
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired as expired:
            raise LabError(f"{self.name} (process {self.pid}) has not ended after {timeout:.0f} s") from expired


def tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return f"({log} is not there)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or f"({log} is empty)"


class _Ended(Exception):
    pass
