"""The fallback page that nginx serves, and a layer-7 virtual service as the fallback of a layer-4 one."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from conftest import running_small_farm
from layer7_web import Load

from lab.client import HttpAnswer
from lab.commands import wait_until
from lab.method import Method
from lab.network import Family, bracketed
from lab.small_farm import SmallFarm

VIP, OTHER_VIP = "10.77.0.110", "10.77.0.111"
WEB = 8080
BUILT_IN = "temporarily unavailable"


@pytest.fixture
def web() -> Iterator[SmallFarm]:
    """Two web servers behind evenkeeld, which has nothing to do yet."""
    with running_small_farm("page", Method.SNAT) as farm:
        for server in farm.servers:
            server.web = server.module("web_server", ["--name", server.name, "--port", str(WEB)])
            server.web.start()
        for server in farm.servers:
            server.web.wait_for(WEB)
        farm.balancer.start()
        yield farm


CHECK_80 = {"type": "connect", "check_port": 80, "interval": 1, "timeout": 0.5, "failure_count": 1}


def curl(farm: SmallFarm, address: str, port: int = 80) -> tuple[int, str, str]:
    """Status, head and body, as the real program has them."""
    done = farm.client.run(["curl", "-si", "--max-time", "5", f"http://{bracketed(address)}:{port}/"], check=False)
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    return (int(head.split()[1]) if head else 0), head, body


def layer4(label: str, address: str, port: int, **changes: object) -> dict:
    return {
        "label": label, "address": address, "ports": str(port), "forwarding_method": "snat",
        "health_check": {"type": "connect", "check_port": WEB, "interval": 1, "timeout": 0.5, "failure_count": 1},
        "real_servers": [{"label": "RS1", "address": "10.77.0.21", "port": WEB}],
    } | changes


def layer7(label: str, address: str, port: int, **changes: object) -> dict:
    return layer4(label, address, port, **({"mode": "http"} | changes)) | {"forwarding_method": None}


def apply(farm: SmallFarm, **configuration: object) -> None:
    for service in configuration.get("layer7_services", []):
        service.pop("forwarding_method", None)
    farm.apply(configuration)


def drain(farm: SmallFarm, label: str, action: str = "drain") -> None:
    farm.balancer.evenkeel("real-server", action, label, "RS1")
    await_fallback(farm, label)


def await_fallback(farm: SmallFarm, label: str) -> None:
    wait_until(lambda: farm.balancer.api.virtual_service(label)["fallback_active"], "the fallback")


def header(answer: HttpAnswer, name: str) -> str:
    """HAProxy writes their names in small letters."""
    return {key.lower(): value for key, value in answer.headers.items()}[name.lower()]


def moment(farm: SmallFarm, kind: str) -> datetime:
    """When such an event was seen last."""
    events = [json.loads(line) for line in farm.balancer.evenkeel("events", "--json").stdout.splitlines()]
    at = next(event["at"] for event in reversed(events) if event["kind"] == kind)
    return datetime.fromisoformat(at.replace("Z", "+00:00"))


def server(farm: SmallFarm, address: str, port: int = 80) -> str:
    """Which one answers; empty: none, but the page."""
    answer = farm.client.get(address, port, "/")
    return json.loads(answer.body)["server"] if answer.status == 200 else ""


def fallback_processes(farm: SmallFarm) -> list[int]:
    """nginx's, master and workers."""
    leader = master(farm)
    found = []
    for pid in farm.balancer.namespace.pids():
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == leader:
                found.append(pid)
    return found


def page(farm: SmallFarm, address: str, port: int, path: str = "/") -> HttpAnswer:
    """As soon as it is a page."""
    found: list[HttpAnswer] = []

    def look() -> bool:
        found[:] = [farm.client.get(address, port, path)]
        return found[0].status == 503

    wait_until(look, f"the fallback page at {address}:{port}")
    return found[0]


def master(farm: SmallFarm) -> int:
    return int((farm.balancer.run_directory / "fallback" / "master.pid").read_text())


