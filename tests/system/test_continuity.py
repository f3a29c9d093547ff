"""What goes on while something dies: evenkeeld, a print server, an Application Server."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from lab import arrivals, discovery, guide
from lab.client import Outcome
from lab.commands import wait_until
from lab.farm import APPLICATIONS, PRINTING, Farm
from lab.printing import Printing, print_once
from lab.watch import Watch

HUNDRED_MEGABYTES = 100_000_000


class Printed(threading.Thread):
    """One print job in a thread of its own."""

    def __init__(self, farm: Farm, protocol: str, path: Path):
        super().__init__(daemon=True)
        self._print = lambda: print_once(farm.client, PRINTING, protocol, path)
        self.outcome: Outcome | None = None
        self.start()

    def run(self) -> None:
        self.outcome = self._print()


def spooled_bytes(farm: Farm) -> int:
    """How much of the jobs that are being received has reached the print servers."""
    spools = [spool for server in farm.print_servers for spool in (server.samba.spool, server.cups.spool)]
    return max((path.stat().st_size for spool in spools for path in spool.iterdir() if path.is_file()), default=0)


@pytest.fixture
def big_job(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    with open(path, "wb") as job:
        for _ in range(HUNDRED_MEGABYTES // 1_000_000):
            job.write(os.urandom(1_000_000))
    return path


@pytest.mark.parametrize("protocol", ["smb", "ipp"])
def test_kill_9_of_evenkeeld_in_mid_transfer_of_100_megabytes(papercut: Farm, big_job: Path, tmp_path: Path,
                                                             protocol: str) -> None:
    with open(big_job, "rb") as job:
        digest = hashlib.file_digest(job, "sha256").hexdigest()
    printed = Printed(papercut, protocol, big_job)
    wait_until(lambda: spooled_bytes(papercut) > HUNDRED_MEGABYTES // 10, "a tenth of the job to arrive")
    papercut.balancer.kill()
    assert 0 < spooled_bytes(papercut) < HUNDRED_MEGABYTES, "it was not in mid-transfer any more"
    small_job = tmp_path / "small.bin"
    small_job.write_bytes(os.urandom(10_000))
    assert print_once(papercut.client, PRINTING, "ipp", small_job).ok, "a new connection without evenkeeld"
    papercut.balancer.start()
    printed.join(60.0)
    assert printed.outcome is not None and printed.outcome.ok, printed.outcome
    arrival = arrivals.wait_for(papercut.trays, digest)
    assert arrival is not None and arrival.size == HUNDRED_MEGABYTES
    guide.wait_until_green(papercut)


def test_new_clients_are_served_while_evenkeeld_is_dead(papercut: Farm) -> None:
    revision = papercut.balancer.api.status()["revision"]
    papercut.balancer.kill()
    printing = Printing(papercut)
    jobs = printing.make_jobs(9, lambda index: 20_000)
    printing.print_all(jobs)
    assert [job.number for job in jobs if not job.ok or job.failures] == []
    assert papercut.client.dig(PRINTING, discovery.SERVICE, "PTR").ok
    assert papercut.client.get(APPLICATIONS, 9191, "/user").status == 200
    papercut.balancer.start()
    assert papercut.balancer.api.status()["revision"] == revision
    guide.wait_until_green(papercut)


def test_a_restart_forgets_no_verdict_and_sends_nobody_to_a_dead_server(papercut: Farm) -> None:
    assert papercut.balancer.stop() == 0
    papercut.balancer.start()
    passive = "App_Svr1" if papercut.active().name == "app2" else "App_Svr2"
    assert papercut.balancer.api.real_server(guide.APPLICATION_SERVICE, passive)["state"] == "down"
    answers = [papercut.client.get(APPLICATIONS, 9191, "/user") for _ in range(10)]
    assert {answer.server for answer in answers} == {papercut.active().name}


def test_a_print_server_that_dies_takes_no_more_than_the_jobs_in_its_hands(papercut: Farm) -> None:
    victim, survivor = papercut.print_servers
    printing = Printing(papercut)
    before = printing.make_jobs(6, lambda index: 50_000)
    printing.print_all(before)
    victim.kill_all()
    for service in (guide.PRINT_SERVICE, guide.MOBILITY_SERVICE):
        papercut.balancer.wait_for_state(service, "PS1", "down")
        papercut.balancer.wait_for_service(service, "degraded")
    after = printing.make_jobs(9, lambda index: 50_000)
    printing.print_all(after)
    assert [job.number for job in after if not job.ok or job.failures] == []
    assert {arrival.server for job in after for arrival in job.arrived} == {survivor.name}
    victim.start()
    victim.wait()
    guide.wait_until_green(papercut)
    again = printing.make_jobs(9, lambda index: 50_000)
    printing.print_all(again)
    assert victim.name in {arrival.server for job in again for arrival in job.arrived}


def test_the_active_application_server_dies_and_the_other_takes_over(papercut: Farm) -> None:
    active, passive = papercut.active(), papercut.passive()
    with Watch(papercut.client, APPLICATIONS, 9191, "/user", "Login") as watch:
        wait_until(lambda: watch.last_server() == active.name, f"the login page from {active.name}")
        active.kill_all()
        papercut.balancer.wait_for_service(guide.APPLICATION_SERVICE, "down")
        wait_until(lambda: watch.last_server() == passive.name, f"the login page from {passive.name}")
    active.start()
    active.wait()
    guide.wait_until_green(papercut)
    assert papercut.client.get(APPLICATIONS, 9191, "/user").server == passive.name


def test_a_frozen_application_server_is_down_although_it_accepts_connections(papercut: Farm) -> None:
    active, passive = papercut.active(), papercut.passive()
    label = "App_Svr1" if active.name == "app1" else "App_Svr2"
    active.freeze()
    assert active.namespace.answers("127.0.0.1", 9191)
    papercut.balancer.wait_for_state(guide.APPLICATION_SERVICE, label, "down")
    wait_until(lambda: passive.role() == "active", f"{passive.name} to take over")
    wait_until(lambda: papercut.client.get(APPLICATIONS, 9191, "/user", timeout=1.0).server == passive.name,
               f"the login page from {passive.name}")
    active.kill_all()
    active.start()
    active.wait()
    guide.wait_until_green(papercut)
