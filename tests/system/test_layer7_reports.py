"""What layer 7 reports: connections, persistence, traffic, response times, workers and HAProxy's log, by API and command."""

import contextlib
import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest
from layer7_web import LABEL, VIP, ask, ask_on, change, haproxy, proxy_events, running_web, servers, service, start

from lab.commands import wait_until
from lab.small_farm import SmallFarm

LOG = "/api/v1/logs/haproxy"


@pytest.fixture
def web() -> Iterator[SmallFarm]:
    with running_web() as farm:
        yield farm


def connections(farm: SmallFarm, query: str = "") -> list[dict]:
    return farm.balancer.api.get("/api/v1/connections" + query)["connections"]


def test_connections_are_in_the_report_of_layer_4(web: SmallFarm) -> None:
    start(web, service(mode="tcp"))
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(web.client.namespace.connect(VIP, 80))
        server = ask_on(own)
        client, port = own.getsockname()[:2]
        found = [row for row in connections(web) if row["source"] == f"{client}:{port}"]
        assert len(found) == 1
        row = found[0]
        assert (row["layer"], row["protocol"], row["state"]) == (7, "TCP", "ESTABLISHED")
        assert (row["virtual"], row["virtual_service"]) == (f"{VIP}:80", LABEL)
        assert (row["real_server"], row["destination"][:-5]) == (server.upper(), f"10.77.0.2{server[-1]}")
        assert row["source_address"].startswith(web.balancer.address)
        assert row["bytes_in"] > 20 and row["bytes_out"] > 20 and row["age"] < 60
        # Those of an old worker are in it too.
        change(web, client_timeout=50)
        wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "a reload")
        wait_until(lambda: any(one["source"] == f"{client}:{port}" for one in connections(web)), "the old connection")
        assert connections(web, f"?virtual_service={LABEL}&real_server={'RS2' if server == 'rs1' else 'RS1'}") == []
        assert connections(web, "?layer=4") == []
        assert len(connections(web, f"?layer=7&client={client}&state=established")) == 1
        assert f"{client}:{port}" in web.balancer.evenkeel("connections", "--virtual-service", LABEL).stdout
    wait_until(lambda: connections(web) == [], "it to be gone")


# HAProxy looks for an older worker for five seconds after its first start, and hands nothing on before it has given up.
def hands_on(web: SmallFarm) -> bool:
    with socket.socket(socket.AF_UNIX) as runtime:
        runtime.connect(str(web.balancer.run_directory / "haproxy" / "runtime.sock"))
        runtime.sendall(b"show peers\n")
        answer = b"".join(iter(lambda: runtime.recv(4096), b"")).decode()
    return int(re.search(r"disabled=0 flags=(0x[0-9a-f]+)", answer)[1], 16) & 3 == 3


def test_persistence_is_readable_and_clearable_and_survives_a_reload(web: SmallFarm) -> None:
    start(web, service(persistence="source_ip"))
    first = servers(web, 3)
    assert len(first) == 1
    path = "/api/v1/persistence"

    def remembered(query: str = "") -> list[dict]:
        return web.balancer.api.get(path + query)["persistence"]

    entry = remembered()[0]
    assert (entry["client"], entry["virtual_service"]) == (f"{web.client.address}/32", LABEL)
    assert entry["real_server"].lower() in first and entry["destination"] == f"10.77.0.2{entry['real_server'][-1]}"
    assert 1700 < entry["expire"] <= 1800
    wait_until(lambda: hands_on(web), "a worker that hands on what it knows")
    change(web, client_timeout=50)
    wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "a reload")
    wait_until(lambda: len(remembered(f"?virtual_service={LABEL}&layer=7")) == 1, "the new worker to know it")
    for query, cleared in ((f"?virtual_service={LABEL}&client=10.77.0.99", 0), ("?client=10.77.0.0/24", 1)):
        status, answer = web.balancer.api.request("DELETE", path + query)
        assert (status, answer) == (200, {"cleared": cleared})
    assert remembered() == []
    assert web.balancer.api.request("DELETE", path + "?virtual_service=None")[0] == 404
    # The next connection is scheduled anew.
    change(web, real_servers=[dict(one, weight=0 if one["label"].lower() in first else 100)
                              for one in service()["real_servers"]])
    wait_until(lambda: servers(web, 1) != first, "the other server")
    assert "1 persistence entr" in web.balancer.evenkeel("events").stdout
    assert "One persistence entry cleared" in web.balancer.evenkeel(
        "persistence", "clear", "--virtual-service", LABEL).stdout