def test_port_80_answers_with_the_page_until_a_server_is_back(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 80)])
    web.balancer.wait_for_service("Web", "up")
    assert server(web, VIP, 80) == "rs1"
    drain(web, "Web")
    answer = page(web, VIP, 80, "/<script>alert(1)</script>?secret=sesame")
    assert header(answer, "Retry-After") == "30"
    assert header(answer, "Content-Type").startswith("text/html")
    assert header(answer, "Cache-Control") == "no-store"
    assert BUILT_IN in answer.body
    assert "sesame" not in answer.body and "alert" not in answer.body
    assert page(web, web.balancer.address, 9081).body == answer.body
    web.balancer.evenkeel("real-server", "online", "Web", "RS1")
    wait_until(lambda: server(web, VIP, 80) == "rs1", "the server again")


@pytest.mark.parametrize("family", list(Family), ids=lambda family: family.value)
@pytest.mark.parametrize("method", [method for method in Method if method is not Method.LAYER7],
                         ids=lambda method: method.value)
def test_each_forwarding_method_has_it_whether_servers_die_or_are_halted(method: Method, family: Family) -> None:
    with running_small_farm("pagem", method, family) as farm:
        for server in farm.servers:
            server.web = server.module("web_server", ["--name", server.name, "--port", "80"])
            server.web.start()
            server.web.wait_for(80)
        farm.balancer.start()
        apply(farm, virtual_services=[
            layer4("Web", farm.address, 80, forwarding_method=method.configured, health_check=CHECK_80,
                   real_servers=[{"label": server.name.upper(), "address": server.address_in(family)}
                                 for server in farm.servers])])
        farm.balancer.wait_for_service("Web", "up")
        farm.balancer.evenkeel("real-server", "halt", "Web", "RS1")
        assert curl(farm, farm.address)[0] == 200
        farm.servers[1].web.kill()
        await_fallback(farm, "Web")
        status, head, body = curl(farm, farm.address)
        assert status == 503 and "Retry-After: 30" in head and BUILT_IN in body
        farm.balancer.evenkeel("real-server", "online", "Web", "RS1")
        wait_until(lambda: curl(farm, farm.address)[0] == 200, "the server that is online again")


def test_every_method_and_nonsense_get_the_page(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 80)])
    drain(web, "Web")
    page(web, VIP, 80)
    for request in (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", b"DELETE /page.html HTTP/1.0\r\n\r\n",
                    b"GET /page.html HTTP/1.0\r\n\r\n", b"GET /../../etc/passwd HTTP/1.0\r\n\r\n", b"\x16\x03\x01\r\n\r\n"):
        with web.client.namespace.connect(VIP, 80) as stream:
            stream.sendall(request)
            answer = b""
            while part := stream.recv(65536):
                answer += part
        assert b" 503 " in answer.split(b"\r\n")[0], (request, answer[:200])
        assert BUILT_IN.encode() in answer


def test_other_ports_have_it_where_it_is_wanted(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 9191)])
    drain(web, "Web")
    with pytest.raises(ConnectionRefusedError):
        web.client.get(VIP, 9191, "/")
    web.balancer.evenkeel("virtual-service", "edit", "Web", "--fallback", "page")
    assert BUILT_IN in page(web, VIP, 9191).body


def test_pages_are_those_that_people_give(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 80), layer4("Own", OTHER_VIP, 80)])
    drain(web, "Web")
    drain(web, "Own")
    file = web.record.directory / "page.html"
    file.write_text("<!doctype html><p>Back at nine, for $everybody; {really}")
    web.balancer.evenkeel("fallback-page", "set", "--file", str(file))
    wait_until(lambda: page(web, VIP, 80).body == file.read_text(), "the page of all")
    own = web.record.directory / "own.html"
    own.write_text("<p>Own")
    web.balancer.evenkeel("fallback-page", "set", "Own", "--file", str(own))
    wait_until(lambda: page(web, OTHER_VIP, 80).body == "<p>Own", "its own page")
    assert page(web, VIP, 80).body == file.read_text()
    assert "<p>Own" in web.balancer.evenkeel("fallback-page", "preview", "Own").stdout
    web.balancer.evenkeel("fallback-page", "reset", "Own")
    wait_until(lambda: page(web, OTHER_VIP, 80).body == file.read_text(), "the page of all again")
    file.write_text("x" * 70_000)
    refused = web.balancer.evenkeel("fallback-page", "set", "--file", str(file), check=False)
    assert refused.returncode == 1 and "65536" in refused.stderr


