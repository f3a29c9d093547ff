"""Layer 7: what a virtual service can do with traffic, each option with a real client. There is one evenkeeld and one
HAProxy; every test has a virtual service of its own, on a port of its own."""

import contextlib
import json
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import running_small_farm

from lab.client import HttpAnswer
from lab.commands import run, wait_until
from lab.method import Method
from lab.small_farm import PORT as TELLER
from lab.small_farm import SmallFarm

VIP, VIP6 = "10.77.0.110", "fd77::110"
WEB, WEB_PROXIED, TLS, AGENT = 8080, 8081, 8443, 3333
FIRST_PORT = 8001


def to_both(port: int, **of_second: object) -> list[dict]:
    return [{"label": "RS1", "address": "10.77.1.21", "port": port},
            {"label": "RS2", "address": "10.77.1.22", "port": port} | of_second]


def when(subject: str, value: str = "", **more: object) -> dict:
    return {"subject": subject, "value": value} | more


RULES = [
    {"label": "second", "action": "use_servers", "servers": "RS2",
     "conditions": [when("path", "/second", comparison="begins")]},
    {"label": "not-second", "action": "deny", "status": 404, "conditions": [when("path", "/second/x")]},
    {"label": "away", "action": "redirect_location", "location": "https://a.lab/x%20y?z=1#top", "status": 308,
     "conditions": [when("path", r"^/away/[0-9]+$", comparison="matches")]},
    {"label": "moved", "action": "redirect_prefix", "location": "http://b.lab",
     "conditions": [when("host", "OLD.lab")]},
    {"label": "secure", "action": "redirect_scheme", "location": "https", "status": 301,
     "conditions": [when("path", ".secure", comparison="ends"), when("method", "POST", negate=True)]},
    {"label": "tenant", "action": "use_servers", "servers": "RS1",
     "conditions": [when("header", "it's #1 \\ \"100%\"", name="X-Tenant")]},
    {"label": "debug", "action": "deny", "conditions": [when("query", name="debug", comparison="exists")]},
    {"label": "search", "action": "deny", "status": 429, "conditions": [when("query", "q=a", comparison="contains")]},
    {"label": "stranger", "action": "deny", "status": 410,
     "conditions": [when("source", "192.0.2.0/24, 10.77.0.0/16", negate=True)]},
]

