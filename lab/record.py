"""The lab's run directory, and the record in it of what exists: any later process can remove it all from that."""

import fcntl
import json
import os
import shutil
import stat
import time
from pathlib import Path

from lab.commands import LabError, run

DEFAULT_PREFIX = "ek-"


def base_directory() -> Path:
    """On a disk, not in memory: print jobs are big and the store's fsync should be a real one. Kept short, because
    Samba puts Unix sockets below it."""
    return Path(os.environ.get("EVENKEEL_LAB_DIRECTORY", "/var/tmp/evenkeel-lab"))


class Record:
    """What one lab has made. Written before the thing itself is made, so that nothing can be missed."""

    def __init__(self, prefix: str):
        if not prefix or not prefix.replace("-", "").isalnum():
            raise LabError(f'"{prefix}" is no prefix for a lab: use letters, digits and "-", as in "{DEFAULT_PREFIX}"')
        self.prefix = prefix
        self.directory = base_directory() / prefix.rstrip("-")
        self._file = self.directory / "lab.json"

    def exists(self) -> bool:
        return self._file.exists()

    def start(self) -> None:
        _make_private_directory(self.directory.parent)
        try:
            self.directory.mkdir(mode=0o755)
        except FileExistsError as error:
            raise LabError(f"a lab with the prefix {self.prefix} is already there, in {self.directory}") from error
        self._write({"prefix": self.prefix, "created": time.time(), "namespaces": []})

    def contents(self) -> dict:
        return json.loads(self._file.read_text()) if self.exists() else {"namespaces": []}

    def add_namespace(self, name: str) -> None:
        contents = self.contents()
        self._write(contents | {"namespaces": contents["namespaces"] + [name]})

    def note(self, **facts: object) -> None:
        """Keeps something for whoever comes later, such as a command line to print."""
        self._write(self.contents() | facts)

    def mounts(self) -> list[str]:
        """Mount points below the run directory, innermost first."""
        below = f"{self.directory}/"
        points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        return [point for point in reversed(points) if point.startswith(below)]

    def remove(self) -> None:
        for point in self.mounts():
            run(["umount", "--lazy", point])
        shutil.rmtree(self.directory, ignore_errors=True)

    def _write(self, contents: dict) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(contents, indent=1))
        fresh.rename(self._file)


class Lock:
    """Held while a lab is being built or removed: two people must not do that to the same lab at once."""

    def __init__(self, prefix: str):
        _make_private_directory(base_directory())
        self._prefix = prefix
        self._file = open(base_directory() / f".{prefix.rstrip('-')}.lock", "w")

    def __enter__(self) -> "Lock":
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LabError(f"another process is busy with the lab {self._prefix} right now") from error
        if not self._is_in_place():
            raise LabError(f"another process has just finished with the lab {self._prefix}: try again")
        return self

    def _is_in_place(self) -> bool:
        """Who held the lock before may have removed the file between our opening and locking it."""
        path = Path(self._file.name)
        return path.exists() and path.stat().st_ino == os.fstat(self._file.fileno()).st_ino

    def __exit__(self, *_: object) -> None:
        Path(self._file.name).unlink(missing_ok=True)
        self._file.close()


def _make_private_directory(directory: Path) -> None:
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise LabError(f"{directory} is not ours alone: it must be a directory that only uid {os.geteuid()} can write")
