"""Layer 7 with every option: a virtual service for each, on a port of its own, behind one evenkeeld and one HAProxy; and what the
tests ask of them."""

import contextlib
import json
from collections.abc import Iterator

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


@contextlib.contextmanager
def running_options() -> Iterator[SmallFarm]:
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
