"""Layer 7: what a virtual service can do with traffic, each option with a real client. Every test has a virtual service of its own."""

import json
import time
from collections.abc import Iterator

import pytest
from layer7_options import PORTS, VIP, ask, change, curl, get, halted, headers_seen, running_options, servers

from lab.commands import wait_until
from lab.small_farm import SmallFarm


@pytest.fixture(scope="module")
def web() -> Iterator[SmallFarm]:
    with running_options() as farm:
        yield farm


@pytest.mark.parametrize("path, headers, status, location", [
    ("/away/12", {}, 308, "https://a.lab/x%20y?z=1#top"),
    ("/away/x", {}, 200, None),
    ("/a?b=c", {"Host": "old.LAB:80"}, 302, "http://b.lab/a?b=c"),
    ("/a.secure?b", {"Host": "c.lab"}, 301, "https://c.lab/a.secure?b"),
    ("/?debug=", {}, 403, None),
    ("/?debugger=1", {}, 200, None),
    ("/?q=abc", {}, 429, None),
    ("/second/x", {}, 200, None),
])
def test_rules_decide_in_their_order(web: SmallFarm, path: str, headers: dict, status: int, location: str) -> None:
    answer = get(web, "Rules", path, headers)
    assert (answer.status, answer.headers.get("location")) == (status, location)


def test_a_rule_uses_its_real_servers(web: SmallFarm) -> None:
    assert servers(web, "Rules") == {"rs1", "rs2"}
    before = web.balancer.api.real_server("Rules", "RS2")["traffic"]["total"]
    assert servers(web, "Rules", path="/second/y", count=10) == {"rs2"}
    assert servers(web, "Rules", headers={"X-Tenant": "it's #1 \\ \"100%\""}) == {"rs1"}
    wait_until(lambda: web.balancer.api.real_server("Rules", "RS2")["traffic"]["total"] >= before + 10, "the count")
    with halted(web, "Rules", "RS2"):
        wait_until(lambda: get(web, "Rules", "/second").status == 503, "nobody to be left for the rule")
        assert servers(web, "Rules") == {"rs1"}
    wait_until(lambda: get(web, "Rules", "/second").status == 200, "it to be back")


def test_rules_of_tcp_mode_look_at_the_source(web: SmallFarm) -> None:
    assert {web.ask(VIP, PORTS["Inside"]) for _ in range(4)} == {"rs2"}
    with pytest.raises(OSError):
        web.ask(VIP, PORTS["Outside"])


def test_headers_are_changed_and_taken_literally(web: SmallFarm) -> None:
    sent = {"X-Tenant": "mine", "X-More": "one", "X-Secret": "s", "X-Old": "v12"}
    seen = headers_seen(web, "Headers", sent)
    assert seen["x-tenant"] == "it's 100% #1 \"a\" \\b"
    assert "x-secret" not in seen and seen["x-old"] == "version-12" and seen["x-more"] == "one, two"
    answer = get(web, "Headers")
    assert answer.headers["x-lab-server"] in ("1-rs", "2-rs") and answer.headers["x-frame-options"] == "DENY"