SERVICES: dict[str, dict] = {
    "Plain": {"manual_configuration": "# ours\nhttp-response set-header X-Manual 'yes # it is'\n"},
    "Application": {"persistence": "application_cookie"},
    "Both": {"persistence": "http_cookie_source_ip"},
    "Life": {"persistence": "http_cookie", "cookie_maximum_life": 3},
    "Proxies": {"persistence": "x_forwarded_for"},
    "First": {"persistence": "x_forwarded_for", "x_forwarded_for_position": 1},
    "Last": {"persistence": "last_successful"},
    "Desktop": {"mode": "tcp", "persistence": "rdp_cookie", "real_servers": to_both(TELLER)},
    "Broker": {"mode": "tcp", "persistence": "ms_session_broker", "real_servers": to_both(TELLER)},
    "Session": {"mode": "tcp", "persistence": "ssl_session_id", "real_servers": to_both(TLS)},
    "NoSession": {"mode": "tcp", "real_servers": to_both(TLS)},
    "Small": {"persistence": "application_cookie", "persistence_table_size": 1},
    "Rules": {"rules": RULES},
    "Inside": {"mode": "tcp", "real_servers": to_both(TELLER),
               "rules": [{"label": "inside", "action": "use_servers", "servers": "RS2",
                          "conditions": [when("source", "10.77.0.0/24")]}, {"label": "rest", "action": "deny"}]},
    "Outside": {"mode": "tcp", "real_servers": to_both(TELLER),
                "rules": [{"label": "inside", "action": "deny", "conditions": [when("source", "10.77.0.0/24")]}]},
    "Headers": {"header_rules": [
        {"action": "set", "name": "X-Tenant", "value": "it's 100% #1 \"a\" \\b"},
        {"action": "add", "name": "X-More", "value": "two"},
        {"action": "delete", "name": "X-Secret"},
        {"action": "replace", "name": "X-Old", "pattern": "v([0-9]+)", "value": "version-\\1"},
        {"of": "response", "action": "replace", "name": "X-Lab-Server", "pattern": "(rs)(.)", "value": "\\2-\\1"},
        {"of": "response", "action": "set", "name": "X-Frame-Options", "value": "DENY"}]},
    "Strict": {"http": {"hsts": True, "hsts_months": 12, "compression": True}},
    "Keep": {"http": {"client_x_forwarded_for": "keep"}},
    "Replace": {"http": {"client_x_forwarded_for": "replace"}},
    "Close": {"http": {"connections": "close"}},
    "ServerClose": {"http": {"connections": "server_close"}},
    "Pretend": {"http": {"connections": "server_close", "pretend_keepalive": True}},
    "Shared": {"http": {"reuse": "always"}, "real_servers": to_both(WEB)[:1]},
    "Aggressive": {"http": {"reuse": "aggressive"}, "real_servers": to_both(WEB)[:1]},
    "Safe": {"real_servers": to_both(WEB)[:1]},
    "Alone": {"http": {"reuse": "never"}, "real_servers": to_both(WEB)[:1]},
    "Lenient": {"http": {"accept_invalid": True}},
    "OneOnly": {"http": {"h2": False}},
    "ServerH2": {"http": {"server_h2": True}, "real_servers": to_both(AGENT + 1)[:1]},
    "Certified": {"send_proxy": "v2_ssl_cn", "real_servers": to_both(WEB_PROXIED)},
    "Transparent": {"transparent_proxy": True},
    "Transparent6": {"address": VIP6, "transparent_proxy": True, "real_servers": [
        {"label": "RS1", "address": "fd77:0:0:1::21", "port": WEB}, {"label": "RS2", "address": "fd77:0:0:1::22", "port": WEB}]},
    "Backup": {"real_servers": to_both(WEB, backup=True)},
    "Slow": {"slow_start": 600},
    "Agent": {"feedback": {"method": "agent", "port": AGENT}},
    "Forgetful": {"persistence": "http_cookie", "forget_on_drain": True},
    "Fallback": {"persistence": "source_ip", "real_servers": to_both(WEB)[:1], "fallback_address": "10.77.1.22",
                 "fallback_port": WEB, "fallback_persistent": True},
    "Full": {"full_connections": 2,
             "real_servers": [to_both(WEB)[0] | {"minimum_connections": 1, "maximum_connections": 50}]},
    "NotFull": {"real_servers": [to_both(WEB)[0] | {"minimum_connections": 1, "maximum_connections": 50}]},
    "NoKeepalive": {"mode": "tcp", "tcp_keepalive": False, "real_servers": to_both(TELLER)},
}
PORTS = {label: FIRST_PORT + index for index, label in enumerate(SERVICES)}


def service(label: str) -> dict:
    return {"label": label, "address": VIP, "ports": str(PORTS[label]), "mode": "http",
            "scheduler": "weighted_round_robin", "persistence": "none", "real_servers": to_both(WEB),
            "health_check": {"type": "connect", "interval": 1, "timeout": 0.5, "failure_count": 1}} | SERVICES[label]


@pytest.fixture(scope="module")
def web() -> Iterator[SmallFarm]:
    with running_small_farm("l7h", Method.NAT) as farm:
        for server in farm.servers:
            start_servers(server)
        farm.balancer.start()
        farm.apply({"layer7_services": [service(label) for label in SERVICES]})
        told = farm.balancer.run_directory / "haproxy" / "haproxy.cfg"
        for label in SERVICES:
            farm.balancer.wait_for_service(label, "up", "degraded")  # an agent drains one
        wait_until(lambda: " disabled" not in told.read_text(), "HAProxy to know that they are up")
        wait_until(lambda: farm.client.namespace.answers(VIP, PORTS["Plain"]), "HAProxy to listen")
        yield farm


