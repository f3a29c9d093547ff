"""PaperCut's health key is in the configuration, and nowhere to be seen."""

import json
from pathlib import Path

import pytest

from lab import guide
from lab.farm import Farm

SERVICE = guide.APPLICATION_SERVICE
COMMANDS = [
    ["status"], ["status", "--json"], ["configuration"], ["configuration", "--json"], ["schema"],
    ["virtual-service", "list"], ["virtual-service", "list", "--json"],
    ["virtual-service", "show", SERVICE], ["virtual-service", "show", SERVICE, "--json"],
    ["real-server", "list", SERVICE], ["revisions", "list"], ["revisions", "list", "--json"],
    ["revisions", "show", "1"], ["revisions", "show", "1", "--json"], ["revisions", "diff", "1", "3"],
    ["events"], ["events", "--json"], ["counters"], ["connections", "--json"],
    ["explain", SERVICE, "10.77.0.10:40000"],
    ["real-server", "explain", SERVICE, "App_Svr1"], ["real-server", "explain", SERVICE, "App_Svr1", "--json"],
    ["real-server", "test", SERVICE, "App_Svr1"], ["real-server", "test", SERVICE, "App_Svr1", "--json"],
    ["real-server", "test", SERVICE, "App_Svr1", "--request", "{request}&more=1"],
    ["virtual-service", "edit", SERVICE, "--check-request", "{request}", "--dry-run"],
    ["virtual-service", "edit", SERVICE, "--check-request", "{request}&more=1", "--dry-run", "--json"],
    ["virtual-service", "edit", SERVICE, "--check-request", "no slash {request}"],
    ["virtual-service", "duplicate", SERVICE, "Copy", "--dry-run"],
]
TARGETS = [
    "/api/v1/status", "/api/v1/configuration", "/api/v1/virtual-services", f"/api/v1/virtual-services/{SERVICE}",
    "/api/v1/revisions", "/api/v1/revisions/1", "/api/v1/revisions/1/diff/2", "/api/v1/connections", "/api/v1/persistence", "/api/v1/counters",
    "/api/v1/schema", f"/api/v1/explain?virtual_service={SERVICE}&client=10.77.0.10:40000",
    f"/api/v1/virtual-services/{SERVICE}/real-servers/App_Svr1/health",
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_shows_the_key(papercut: Farm, arguments: list[str]) -> None:
    request = guide.HEALTH_REQUEST + papercut.key
    done = papercut.balancer.evenkeel(*(word.format(request=request) for word in arguments), check=False)
    output = done.stdout + done.stderr
    assert done.returncode in (0, 1) and output
    assert papercut.key not in output


@pytest.mark.parametrize("target", TARGETS)
def test_no_answer_of_the_api_shows_the_key(papercut: Farm, target: str) -> None:
    status, answer = papercut.balancer.api.request("GET", target)
    assert status == 200
    assert papercut.key not in json.dumps(answer)


def test_a_masked_configuration_still_says_what_is_asked_for(papercut: Farm) -> None:
    shown = papercut.balancer.api.get(f"/api/v1/virtual-services/{SERVICE}")
    assert "/api/health/application-server/status?disk-threshold-mb=1" in json.dumps(shown)


def test_giving_the_masked_configuration_back_keeps_the_key(papercut: Farm, tmp_path: Path) -> None:
    document = tmp_path / "farm.json"
    document.write_text(papercut.balancer.evenkeel("configuration").stdout)
    planned = json.loads(papercut.balancer.evenkeel("apply", "--file", str(document), "--dry-run", "--json").stdout)
    assert planned["plan"]["changes"] == []


def test_root_can_have_it_in_plain_when_asked_for(papercut: Farm) -> None:
    assert papercut.key in json.dumps(papercut.balancer.api.get("/api/v1/configuration?secrets=plain"))


def test_neither_log_nor_run_directory_nor_failed_check_has_it(papercut: Farm) -> None:
    active = papercut.active()
    label = "App_Svr1" if active.name == "app1" else "App_Svr2"
    passive = "App_Svr2" if label == "App_Svr1" else "App_Svr1"
    reason = papercut.balancer.api.real_server(SERVICE, passive)["reason"]
    assert reason and papercut.key not in reason
    balancer = papercut.balancer
    files = [balancer.daemon.log, *(path for path in balancer.run_directory.rglob("*") if path.is_file())]
    assert [path.name for path in files if papercut.key.encode() in path.read_bytes()] == []
