"""Network namespaces: made, entered, emptied and removed, all by name and prefix."""

import contextlib
import ctypes
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from lab.commands import run, wait_until
from lab.record import Record

_NAMES = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """One network namespace; its name is the lab's prefix and a short name."""

    def __init__(self, record: Record, short_name: str):
        self.short_name = short_name
        self.name = f"{record.prefix}{short_name}"
        record.add_namespace(self.name)
        run(["ip", "netns", "add", self.name])
        self.configure("link set lo up")

    def configure(self, *lines: str) -> None:
        """`ip` commands, one a line and without the leading "ip", in one go."""
        run(["ip", "-n", self.name, "-batch", "-"], text_input="\n".join(lines) + "\n")

    def enter(self, argv: list[str]) -> list[str]:
        """The argument vector that runs argv in here. The mount namespace stays ours (`ip netns exec` would make a new
        one, and what a daemon mounts or pins would die with it)."""
        return ["nsenter", f"--net={_NAMES / self.name}", "--", *argv]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in this namespace meanwhile: sockets made here stay here."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        away = os.open(_NAMES / self.name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _set_namespace(away)
            try:
                yield
            finally:
                _set_namespace(home)
        finally:
            os.close(away)
            os.close(home)

    def open_socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, timeout: float = 5.0,
                    protocol: int = 0) -> socket.socket:
        """A socket belongs to the namespace in which it was made, whoever uses it later."""
        with self.entered():
            made = socket.socket(family, kind, protocol)
        made.settimeout(timeout)
        return made

    def connect(self, address: str, port: int, timeout: float = 5.0) -> socket.socket:
        made = self.open_socket(family_of(address), timeout=timeout)
        try:
            made.connect((address, port))
        except OSError:
            made.close()
            raise
        return made

    def answers(self, address: str, port: int) -> bool:
        """Whether somebody accepts TCP connections there."""
        try:
            self.connect(address, port, timeout=1.0).close()
            return True
        except OSError:
            return False

    def set(self, path: str, value: object) -> None:
        """A sysctl below /proc/sys/net of this namespace."""
        with self.entered():
            Path("/proc/sys/net", path).write_text(str(value))

    def pids(self) -> list[int]:
        return pids_in(self.name)


def family_of(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def pids_in(name: str) -> list[int]:
    return [int(pid) for pid in run(["ip", "netns", "pids", name], check=False).stdout.split()]


def end_all(names: list[str]) -> None:
    """Ends every process in these namespaces, and waits until they are gone."""
    def gone() -> bool:
        left = [pid for name in names for pid in pids_in(name)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left
    wait_until(gone, f"the processes in {', '.join(names)} to end")


def remove(names: list[str]) -> None:
    """Ends what runs in them and removes them; those that are gone already are no error."""
    there = [name for name in names if (_NAMES / name).exists()]
    end_all(there)
    for name in there:
        run(["ip", "netns", "del", name], check=False)


def existing(prefix: str) -> list[str]:
    return sorted(path.name for path in _NAMES.glob(f"{prefix}*")) if _NAMES.exists() else []


def leftovers(prefix: str) -> list[str]:
    """What a lab of that prefix has left behind, in words; empty when it is all gone."""
    record = Record(prefix)
    found = [f"network namespace {name}" for name in existing(prefix)]
    found += [f"process {pid} in {name}" for name in existing(prefix) for pid in pids_in(name)]
    found += [f"mount {point}" for point in record.mounts()]
    found += [f"directory {record.directory}"] if record.directory.exists() else []
    return found


def _set_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
