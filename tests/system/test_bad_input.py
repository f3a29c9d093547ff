"""Whatever is wrong with a change: a clear error with its place, and nothing has changed."""

import json
import socket
from collections.abc import Iterator

import pytest
from conftest import running_small_farm

from lab.small_farm import LABEL, Conversation, SmallFarm, service


@pytest.fixture(scope="module")
def running() -> Iterator[SmallFarm]:
    with running_small_farm("bad") as farm:
        farm.start_balancer()
        yield farm


def snapshot(farm: SmallFarm) -> tuple[int, str]:
    answer = farm.balancer.api.get("/api/v1/configuration")
    return answer["revision"], json.dumps(answer["configuration"], sort_keys=True)


BAD = {
    "unknown key": ({"virtual_services": [service(colour="red")]}, "$.virtual_services[0].colour"),
    "bad address": ({"virtual_services": [service(address="10.77.0.300")]}, "$.virtual_services[0].address"),
    "bad ports": ({"virtual_services": [service(ports="80,70000")]}, "$.virtual_services[0].ports"),
    "bad weight": ({"virtual_services": [service(real_servers=[
        {"label": "A", "address": "10.77.0.21", "weight": -1}])]}, "$.virtual_services[0].real_servers[0].weight"),
    "wrong type": ({"virtual_services": "none"}, "$.virtual_services"),
    "same label twice": ({"virtual_services": [service(), service(address="10.77.0.111")]}, "$.virtual_services[1]"),
    "same port twice": ({"virtual_services": [service(), service("Other")]}, "$.virtual_services[1]"),
    "families mixed": ({"virtual_services": [service(real_servers=[{"label": "A", "address": "fd77::21"}])]},
                       "$.virtual_services[0].real_servers[0]"),
    "no label": ({"virtual_services": [{"address": "10.77.0.110", "ports": "80"}]}, "$.virtual_services[0]"),
    "bad pattern": ({"virtual_services": [service(health_check={"type": "negotiate", "response_expected": "("})]},
                    "$.virtual_services[0].health_check.response_expected"),
}


@pytest.mark.parametrize(("document", "path"), BAD.values(), ids=BAD.keys())
def test_a_bad_document_is_refused_with_its_place(running: SmallFarm, document: dict, path: str) -> None:
    before = snapshot(running)
    status, answer = running.balancer.api.request("PUT", "/api/v1/configuration", document)
    assert status == 400
    assert any(problem["path"].startswith(path) for problem in answer["error"]["problems"]), answer
    refused = running.apply(document, check=False)
    assert refused.returncode == 1 and path in refused.stderr
    assert snapshot(running) == before
    assert set(running.ask_many(4)) <= {"rs1", "rs2"}


def test_all_problems_come_at_once(running: SmallFarm) -> None:
    document = {"virtual_services": [service(address="nowhere", ports="0", colour="red")]}
    _, answer = running.balancer.api.request("PUT", "/api/v1/configuration", document)
    assert len(answer["error"]["problems"]) == 3


NO_JSON = [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"virtual_services": [' + b"[" * 10_000,
           b'{"virtual_services": [], "virtual_services": []}x']


@pytest.mark.parametrize("body", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_no_json_is_refused(running: SmallFarm, body: bytes) -> None:
    before = snapshot(running)
    status, answer = running.balancer.api.request("PUT", "/api/v1/configuration", body)
    assert status == 400 and answer["error"]["message"]
    assert snapshot(running) == before


NO_HTTP = [
    b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9.9\r\n\r\n",
    b"PUT /api/v1/configuration HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
]


@pytest.mark.parametrize("raw", NO_HTTP, ids=range(len(NO_HTTP)))
def test_what_is_no_http_does_no_harm(running: SmallFarm, raw: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2.0)
        connection.connect(str(running.balancer.api.path))
        try:
            connection.sendall(raw)
            connection.recv(4096)
        except OSError:
            pass  # to hang up is an answer as well
    assert running.balancer.is_answering()


def test_a_real_server_that_is_not_on_link_is_refused_with_the_reason(running: SmallFarm) -> None:
    before = snapshot(running)
    refused = running.balancer.evenkeel("real-server", "add", LABEL, "Far", "--address", "192.0.2.7", check=False)
    assert refused.returncode == 1
    assert "192.0.2.7" in refused.stderr and "subnet" in refused.stderr
    assert snapshot(running) == before


@pytest.mark.parametrize("arguments", [
    ["no-such-command"], ["virtual-service", "add"], ["real-server", "add", LABEL, "X"],
    ["real-server", "edit", LABEL, "RS1", "--weight", "many"]], ids=" ".join)
def test_a_command_line_that_makes_no_sense_is_a_usage_error(running: SmallFarm, arguments: list[str]) -> None:
    before = snapshot(running)
    refused = running.balancer.evenkeel(*arguments, check=False)
    assert refused.returncode == 2 and refused.stderr
    assert snapshot(running) == before


@pytest.mark.parametrize("method_and_target", [
    "GET /api/v1/virtual-services/Nobody", "DELETE /api/v1/virtual-services/Nobody",
    f"PATCH /api/v1/virtual-services/{LABEL}/real-servers/Nobody", "GET /api/v1/revisions/999", "GET /api/v1/nothing",
    "GET /"])
def test_what_is_not_there_is_404(running: SmallFarm, method_and_target: str) -> None:
    method, target = method_and_target.split()
    status, answer = running.balancer.api.request(method, target, {} if method == "PATCH" else None)
    assert status == 404 and answer["error"]["code"] == "not_found"


def test_a_label_that_is_taken_is_a_conflict(running: SmallFarm) -> None:
    assert running.balancer.api.request("POST", "/api/v1/virtual-services", service())[0] in (400, 409)


def test_a_dry_run_shows_the_plan_and_changes_nothing(running: SmallFarm) -> None:
    before = snapshot(running)
    wanted = {"virtual_services": [service(scheduler="maglev")]}
    planned = json.loads(running.apply(wanted, "--dry-run", "--json").stdout)
    assert planned["dry_run"] and planned["revision"] is None
    assert any(field["field"] == "scheduler" for change in planned["plan"]["changes"] for field in change["fields"])
    assert snapshot(running) == before


def test_a_change_made_from_an_old_revision_is_a_conflict(running: SmallFarm) -> None:
    revision, _ = before = snapshot(running)
    status, _ = running.balancer.api.request("PUT", f"/api/v1/configuration?expected_revision={revision - 1}",
                                             {"virtual_services": []})
    assert status == 409
    assert snapshot(running) == before


def test_rolling_back_brings_the_old_configuration_and_keeps_connections(small: SmallFarm) -> None:
    small.start_balancer()
    first, configuration = snapshot(small)
    with Conversation(small.client) as conversation:
        server = conversation.ask()["server"]
        small.balancer.evenkeel("virtual-service", "edit", LABEL, "--scheduler", "weighted_round_robin")
        assert snapshot(small)[1] != configuration
        small.balancer.evenkeel("revisions", "restore", str(first))
        assert snapshot(small) == (first + 2, configuration)
        assert conversation.ask()["server"] == server