def test_strict_transport_and_compression(web: SmallFarm) -> None:
    answer = get(web, "Strict", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["strict-transport-security"] == "max-age=31104000"
    assert answer.headers["content-encoding"] == "gzip"
    assert json.loads(curl(web, "Strict", "--compressed"))["server"] in ("rs1", "rs2")
    assert "content-encoding" not in get(web, "Strict").headers
    assert "content-encoding" not in get(web, "Plain", headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("label, seen", [("Plain", "192.0.2.1, {}"), ("Keep", "192.0.2.1"), ("Replace", "{}")])
def test_what_becomes_of_a_client_s_forwarded_for(web: SmallFarm, label: str, seen: str) -> None:
    with web.client.namespace.connect(VIP, PORTS[label]) as own:
        own.sendall(b"GET / HTTP/1.0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
        body = b"".join(iter(lambda: own.recv(65536), b"")).partition(b"\r\n\r\n")[2]
    shown = {name.lower(): value for name, value in json.loads(body)["headers"].items()}["x-forwarded-for"]
    assert shown == seen.format(web.client.address)


class Kept:
    """Requests one after the other on one connection."""

    def __init__(self, farm: SmallFarm, label: str):
        self.socket = farm.client.namespace.connect(VIP, PORTS[label])
        self.stream = self.socket.makefile("rb")

    def ask(self) -> tuple[dict[str, str], dict]:
        self.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in self.stream.readline()
        headers = dict(line.decode().lower().strip().split(": ", 1) for line in iter(self.stream.readline, b"\r\n"))
        return headers, json.loads(self.stream.read(int(headers["content-length"])))


def test_connections_live_as_long_as_is_said(web: SmallFarm) -> None:
    assert Kept(web, "Close").ask()[0]["connection"] == "close"
    plain, closing, pretending = (Kept(web, label) for label in ("Plain", "ServerClose", "Pretend"))
    first, second = closing.ask()[1], closing.ask()[1]
    assert "close" in {name.lower(): value for name, value in first["headers"].items()}["connection"]
    assert first["client_port"] != second["client_port"] or first["server"] != second["server"]
    assert "connection" not in {name.lower() for name in pretending.ask()[1]["headers"]}
    assert "connection" not in {name.lower() for name in plain.ask()[1]["headers"]}


@pytest.mark.parametrize("label, is_shared", [("Shared", True), ("Alone", False)])
def test_connections_to_real_servers_are_shared_as_is_said(web: SmallFarm, label: str, is_shared: bool) -> None:
    ports = {Kept(web, label).ask()[1]["client_port"] for _ in range(6)}
    assert (len(ports) < 6) == is_shared, ports


def is_taken_over(farm: SmallFarm, label: str, requests: int) -> bool:
    """Whether a second client's first request goes by the first one's connection, which has had so many."""
    first, second = Kept(farm, label), Kept(farm, label)
    for _ in range(requests):
        port = first.ask()[1]["client_port"]
    return second.ask()[1]["client_port"] == port


# Each time HAProxy's threads may have the two clients apart, so one of many is enough.
@pytest.mark.parametrize("label, after_one, after_two", [("Shared", True, True), ("Aggressive", False, True),
                                                         ("Safe", False, False), ("Alone", False, False)])
def test_a_first_request_goes_by_another_s_connection_as_is_said(web: SmallFarm, label: str, after_one: bool,
                                                                 after_two: bool) -> None:
    assert any(is_taken_over(web, label, 1) for _ in range(8)) == after_one
    assert any(is_taken_over(web, label, 2) for _ in range(8)) == after_two


@pytest.mark.parametrize("label, status", [("Plain", 400), ("Lenient", 200)])
def test_requests_that_break_the_rules(web: SmallFarm, label: str, status: int) -> None:
    with web.client.namespace.connect(VIP, PORTS[label]) as own:
        own.sendall(b"GET /\xe4 HTTP/1.0\r\n\r\n")
        assert int(own.recv(4096).split()[1]) == status


def test_http_2_with_clients(web: SmallFarm) -> None:
    version = ["--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
    assert curl(web, "Plain", *version) == "2 200"
    load = web.client.run(["h2load", "-n", "100", "-c", "4", "-m", "10", f"http://{VIP}:{PORTS['Plain']}/"]).stdout
    assert "100 succeeded" in load
    refused = web.client.run(["curl", "-sS", "--max-time", "5", *version, f"http://{VIP}:{PORTS['OneOnly']}/"],
                             check=False)
    assert refused.stdout != "2 200"
    assert curl(web, "OneOnly", "-o", "/dev/null", "-w", "%{http_version} %{http_code}") == "1.1 200"


def test_http_2_with_real_servers(web: SmallFarm) -> None:
    with web.client.namespace.connect(VIP, PORTS["ServerH2"]) as own:
        own.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        said = web.servers[0].directory / "raw"
        wait_until(lambda: said.exists() and b"PRI * HTTP/2.0\r\n\r\nSM" in said.read_bytes(), "it to be said")


def test_the_proxy_protocol_may_speak_of_tls(web: SmallFarm) -> None:
    seen = ask(web, "Certified")
    assert (seen["proxy"], seen["proxied_client"]) == ("v2", web.client.address)


def test_real_servers_see_the_client_itself(web: SmallFarm) -> None:
    assert ask(web, "Transparent")["client"] == web.client.address
    assert ask(web, "Plain")["client"] == "10.77.1.2"
    rules = web.balancer.run(["ip", "rule"]).stdout
    assert "from 10.77.1.21 ipproto tcp sport 8080 lookup 30120" in rules
    change(web, "Transparent", transparent_proxy=False)
    wait_until(lambda: "30120" not in web.balancer.run(["ip", "rule"]).stdout, "the rules to be gone")
    wait_until(lambda: ask(web, "Transparent")["client"] == "10.77.1.2", "the load balancer's own address")


def test_real_servers_see_the_client_itself_by_ipv6(web: SmallFarm) -> None:
    assert ask(web, "Transparent6")["client"] == web.client.address6
    assert servers(web, "Transparent6") == {"rs1", "rs2"}
    assert "from fd77:0:0:1::21 ipproto tcp sport 8080 lookup 30120" in web.balancer.run(["ip", "-6", "rule"]).stdout
    change(web, "Transparent6", transparent_proxy=False)
    wait_until(lambda: "30120" not in web.balancer.run(["ip", "-6", "rule"]).stdout, "the rules to be gone")
    wait_until(lambda: ask(web, "Transparent6")["client"] == "fd77:0:0:1::2", "the load balancer's own address")


def test_a_backup_waits_for_its_turn(web: SmallFarm) -> None:
    assert servers(web, "Backup") == {"rs1"}
    with halted(web, "Backup", "RS1"):
        wait_until(lambda: servers(web, "Backup") == {"rs2"}, "the backup to take over")
    wait_until(lambda: servers(web, "Backup") == {"rs1"}, "the first to be back")


def test_a_slow_start_begins_with_a_tenth(web: SmallFarm) -> None:
    with halted(web, "Slow", "RS1"):
        wait_until(lambda: servers(web, "Slow") == {"rs2"}, "the halt")
    wait_until(lambda: servers(web, "Slow", 22) == {"rs1", "rs2"}, "some for it")
    assert sum(ask(web, "Slow")["server"] == "rs1" for _ in range(22)) in (1, 2, 3)


def test_an_agent_says_weight_and_drain(web: SmallFarm) -> None:
    told = web.balancer.run_directory / "haproxy" / "haproxy.cfg"
    section = "listen Agent\n"
    wait_until(lambda: "RS1 10.77.1.21:8080 weight 75\n" in told.read_text().partition(section)[2], "the weight")
    wait_until(lambda: servers(web, "Agent") == {"rs1"}, "the drain")


def test_a_drained_server_may_forget_its_clients(web: SmallFarm) -> None:
    own = {"Cookie": "SERVERID=RS1"}
    assert servers(web, "Forgetful", headers=own) == {"rs1"}
    with halted(web, "Forgetful", "RS1", "drain"):
        wait_until(lambda: servers(web, "Forgetful", headers=own) == {"rs2"}, "known clients to go elsewhere")


def test_a_fallback_may_keep_its_clients(web: SmallFarm) -> None:
    with halted(web, "Fallback", "RS1"):
        wait_until(lambda: servers(web, "Fallback") == {"rs2"}, "the fallback to answer")
    assert servers(web, "Fallback") == {"rs2"}


@pytest.mark.parametrize("label, waits", [("Full", False), ("NotFull", True)])
def test_the_limit_grows_until_the_service_is_full(web: SmallFarm, label: str, waits: bool) -> None:
    connect = web.client.namespace.connect
    with connect(VIP, PORTS[label]) as slow, connect(VIP, PORTS[label]) as own:
        slow.sendall(b"GET /slow?4 HTTP/1.0\r\n\r\n")
        wait_until(lambda: web.balancer.api.real_server(label, "RS1")["traffic"]["connections"] == 1, "it to be busy")
        asked = time.monotonic()
        own.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"200" in own.recv(4096)[:20]
        slow.setblocking(False)
        if waits:
            assert slow.recv(20), "the slow one was answered before"
        else:
            with pytest.raises(BlockingIOError):
                slow.recv(20)
        assert time.monotonic() - asked < 8.0


@pytest.mark.parametrize("label, is_kept_alive", [("Inside", True), ("NoKeepalive", False)])
def test_the_kernel_asks_silent_clients(web: SmallFarm, label: str, is_kept_alive: bool) -> None:
    with web.client.namespace.connect(VIP, PORTS[label]) as own:
        own.sendall(b"hello\n")
        assert own.recv(4096)
        timers = web.balancer.run(["ss", "-tnoH", "state", "established", "sport", f"= :{PORTS[label]}"]).stdout
        assert ("timer:(keepalive" in timers) == is_kept_alive, timers


def test_manual_lines_are_in_force_and_blamed_by_their_number(web: SmallFarm) -> None:
    assert get(web, "Plain").headers["x-manual"] == "yes # it is"
    change(web, "Keep", manual_configuration="option abortonclose\nbogus thing")
    web.balancer.wait_for_service("Keep", "failed")
    reason = web.balancer.api.virtual_service("Keep")["reason"]
    assert "line 2 of manual_configuration" in reason and "unknown keyword 'bogus'" in reason
    assert headers_seen(web, "Keep") and servers(web, "Plain") == {"rs1", "rs2"}, "what was there serves"
    change(web, "Keep", manual_configuration="")
    web.balancer.wait_for_service("Keep", "up")


def test_rules_are_set_by_the_command_line(web: SmallFarm) -> None:
    rules = [{"label": "no", "action": "deny", "status": 410}]
    web.balancer.evenkeel("layer7-service", "edit", "Replace", "--rules", json.dumps(rules), "--http-hsts")
    wait_until(lambda: get(web, "Replace").status == 410, "the rule")
    assert "strict-transport-security" in get(web, "Replace").headers
    refused = web.balancer.evenkeel("layer7-service", "edit", "Replace", "--rules", '[{"label": "a b"}]', check=False)
    assert refused.returncode != 0 and "rules[0]" in refused.stderr
    web.balancer.evenkeel("layer7-service", "edit", "Replace", "--reset", "rules,http-hsts")
    wait_until(lambda: get(web, "Replace").status == 200, "no rule")
