"""What has come out of a print server: one file per printed job, named so that title and protocol can be read off."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

# Called by Samba and by CUPS with: spool file, protocol, title. The rename makes a job appear whole or not at all;
# a job cut off in mid-transfer may still be printed short, and its hash will tell.
SAVE_JOB = """#!/bin/sh
title=$(printf '%s' "$3" | tr -c 'A-Za-z0-9._-' '_')
exec mv "$1" "{directory}/$(date +%s%N)~$2~$title"
"""


@dataclass(frozen=True)
class Arrival:
    server: str
    protocol: str
    title: str
    size: int
    sha256: str


class Tray:
    """Where one print server lays down its finished jobs."""

    def __init__(self, server: str, directory: Path):
        self.server = server
        self.directory = directory / "jobs"
        self.directory.mkdir()
        self.directory.chmod(0o1777)  # Samba's guest prints as nobody
        self.save_job = directory / "save_job.sh"
        self.save_job.write_text(SAVE_JOB.format(directory=self.directory))
        self.save_job.chmod(0o755)
        self._known: dict[str, Arrival] = {}

    def arrivals(self) -> list[Arrival]:
        for path in sorted(self.directory.iterdir()):
            if path.name not in self._known:
                self._known[path.name] = _read(self.server, path)
        return list(self._known.values())


def _read(server: str, path: Path) -> Arrival:
    _, protocol, title = path.name.split("~", 2)
    with open(path, "rb") as job:
        digest = hashlib.file_digest(job, "sha256").hexdigest()
    return Arrival(server, protocol, title, path.stat().st_size, digest)


def find(trays: list[Tray], sha256: str) -> list[Arrival]:
    """Every arrival with exactly this content. One is right; two mean that it was printed twice."""
    return [arrival for tray in trays for arrival in tray.arrivals() if arrival.sha256 == sha256]


def wait_for(trays: list[Tray], sha256: str, timeout: float = 10.0) -> Arrival | None:
    """The print command runs after the client has been answered: a moment may pass."""
    deadline = time.monotonic() + timeout
    while not (found := find(trays, sha256)):
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.02)
    return found[0]