def start_servers(server) -> None:
    certificate = server.directory / "tls.pem"
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3",
         "-subj", f"/CN={server.name}", "-keyout", str(certificate), "-out", str(certificate) + ".crt"])
    server.web = server.module("web_server", ["--name", server.name, "--port", str(WEB),
                                              "--proxy-port", str(WEB_PROXIED)])
    tls = server.process("tls", ["openssl", "s_server", "-accept", str(TLS), "-cert", str(certificate) + ".crt", "-key",
                                 str(certificate), "-tls1_2", "-no_ticket", "-www", "-quiet"])
    said = server.directory / "agent"
    said.write_text("75% up\n" if server.name == "rs1" else "drain\n")
    agent = server.module("feedback_agent", ["--file", str(said)])
    raw = server.process("raw", ["socat", "-u", f"TCP-LISTEN:{AGENT + 1},fork,reuseaddr",
                                 f"OPEN:{server.directory}/raw,creat,append"])
    for process in (server.web, tls, agent, raw):
        process.start()
    for process, port in ((server.web, WEB), (server.web, WEB_PROXIED), (tls, TLS), (agent, AGENT), (raw, AGENT + 1)):
        process.wait_for(port)


def get(farm: SmallFarm, label: str, path: str = "/", headers: dict[str, str] | None = None) -> HttpAnswer:
    return farm.client.get(SERVICES[label].get("address", VIP), PORTS[label], path, headers)


def ask(farm: SmallFarm, label: str, path: str = "/", headers: dict[str, str] | None = None) -> dict:
    answer = get(farm, label, path, headers)
    assert answer.status == 200, answer
    return json.loads(answer.body)


def servers(farm: SmallFarm, label: str, count: int = 6, **options: object) -> set[str]:
    return {ask(farm, label, **options)["server"] for _ in range(count)}


def headers_seen(farm: SmallFarm, label: str, headers: dict[str, str] | None = None) -> dict[str, str]:
    return {name.lower(): value for name, value in ask(farm, label, headers=headers)["headers"].items()}


def change(farm: SmallFarm, label: str, **fields: object) -> None:
    status, answer = farm.balancer.api.request("PATCH", f"/api/v1/layer7-services/{label}", fields)
    assert status == 200, answer


def curl(farm: SmallFarm, label: str, *options: str) -> str:
    return farm.client.run(["curl", "-sS", "--max-time", "5", *options, f"http://{VIP}:{PORTS[label]}/"]).stdout


@contextlib.contextmanager
def halted(farm: SmallFarm, label: str, server: str, how: str = "halt") -> Iterator[None]:
    farm.balancer.evenkeel("real-server", how, label, server)
    try:
        yield
    finally:
        farm.balancer.evenkeel("real-server", "online", label, server)
        farm.balancer.wait_for_state(label, server, "up")


def test_an_application_s_cookie_leads_back(web: SmallFarm) -> None:
    assert servers(web, "Application") == {"rs1", "rs2"}
    answer = get(web, "Application", "/login")
    own = json.loads(answer.body)["server"]
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert servers(web, "Application", headers={"Cookie": cookie}) == {own}


def test_a_table_that_is_full_forgets_the_oldest(web: SmallFarm) -> None:
    cookies = []
    for _ in range(2):
        answer = get(web, "Small", "/login")
        own = json.loads(answer.body)["server"]
        cookies.append({"Cookie": answer.headers["set-cookie"].partition(";")[0]})
    assert servers(web, "Small", headers=cookies[1]) == {own}
    assert servers(web, "Small", headers=cookies[0]) == {"rs1", "rs2"}


