"""The guide's chapter 12, with its values: PaperCut in layer-7 SNAT mode."""

from collections.abc import Iterator

import pytest
from conftest import _FAST, running_farm

from lab import guide
from lab.commands import wait_until
from lab.farm import Farm, Options
from lab.method import Method
from lab.printing import Printing


@pytest.fixture(scope="module")
def printing_farm() -> Iterator[Farm]:
    """The guide's chapter 12, all green."""
    with running_farm("ch12", Options(take_over_time=1.0), Method.LAYER7) as made:
        made.balancer.start()
        guide.configure(made, _FAST)
        guide.wait_until_green(made)
        yield made


def test_chapter_12_prints_and_finds_the_application_server(printing_farm: Farm) -> None:
    printing = Printing(printing_farm)
    jobs = printing.make_jobs(9, lambda index: 40_000 * (index + 1))
    printing.print_all(jobs)
    assert [job.number for job in jobs if not job.ok or job.failures] == []
    assert {arrival.server for job in jobs for arrival in job.arrived} == {"ps1", "ps2"}
    answers = [printing_farm.client.get(printing_farm.applications, 9191, "/user") for _ in range(10)]
    assert {(answer.status, answer.server) for answer in answers} == {(200, printing_farm.active().name)}


def test_chapter_12_over_the_api_is_what_the_commands_made(printing_farm: Farm) -> None:
    api = printing_farm.balancer.api
    made = api.get("/api/v1/layer7-services")["layer7_services"]
    assert [(one["label"], one["ports"], one["mode"]) for one in made] == [
        (guide.APPLICATION_SERVICE, "9191,9192,9193", "tcp"), (guide.PRINT_SERVICE, "445", "tcp"),
        (guide.MOBILITY_SERVICE, "53,9163,9164", "tcp")]
    whole = api.get("/api/v1/configuration?secrets=masked")["configuration"]
    status, answer = api.request("PUT", "/api/v1/configuration", whole)
    assert (status, answer["plan"]["changes"]) == (200, [])


def test_chapter_12_a_long_print_job_survives_reloads(printing_farm: Farm) -> None:
    before = printing_farm.balancer.api.status()["layer7"]["old_workers"]
    with printing_farm.client.namespace.connect(printing_farm.printing, 9163) as own:
        own.sendall(b"POST /printers/printer HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
        for timeout in (60, 61):
            status, answer = printing_farm.balancer.api.request(
                "PATCH", f"/api/v1/layer7-services/{guide.MOBILITY_SERVICE}", {"server_timeout": timeout})
            assert status == 200, answer
        wait_until(lambda: printing_farm.balancer.api.status()["layer7"]["old_workers"] > before, "an old worker")
        own.sendall(b"abcd")
        assert own.recv(100).startswith(b"HTTP/1.")