def test_traffic_and_response_times(web: SmallFarm) -> None:
    start(web, service())

    def row() -> dict:
        for _ in range(5):
            ask(web)
        return web.balancer.api.get("/api/v1/traffic")["layer7_services"][0]

    def is_seen(one: dict) -> bool:
        return bool(one["rates"]["1s"]) and one["rates"]["1s"]["connections"] > 0 and one["rates"]["1s"]["bytes_out"] > 0

    wait_until(lambda: is_seen(row()), "rates of the service", interval=0.3)
    wait_until(lambda: all(is_seen(one) for one in row()["real_servers"]), "and of its servers", interval=0.3)
    assert "packets" not in row()["rates"]["1s"]
    assert LABEL in web.balancer.evenkeel("traffic").stdout
    web.client.get(VIP, 80, "/slow?1")

    def traffic() -> dict:
        return web.balancer.api.virtual_service(LABEL)["traffic"]

    wait_until(lambda: traffic()["times"]["response"]["longest_ms"] >= 1000, "the slow answer to be in the times")
    before = traffic()
    assert before["answers"]["2xx"] > 5 and before["answers"]["5xx"] == 0
    assert before["most_connections"] >= 1 and before["most_rate"] >= 1
    assert "RESPONSE" in web.balancer.evenkeel("layer7", "times").stdout
    change(web, client_timeout=50)
    wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "a reload")
    wait_until(lambda: 0 < traffic()["answers"]["2xx"], "the new worker's count")
    assert traffic()["answers"]["2xx"] >= before["answers"]["2xx"], "a reload does not begin anew"


def test_workers_are_listed_and_retired(web: SmallFarm) -> None:
    start(web, service(mode="tcp"))
    with web.client.namespace.connect(VIP, 80) as own:
        ask_on(own)
        change(web, client_timeout=50)
        wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "a reload")

        def workers() -> list[dict]:
            return web.balancer.api.get("/api/v1/layer7/workers")["workers"]

        wait_until(lambda: [one["connections"] for one in workers() if one["old"]] == [1], "the old worker's connection")
        assert {one["pid"] for one in workers()} == set(haproxy(web)[1])
        assert "old" in web.balancer.evenkeel("layer7", "workers").stdout
    wait_until(lambda: [one["old"] for one in workers()] == [False], "the old one to end with its connection")
    whole = web.balancer.api.get("/api/v1/configuration")["configuration"]
    assert whole["layer7"]["old_worker_limit"] == 86400
    farm_told = web.balancer.run_directory / "haproxy" / "haproxy.cfg"
    web.balancer.api.request("PUT", "/api/v1/configuration", whole | {"layer7": {"old_worker_limit": 3600}})
    wait_until(lambda: "hard-stop-after 3600s" in farm_told.read_text(), "the limit")
    assert web.balancer.api.request(
        "PUT", "/api/v1/configuration", whole | {"layer7": {"old_worker_limit": 1}})[0] == 400


def test_the_log_has_what_was_asked_for_without_secrets(web: SmallFarm) -> None:
    start(web, service(log="all"))
    ask(web, "/a?token=sesame&x=1")
    api = web.balancer.api
    wait_until(lambda: api.get(LOG)["lines"], "a line")
    line = api.get(LOG)["lines"][-1]
    assert (line["virtual_service"], line["status"], line["ended"]) == (LABEL, 200, "--")
    assert line["real_server"] in ("RS1", "RS2") and line["client"].startswith(web.client.address)
    assert "/a?token=****" in line["request"] and "sesame" not in json.dumps(line)
    assert api.get(LOG + "?status=5xx")["lines"] == []
    assert api.get(LOG + f"?status=200&virtual_service={LABEL}&real_server={line['real_server']}")["lines"]
    assert api.request("GET", LOG + "?status=6xx")[0] == 400
    assert "token=****" in web.balancer.evenkeel("logs", "haproxy", "--service", LABEL, "--status", "2xx").stdout
    kept = web.balancer.state_directory / "log" / "haproxy.log"
    wait_until(lambda: "/a?token=" in kept.read_text(), "it to be in the file")
    assert "sesame" not in kept.read_text()
    # After a restart of evenkeeld HAProxy finds it again.
    web.balancer.kill()
    web.balancer.start()
    wait_until(lambda: ask(web, "/later") and api.get(LOG)["lines"], "lines after a restart")


def test_only_errors_are_logged_if_nothing_else_is_said(web: SmallFarm) -> None:
    start(web, service(server_timeout=1))
    ask(web)
    assert web.client.get(VIP, 80, "/slow?3").status == 504

    def statuses() -> set[int]:
        """Without what HAProxy says of itself."""
        return {line["status"] for line in web.balancer.api.get(LOG)["lines"] if line["client"]}

    wait_until(statuses, "the error")
    assert statuses() == {504}


def test_the_log_can_be_followed(web: SmallFarm) -> None:
    start(web, service(log="all"))
    stopped = threading.Event()
    # Again and again until the follower is there: what came before is not for it.
    asker = threading.Thread(target=lambda: [ask(web, "/followed") for _ in iter(lambda: stopped.wait(0.2), True)])
    with subprocess.Popen(web.balancer.command_line("logs", "haproxy", "--follow", "--json", "--service", LABEL),
                          stdout=subprocess.PIPE, text=True) as follower:
        asker.start()
        try:
            assert follower.stdout is not None
            assert json.loads(follower.stdout.readline())["request"] == "GET /followed HTTP/1.1"
        finally:
            follower.terminate()
            stopped.set()
            asker.join(10)