def test_a_cookie_goes_before_the_source_address(web: SmallFarm) -> None:
    by_source = servers(web, "Both")
    assert len(by_source) == 1
    other = ({"rs1", "rs2"} - by_source).pop()
    assert servers(web, "Both", headers={"Cookie": f"SERVERID={other.upper()}"}) == {other}


def test_a_cookie_s_life_ends(web: SmallFarm) -> None:
    answer = get(web, "Life")
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert servers(web, "Life", 2, headers=cookie) == {json.loads(answer.body)["server"]}
    wait_until(lambda: servers(web, "Life", 2, headers=cookie) == {"rs1", "rs2"}, "it to be over")


@pytest.mark.parametrize("label, position", [("Proxies", "198.51.100.1, {}"), ("First", "{}, 198.51.100.1")])
def test_the_forwarded_address_leads_back(web: SmallFarm, label: str, position: str) -> None:
    def who(number: int) -> set[str]:
        return servers(web, label, 3, headers={"X-Forwarded-For": position.format(f"192.0.2.{number}")})
    found = [who(number) for number in range(4)]
    assert [len(names) for names in found] == [1] * 4
    assert set().union(*found) == {"rs1", "rs2"}
    assert len(servers(web, label)) == 1, "without the header, by the client's own address"


def test_the_last_successful_server_keeps_all_clients(web: SmallFarm) -> None:
    before = servers(web, "Last")
    assert len(before) == 1
    with halted(web, "Last", before.copy().pop().upper()):
        wait_until(lambda: servers(web, "Last") == {"rs1", "rs2"} - before, "the other to take over")
    assert servers(web, "Last") == {"rs1", "rs2"} - before, "also when the first is back"


def rdp(farm: SmallFarm, label: str, cookie: str) -> str:
    """Which server gets a connection that begins as Remote Desktop's do."""
    line = f"Cookie: {cookie}\r\n".encode()
    request = struct.pack(">BBHBBHHB", 3, 0, 11 + len(line), 6 + len(line), 0xe0, 0, 0, 0) + line
    with farm.client.namespace.connect(VIP, PORTS[label]) as own:
        own.sendall(request)
        return json.loads(own.makefile("rb").readline())["server"]


def test_a_user_of_remote_desktop_comes_back(web: SmallFarm) -> None:
    found = [{rdp(web, "Desktop", f"mstshash={user}") for _ in range(3)} for user in ("ann", "bob", "cid", "dan")]
    assert [len(names) for names in found] == [1] * 4
    assert set().union(*found) == {"rs1", "rs2"}


def resumed(farm: SmallFarm, label: str, session: Path) -> bool:
    """Whether the real server to which a client comes with that session of TLS knows it."""
    said = farm.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{VIP}:{PORTS[label]}", "-tls1_2",
                            "-no_ticket", "-sess_in", str(session)], check=False).stdout
    assert "New, " in said or "Reused, " in said, said
    return "Reused, " in said


@pytest.mark.parametrize("label, leads_back", [("Session", True), ("NoSession", False)])
def test_a_session_of_tls_leads_back(web: SmallFarm, label: str, leads_back: bool) -> None:
    for number in range(4):
        session = web.record.directory / f"session-{label}-{number}"
        web.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{VIP}:{PORTS[label]}", "-tls1_2",
                        "-no_ticket", "-sess_out", str(session)], check=False)
        assert all(resumed(web, label, session) for _ in range(5)) == leads_back


@pytest.mark.parametrize("number", [21, 22])
def test_the_connection_broker_s_token_names_the_server(web: SmallFarm, number: int) -> None:
    address = int.from_bytes(socket.inet_aton(f"10.77.1.{number}"), "little")
    token = f"msts={address}.{socket.htons(TELLER)}.0000"
    assert {rdp(web, "Broker", token) for _ in range(4)} == {f"rs{number - 20}"}


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