class Readers(Load):
    """Clients that ask for the page."""

    def __init__(self, farm: SmallFarm, pages: set[str]):
        super().__init__(farm, clients=3)
        self.pages = pages
        self.seen: set[str] = set()

    def _ask(self) -> None:
        try:
            answer = self.farm.client.get(VIP, 80, "/")
            if answer.status != 503 or answer.body not in self.pages:
                self.failures.append(f"{answer.status} {answer.body[:80]}")
            self.seen.add(answer.body)
            self.answered += 1
        except OSError as error:
            self.failures.append(repr(error))


def test_another_text_costs_no_request(web: SmallFarm) -> None:
    pages = [f"<p>Page {number}</p>" + str(number) * 20_000 for number in range(4)]
    apply(web, virtual_services=[layer4("Web", VIP, 80)], fallback_page=pages[0])
    drain(web, "Web")
    wait_until(lambda: page(web, VIP, 80).body == pages[0], "the first text")  # not that of a test before
    before = fallback_processes(web)
    file = web.record.directory / "page.html"
    with Readers(web, set(pages)) as readers:
        for text in pages[1:]:
            file.write_text(text)
            web.balancer.evenkeel("fallback-page", "set", "--file", str(file))
            wait_until(lambda text=text: page(web, VIP, 80).body == text, "the new text")
            answered = readers.answered
            wait_until(lambda answered=answered: readers.answered > answered + 20, "some answers")
    assert readers.failures[:3] == [], f"{len(readers.failures)} of {readers.answered}"
    assert readers.seen == set(pages)
    assert fallback_processes(web) == before, "nothing was reloaded for it"


def test_it_outlives_evenkeeld_and_is_started_again_at_once(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 80)])
    drain(web, "Web")
    page(web, VIP, 80)
    before = master(web)
    web.balancer.kill()
    page(web, VIP, 80)
    web.balancer.start()
    page(web, VIP, 80)
    assert master(web) == before
    workers = set(fallback_processes(web)) - {before}
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: master(web) != before, "another nginx", 5)
    page(web, VIP, 80)
    assert moment(web, "nginx_started") - moment(web, "nginx_ended") < timedelta(seconds=5)
    wait_until(lambda: not workers & set(web.balancer.namespace.pids()), "the workers of before to end")


def test_it_has_no_rights_and_nothing_but_the_page(web: SmallFarm) -> None:
    apply(web, virtual_services=[layer4("Web", VIP, 80)])
    drain(web, "Web")
    page(web, VIP, 80)
    workers = [pid for pid in fallback_processes(web) if pid != master(web)]
    assert workers
    for pid in workers:
        fields = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
        assert "0" not in fields["Uid"].split()
        assert int(fields["CapEff"], 16) == 0
    for path in ("/lbadmin/", "/api/v1/status", "/nginx.conf", "/own-Web.html", "/files/page.html"):
        assert BUILT_IN in page(web, web.balancer.address, 9081, path).body, "there is nothing else, whatever is asked for"


def test_a_port_that_somebody_else_has_is_left_to_him(web: SmallFarm) -> None:
    other = web.balancer.module("web_server", ["--name", "mine", "--port", "80"])
    other.start()
    other.wait_for(80)
    apply(web, virtual_services=[layer4("Web", VIP, 80)])
    drain(web, "Web")
    wait_until(lambda: server(web, VIP, 80) == "mine", "the other listener")
    wait_until(lambda: f"{VIP}:80" in web.balancer.evenkeel("status").stdout, "a notice")
    assert BUILT_IN in page(web, web.balancer.address, 9081).body


