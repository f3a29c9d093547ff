"""The farm itself, without a load balancer: what the other tests stand on. Direct routing is done by hand here, with a
neighbour entry on the client."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import running_farm

from lab import application_server, arrivals, discovery, namespaces
from lab.application_server import Fault
from lab.commands import LabError, wait_until
from lab.farm import APPLICATIONS, PRINTING, PRINTING6, Farm, Options, remove

HEALTH = "/api/health/application-server/status?disk-threshold-mb=1"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "a job.bin"
    path.write_bytes(os.urandom(300_000))
    return path


@pytest.fixture(params=[PRINTING, PRINTING6], ids=["IPv4", "IPv6"])
def printing(farm: Farm, request) -> str:
    """The virtual printing address, by hand on the first print server."""
    farm.client.reach_by_hand(request.param, farm.print_servers[0].mac)
    return request.param


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_nobody_answers_arp_for_a_virtual_address(farm: Farm) -> None:
    assert farm.client.ping(farm.print_servers[0].address)
    farm.client.namespace.configure(f"neigh replace {APPLICATIONS} dev eth0 nud none")
    assert not farm.client.ping(APPLICATIONS)


@pytest.mark.parametrize("protocol", ["smb", "ipp", "ipps", "lp"])
def test_a_job_printed_at_the_virtual_address_arrives_whole(farm: Farm, printing: str, job: Path,
                                                            protocol: str) -> None:
    client = farm.client
    if protocol == "ipps" and printing == PRINTING6:
        pytest.skip("CUPS' client sends the IPv6 address as its TLS server name, and CUPS' server refuses that")
    attempt = {"smb": client.print_smb, "ipp": client.print_ipp, "lp": client.print_lp,
               "ipps": lambda address, path: client.print_ipp(address, path, secure=True)}[protocol]
    outcome = attempt(printing, job)
    assert outcome.ok, outcome.output
    arrival = arrivals.wait_for(farm.trays, sha256(job))
    assert arrival is not None and (arrival.server, arrival.size) == ("ps1", 300_000)


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dns_service_discovery_leads_to_the_queue(farm: Farm, printing: str, transport: str) -> None:
    def ask(name: str, kind: str) -> str:
        outcome = farm.client.dig(printing, name, kind, transport)
        assert outcome.ok, outcome.output
        return outcome.output

    assert discovery.ZONE in ask(f"b._dns-sd._udp.{discovery.SITE}", "PTR")
    assert discovery.INSTANCE.lower() in ask(discovery.SERVICE, "PTR").lower()
    assert f"9163 {discovery.SERVER_NAME}" in ask(discovery.INSTANCE, "SRV")
    assert "rp=printers/LabQueue" in ask(discovery.INSTANCE, "TXT")
    assert ask(discovery.SERVER_NAME, "A").split() == [PRINTING]
    assert ask(discovery.SERVER_NAME, "AAAA").split() == [PRINTING6]
    assert ask(discovery.WHO, "TXT").strip() == '"ps1"'


def test_an_answer_too_long_for_a_datagram_comes_over_tcp(farm: Farm, printing: str) -> None:
    outcome = farm.client.dig(printing, discovery.MANY, "PTR", "+noedns")
    assert len(outcome.output.splitlines()) == discovery.MANY_COUNT
    cut_off = farm.client.dig(printing, discovery.MANY, "PTR", "+noedns", "+ignore")
    assert 0 < len(cut_off.output.splitlines()) < discovery.MANY_COUNT


def test_the_health_address_wants_its_key(farm: Farm) -> None:
    app1 = farm.application_servers[0]
    asks = farm.client.get
    assert asks(app1.address, 9191, HEALTH).status == 401
    assert asks(app1.address, 9191, f"{HEALTH}&Authorization={'0' * 32}").status == 401
    in_query = asks(app1.address, 9191, f"{HEALTH}&Authorization={farm.key}")
    in_header = asks(app1.address, 9191, HEALTH, {"Authorization": farm.key})
    assert (in_query.status, in_header.status) == (200, 200)
    assert '"status": "OK"' in in_query.body


def test_the_start_page_sends_people_to_the_host_they_asked_for(farm: Farm) -> None:
    answer = farm.client.get(farm.application_servers[0].address, 9191, "/", {"Host": "papercut.lab.test:9191"})
    assert (answer.status, answer.headers["Location"]) == (302, "http://papercut.lab.test:9191/user")


@pytest.mark.parametrize("fault", [Fault.DATABASE, Fault.DISK])
def test_a_fault_turns_the_health_answer_into_500(fault: Fault) -> None:
    with running_farm(fault.value, Options(take_over_time=2.0)) as own:
        app1 = own.application_servers[0]
        app1.fail(fault)
        answer = own.client.get(app1.address, 9191, f"{HEALTH}&Authorization={own.key}")
        assert answer.status == 500 and '"OK"' not in answer.body


def test_a_hung_server_accepts_and_never_answers(farm: Farm) -> None:
    app2 = farm.application_servers[1]
    app2.fail(Fault.HUNG)
    try:
        assert app2.namespace.answers("127.0.0.1", 9191)
        with pytest.raises(OSError):
            farm.client.get(app2.address, 9191, "/", timeout=0.5)
    finally:
        app2.fail(Fault.NONE)
    assert farm.client.get(app2.address, 9191, "/").status == 200


@pytest.fixture(params=[200, 503], ids=["passive-200", "passive-503"])
def failing_over(request) -> Iterator[Farm]:
    with running_farm("over", Options(passive_status=request.param, patience=4.0, take_over_time=0.5)) as made:
        made.passive_status = request.param
        yield made


def test_the_passive_server_takes_over_and_nobody_fails_back(failing_over: Farm) -> None:
    app1, app2 = failing_over.application_servers
    health = f"{HEALTH}&Authorization={failing_over.key}"
    passive = failing_over.client.get(app2.address, 9191, health)
    assert passive.status == failing_over.passive_status
    assert "Server in passive monitoring mode" in passive.body and '"status"' not in passive.body
    app1.kill_all()
    wait_until(lambda: app2.role() == "taking over", "app2 to take over")
    assert not any(app2.namespace.answers("127.0.0.1", port) for port in application_server.PORTS)
    wait_until(lambda: app2.role() == "active", "app2 to be active")
    app2.wait()
    assert failing_over.client.get(app2.address, 9191, health).status == 200
    app1.start()
    app1.wait()
    assert (app1.role(), app2.role()) == ("passive", "active")


def test_an_active_server_that_was_frozen_too_long_ends(failing_over: Farm) -> None:
    app1, app2 = failing_over.application_servers
    app1.freeze()
    wait_until(lambda: app2.role() == "active", "app2 to be active")
    app1.thaw()
    wait_until(lambda: app1.role() == "not running", "app1 to notice that it is no longer the active one")


def test_the_print_provider_reports_each_job_once_even_through_a_take_over(failing_over: Farm, job: Path) -> None:
    ps1 = failing_over.print_servers[0]
    app1, app2 = failing_over.application_servers
    ps1.reach_by_hand(APPLICATIONS, app1.mac)
    assert failing_over.client.print_smb(ps1.address, job).ok
    wait_until(lambda: len(failing_over.database.jobs()) == 1, "the first job to be logged")
    app1.kill_all()
    assert failing_over.client.print_ipp(ps1.address, job).ok
    ps1.reach_by_hand(APPLICATIONS, app2.mac)
    wait_until(lambda: len(failing_over.database.jobs()) == 2, "the second job to be logged by the other server")
    assert {logged["protocol"] for logged in failing_over.database.jobs()} == {"smb", "ipp"}


def test_a_killed_print_server_starts_again(farm: Farm, job: Path) -> None:
    ps2 = farm.print_servers[1]
    ps2.kill_all()
    assert not farm.client.print_smb(ps2.address, job).ok
    ps2.start()
    ps2.wait()
    assert farm.client.print_smb(ps2.address, job).ok
    arrived = arrivals.wait_for([ps2.tray], sha256(job))
    assert arrived is not None and arrived.server == "ps2"


def test_a_second_lab_of_the_same_prefix_is_refused_and_does_no_harm(farm: Farm) -> None:
    with pytest.raises(LabError, match="already there"):
        Farm(farm.record.prefix)
    assert farm.client.ping(farm.print_servers[0].address)


def test_removing_twice_is_no_error() -> None:
    with running_farm("twice") as made:
        assert namespaces.leftovers(made.record.prefix)
        remove(made.record.prefix)
        remove(made.record.prefix)
        assert namespaces.leftovers(made.record.prefix) == []


@pytest.mark.parametrize("prefix", ["", "-", "a/b", "x y"])
def test_a_prefix_that_is_no_name_is_refused(prefix: str) -> None:
    with pytest.raises(LabError, match="is no prefix"):
        Farm(prefix)
