"""The guide's three virtual services, in direct routing: printing, finding the printer, the Application Servers."""

import os
import ssl
from pathlib import Path

import pytest

from lab import cups, discovery, guide
from lab.commands import wait_until
from lab.farm import APPLICATIONS, PRINTING, Farm
from lab.printing import Printing


@pytest.fixture
def printing(papercut: Farm) -> Printing:
    return Printing(papercut)


def test_jobs_arrive_whole_at_the_first_attempt_and_both_servers_print(papercut: Farm, printing: Printing) -> None:
    jobs = printing.make_jobs(12, lambda index: 50_000 * (index + 1))
    printing.print_all(jobs)
    assert [job.number for job in jobs if not job.ok or job.failures] == []
    assert {arrival.server for job in jobs for arrival in job.arrived} == {"ps1", "ps2"}
    assert all(len(job.arrived) == 1 for job in jobs)


def test_lp_prints_through_the_virtual_address(papercut: Farm, tmp_path: Path) -> None:
    job = tmp_path / "job.bin"
    job.write_bytes(os.urandom(100_000))
    outcome = papercut.client.print_lp(PRINTING, job)
    assert outcome.ok, outcome.output
    wait_until(lambda: any(found.title == "job.bin" for tray in papercut.trays for found in tray.arrivals()),
               "the job to arrive")


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dns_service_discovery_leads_to_the_virtual_address(papercut: Farm, transport: str) -> None:
    for name, kind, wanted in ((discovery.SERVICE, "PTR", discovery.INSTANCE.lower()),
                               (discovery.INSTANCE, "SRV", f"{cups.PORT} {discovery.SERVER_NAME}"),
                               (discovery.SERVER_NAME, "A", PRINTING)):
        found = papercut.client.dig(PRINTING, name, kind, transport)
        assert found.ok and wanted in found.output.lower(), found.output


def test_an_answer_too_long_for_a_datagram_comes_over_tcp(papercut: Farm) -> None:
    found = papercut.client.dig(PRINTING, discovery.MANY, "PTR", "+noedns")
    assert len(found.output.splitlines()) == discovery.MANY_COUNT


def test_both_print_servers_answer_dns(papercut: Farm) -> None:
    seen = {papercut.client.dig(PRINTING, discovery.WHO, "TXT").output.strip() for _ in range(30)}
    assert seen == {'"ps1"', '"ps2"'}


def test_only_the_active_application_server_gets_clients(papercut: Farm) -> None:
    answers = [papercut.client.get(APPLICATIONS, 9191, "/user") for _ in range(10)]
    assert {(answer.status, answer.server) for answer in answers} == {(200, papercut.active().name)}


def test_redirects_keep_the_host_that_the_client_asked_for(papercut: Farm) -> None:
    answer = papercut.client.get(APPLICATIONS, 9191, "/", {"Host": "papercut.lab.test:9191"})
    assert (answer.status, answer.headers["Location"]) == (302, "http://papercut.lab.test:9191/user")


def test_the_other_ports_follow_the_one_check(papercut: Farm) -> None:
    with papercut.client.namespace.connect(APPLICATIONS, 9193) as device:
        assert device.recv(100).startswith(b"stand-in")
    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE
    with tls.wrap_socket(papercut.client.namespace.connect(APPLICATIONS, 9192)) as secure:
        secure.sendall(b"GET /user HTTP/1.0\r\n\r\n")
        assert f"X-Lab-Server: {papercut.active().name}".encode() in secure.recv(4096)


def test_print_servers_reach_the_application_servers_through_the_virtual_address(papercut: Farm,
                                                                                 printing: Printing) -> None:
    printing.print_all(printing.make_jobs(4, lambda index: 1000))
    printed = sum(len(tray.arrivals()) for tray in papercut.trays)
    wait_until(lambda: len(papercut.database.jobs()) == printed, f"{printed} jobs to be logged")


def test_status_shows_the_passive_server_as_down_and_the_rest_as_up(papercut: Farm) -> None:
    states = {service["label"]: service["state"] for service in papercut.balancer.api.status()["virtual_services"]}
    assert states == {guide.APPLICATION_SERVICE: "degraded", guide.PRINT_SERVICE: "up", guide.MOBILITY_SERVICE: "up"}
    text = papercut.balancer.evenkeel("status").stdout
    assert all(word in text for word in (*states, "PS1", "PS2", "App_Svr1", "App_Svr2"))


def test_evenkeeld_is_small(papercut: Farm) -> None:
    assert papercut.balancer.resident_kilobytes() < 40 * 1024
