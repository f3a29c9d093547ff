"""Many people printing at once: jobs, attempts, and the proof that each job arrived."""

import hashlib
import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lab import arrivals
from lab.arrivals import Arrival
from lab.client import Client, Outcome
from lab.farm import Farm
from lab.network import Family

PROTOCOLS = {
    Family.IPV4: ("smb", "ipp", "ipps"),
    # CUPS' client sends the IPv6 address as its TLS server name, and CUPS' server refuses that.
    Family.IPV6: ("smb", "ipp"),
}


@dataclass
class Job:
    number: int
    protocol: str
    path: Path
    size: int
    sha256: str
    failures: list[Outcome] = field(default_factory=list)  # attempts that the client was told had failed
    printed: bool = False                                  # the client was told that it went well
    seconds: float = 0.0                                   # of all attempts, with the pauses in between
    arrived: list[Arrival] = field(default_factory=list)   # whole; more than one: printed again although it had arrived

    @property
    def ok(self) -> bool:
        return self.printed and bool(self.arrived)


class Printing:
    def __init__(self, farm: Farm, people: int = 4, patience: float = 40.0):
        """To the farm's virtual printing address. `people` print at the same time; each tries again for `patience`
        seconds."""
        self._farm = farm
        self._people = people
        self._patience = patience
        self._directory = farm.client.directory / "documents"
        self._directory.mkdir(exist_ok=True)
        self._numbers = itertools.count(1)

    def make_jobs(self, count: int, size: Callable[[int], int]) -> list[Job]:
        """`size`: bytes of the n-th of them. Contents are random: no two are alike."""
        protocols = itertools.cycle(PROTOCOLS[self._farm.family])
        return [self._make_job(next(protocols), size(index)) for index in range(count)]

    def print_all(self, jobs: list[Job], on_progress: Callable[[int], None] = lambda done: None) -> None:
        """Prints them, waits until each has arrived, and looks where. `on_progress` hears how many are done."""
        with ThreadPoolExecutor(self._people) as people:
            for done, _ in enumerate(people.map(self._print_like_a_person, jobs), start=1):
                on_progress(done)
        self.look_for(jobs)
        for job in jobs:
            job.path.unlink()

    def look_for(self, jobs: list[Job]) -> None:
        """Which of them have arrived, and where. The last ones get a moment to come out of the printer."""
        for job in jobs:
            arrivals.wait_for(self._farm.trays, job.sha256, timeout=5.0)
            job.arrived = arrivals.find(self._farm.trays, job.sha256)

    def _make_job(self, protocol: str, size: int) -> Job:
        number = next(self._numbers)
        path = self._directory / f"job-{number}.bin"
        content = os.urandom(size)
        path.write_bytes(content)
        return Job(number, protocol, path, size, hashlib.sha256(content).hexdigest())

    def _print_like_a_person(self, job: Job) -> Job:
        """Who is told that printing failed looks at the message for a second and prints again."""
        started = time.monotonic()
        while not job.printed and time.monotonic() - started < self._patience:
            outcome = print_once(self._farm.client, self._farm.printing, job.protocol, job.path)
            job.printed = outcome.ok
            if not outcome.ok:
                job.failures.append(outcome)
                time.sleep(1.0)
        job.seconds = time.monotonic() - started
        return job


def print_once(client: Client, address: str, protocol: str, path: Path) -> Outcome:
    if protocol == "smb":
        return client.print_smb(address, path)
    return client.print_ipp(address, path, secure=protocol == "ipps")
