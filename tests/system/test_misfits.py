"""Real servers that go wrong where a plain connect check sees nothing: one without the virtual address, one that answers
ARP for it, a print queue without its spool directory, a passive Application Server of each kind. What happens to clients
with a plain check and with the right one, and what status, explain and the ARP doctor say."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import running_farm

from lab import guide
from lab.commands import wait_until
from lab.farm import APPLICATIONS, PRINTING, Farm, Options
from lab.misfits import LOUD, PASSIVE, WITHOUT_ADDRESS, WITHOUT_SPOOL, Misfits
from lab.printing import Printing

FAST = ["--check-interval", "1", "--check-timeout", "0.5", "--check-failure-count", "1"]
PRINT_SERVERS = ["PS1", "PS2", WITHOUT_ADDRESS, LOUD, WITHOUT_SPOOL]


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    """All that is wrong at once, behind plain connect checks: the guide's services, and the misfits in them."""
    # Patient, so that the passive ones stay passive on a busy machine.
    with running_farm("misfits", Options(patience=60.0)) as made:
        misfits = Misfits(made)
        misfits.start()
        # This client found the load balancer before the loud print server answered.
        made.client.reach_by_hand(PRINTING, made.balancer.mac)
        made.balancer.start()
        for arguments in (*guide.commands(made, FAST), *misfits.commands()):
            made.balancer.evenkeel(*arguments)
        yield made


def edit(farm: Farm, service: str, *options: str) -> None:
    farm.balancer.evenkeel("virtual-service", "edit", service, *options)


def explained(farm: Farm, service: str, server: str) -> str:
    return farm.balancer.evenkeel("real-server", "explain", service, server).stdout


def lamps(farm: Farm, server: str) -> tuple[str, str]:
    shown = farm.balancer.api.real_server(guide.PRINT_SERVICE, server)
    return shown["server_check"]["state"], shown["path_check"]["state"]


def black_holed(farm: Farm, count: int = 30) -> int:
    """How many of so many new clients of the printing address get no answer."""
    lost = 0
    for _ in range(count):
        try:
            farm.client.namespace.connect(PRINTING, 445, timeout=0.3).close()
        except TimeoutError:
            lost += 1
    return lost


def pages(farm: Farm) -> set[tuple[int, bool]]:
    """(status, whether it is the passive server's) of the login page, asked for again and again."""
    answers = [farm.client.get(APPLICATIONS, 9191, "/user") for _ in range(12)]
    return {(answer.status, "passive" in answer.body) for answer in answers}


def test_print_servers_that_answer_at_their_port_and_take_no_jobs(farm: Farm, tmp_path: Path) -> None:
    edit(farm, guide.PRINT_SERVICE, "--no-check-path")
    for server in PRINT_SERVERS:
        farm.balancer.wait_for_state(guide.PRINT_SERVICE, server, "up")
    assert black_holed(farm) > 0, "a plain connect check sends clients to the one without the address"
    job = tmp_path / "job.bin"
    job.write_bytes(os.urandom(1000))
    spoolless = farm.balancer.api.real_server(guide.PRINT_SERVICE, WITHOUT_SPOOL)["address"]
    assert not farm.client.print_smb(spoolless, job).ok, "and to the one that can print nothing"

    edit(farm, guide.PRINT_SERVICE, "--check-path", "--check-type", "negotiate", "--check-protocol", "smb",
         "--check-share", "printer")
    wait_until(lambda: lamps(farm, WITHOUT_ADDRESS) == ("up", "down"), "a green server lamp and a red path lamp")
    farm.balancer.wait_for_state(guide.PRINT_SERVICE, WITHOUT_SPOOL, "down")
    for server in ("PS1", "PS2", LOUD):
        wait_until(lambda of=server: lamps(farm, of) == ("up", "up"), f"{server} to be green")
    assert black_holed(farm) == 0
    printing = Printing(farm)
    jobs = [job for job in printing.make_jobs(12, lambda _: 2000) if job.protocol == "smb"]
    failures = [farm.client.print_smb(PRINTING, job.path).output for job in jobs]
    assert not any("NT_STATUS" in output for output in failures), failures

    status = farm.balancer.evenkeel("status").stdout
    assert "VIP path" in status and "not configured on the server's loopback" in status, status
    assert "STATUS_BAD_NETWORK_NAME" in status
    lacking = explained(farm, guide.PRINT_SERVICE, WITHOUT_ADDRESS)
    assert f"VIP {PRINTING} is not configured on the server's loopback" in lacking, lacking
    assert f"ip address add {PRINTING}/32 dev lo" in lacking
    assert "STATUS_BAD_NETWORK_NAME" in explained(farm, guide.PRINT_SERVICE, WITHOUT_SPOOL)


def test_a_print_server_that_answers_arp_for_the_virtual_address(farm: Farm) -> None:
    said = farm.balancer.evenkeel("doctor", "arp", PRINTING).stdout
    assert f"answered for by real server {LOUD}" in said, said
    assert f"What to do on {LOUD}" in said
    status = farm.balancer.evenkeel("status").stdout
    assert f"real server {LOUD}" in status and "evenkeel doctor arp" in status, status
    conflict = [event for event in farm.balancer.evenkeel("events").stdout.splitlines() if "address conflict" in event]
    assert len(conflict) == 1 and LOUD in conflict[0]


def test_passive_application_servers_of_each_kind(farm: Farm) -> None:
    service = guide.APPLICATION_SERVICE
    edit(farm, service, "--check-type", "connect")
    farm.balancer.wait_for_service(service, "up")
    assert {(200, True), (503, True)} <= pages(farm), "a plain connect check sends clients to both"

    edit(farm, service, "--check-type", "negotiate")
    for server in ("App_Svr2", PASSIVE):
        farm.balancer.wait_for_state(service, server, "down")
    assert pages(farm) == {(200, False)}
    assert "HTTP 503" in explained(farm, service, PASSIVE)

    edit(farm, service, "--check-type", "papercut", "--check-secret", farm.key, "--reset",
         "check-request,check-response-expected")
    for server in ("App_Svr2", PASSIVE):
        wait_until(lambda of=server: "PaperCut passive" in explained(farm, service, of), f"{server} to be told apart")
    assert pages(farm) == {(200, False)}