@pytest.mark.parametrize("action", ["drain", "halt"])
def test_layer_7_has_the_page_and_its_own(web: SmallFarm, action: str) -> None:
    rule = {"label": "some", "action": "use_servers", "servers": "RS1",
            "conditions": [{"subject": "path", "comparison": "begins", "value": "/some"}]}
    apply(web, layer7_services=[layer7("Web", VIP, 80),
                                layer7("Own", OTHER_VIP, 80, fallback_page="<p>Own", rules=[rule])])
    for label, address in (("Web", VIP), ("Own", OTHER_VIP)):
        web.balancer.wait_for_service(label, "up")
        wait_until(lambda address=address: server(web, address, 80) == "rs1", "the server")
        drain(web, label, action)
    wait_until(lambda: BUILT_IN in page(web, VIP, 80).body, "the page through HAProxy")
    wait_until(lambda: page(web, OTHER_VIP, 80).body == "<p>Own", "its own page through HAProxy")
    assert page(web, OTHER_VIP, 80, "/some/thing").body == "<p>Own", "in place of the real servers of a rule too"
    assert header(page(web, VIP, 80), "Retry-After") == "30"
    web.balancer.evenkeel("fallback-page", "reset", "Own")
    wait_until(lambda: BUILT_IN in page(web, OTHER_VIP, 80).body, "the page of all")
    own = web.record.directory / "web.html"
    own.write_text("<p>Web's own")
    web.balancer.evenkeel("fallback-page", "set", "Web", "--file", str(own))
    wait_until(lambda: page(web, VIP, 80).body == own.read_text(), "a page of its own, later")
    web.balancer.evenkeel("fallback-page", "reset", "Web")
    web.balancer.evenkeel("real-server", "online", "Web", "RS1")
    wait_until(lambda: server(web, VIP, 80) == "rs1", "the server again")


def test_layer_7_has_the_page_when_servers_die(web: SmallFarm) -> None:
    apply(web, layer7_services=[layer7("Web", VIP, 80)])
    web.balancer.wait_for_service("Web", "up")
    wait_until(lambda: server(web, VIP, 80) == "rs1", "the server")
    web.servers[0].web.kill()
    await_fallback(web, "Web")
    wait_until(lambda: BUILT_IN in page(web, VIP, 80).body, "the page")
    web.servers[0].web.start()
    wait_until(lambda: server(web, VIP, 80) == "rs1", "the server again")


def test_a_layer_7_virtual_service_takes_over_for_a_layer_4_one(web: SmallFarm) -> None:
    backup = layer7("Backup", OTHER_VIP, 80)
    backup["real_servers"] = [{"label": "RS2", "address": "10.77.0.22", "port": WEB}]
    apply(web, layer7_services=[backup], virtual_services=[
        layer4("Web", VIP, 9191, fallback={"mode": "server", "address": OTHER_VIP, "masq": True})])
    for label in ("Web", "Backup"):
        web.balancer.wait_for_service(label, "up")
    assert server(web, VIP, 9191) == "rs1"
    drain(web, "Web")
    wait_until(lambda: server(web, VIP, 9191) == "rs2", "the layer-7 virtual service")
    assert web.balancer.api.virtual_service("Web")["fallback"]["layer7_service"] == "Backup"
    assert "fallback to layer-7 virtual service Backup active" in web.balancer.evenkeel("status").stdout
    web.balancer.evenkeel("real-server", "online", "Web", "RS1")
    wait_until(lambda: server(web, VIP, 9191) == "rs1", "the server again")


def test_udp_beside_layer_7_is_planned_together_and_works(web: SmallFarm) -> None:
    arguments = ["layer7-service", "add", "Mobility", "--address", VIP, "--ports", "9163", "--mode", "tcp",
                 "--check-port", str(WEB)]
    refused = web.balancer.evenkeel(*arguments, "--protocol", "udp", check=False)
    assert refused.returncode != 0
    plan = web.balancer.evenkeel(*arguments, "--udp-companion", "7000", "--dry-run").stdout
    assert "Mobility" in plan and "Mobility_UDP" in plan
    web.balancer.evenkeel(*arguments)
    web.balancer.evenkeel("layer7-server", "add", "Mobility", "RS1", "--address", "10.77.0.21", "--port", str(WEB))
    web.balancer.evenkeel("layer7-service", "udp-companion", "Mobility", "--ports", "7000")
    web.balancer.wait_for_service("Mobility_UDP", "up")
    assert web.tell(b"over UDP")["server"] == "rs1"
