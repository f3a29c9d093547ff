"""Two web servers behind a layer-7 virtual service, and what its clients see: for the tests of layer 7."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

from background import Background
from conftest import running_small_farm

from lab.commands import wait_until
from lab.method import Method
from lab.small_farm import SmallFarm

VIP = "10.77.0.110"
WEB, WEB_PROXIED = 8080, 8081
LABEL = "Web"


@contextlib.contextmanager
def running_web() -> Iterator[SmallFarm]:
    """Two web servers and evenkeeld, not configured yet."""
    with running_small_farm("l7", Method.SNAT) as farm:
        start_web_servers(farm, {"--proxy-port": WEB_PROXIED})
        farm.balancer.start()
        yield farm


def start_web_servers(farm: SmallFarm, ports: dict[str, int], *options: str) -> None:
    """On WEB, and on further ports by lab.web_server's options."""
    further = [argument for option, port in ports.items() for argument in (option, str(port))]
    for server in farm.servers:
        server.web = server.module("web_server", ["--name", server.name, "--port", str(WEB), *further, *options])
        server.web.start()
    for server in farm.servers:
        for port in (WEB, *ports.values()):
            server.web.wait_for(port)


def service(**changes: object) -> dict:
    return {
        "label": LABEL, "address": VIP, "ports": "80", "mode": "http", "scheduler": "weighted_round_robin",
        "health_check": {"type": "connect", "check_port": WEB, "interval": 1, "timeout": 0.5, "failure_count": 1},
        "real_servers": [{"label": "RS1", "address": "10.77.0.21", "port": WEB},
                         {"label": "RS2", "address": "10.77.0.22", "port": WEB}],
    } | changes


def start(farm: SmallFarm, *services: dict) -> None:
    farm.apply({"layer7_services": list(services)})
    told = farm.balancer.run_directory / "haproxy" / "haproxy.cfg"  # written when the worker has been told
    for one in services:
        if one["real_servers"]:
            farm.balancer.wait_for_service(one["label"], "up")
        wait_until(lambda: " disabled" not in told.read_text(), "HAProxy to know that they are up")
        for port in str(one["ports"]).split(","):
            wait_until(lambda port=port: farm.client.namespace.answers(one["address"], int(port)), f"port {port}")


def change(farm: SmallFarm, expected: int = 200, **fields: object) -> dict:
    """evenkeeld's answer, which must have that status."""
    status, answer = farm.balancer.api.request("PATCH", f"/api/v1/layer7-services/{LABEL}", fields)
    assert status == expected, answer
    return answer


def ask(farm: SmallFarm, path: str = "/", headers: dict[str, str] | None = None, port: int = 80) -> dict:
    answer = farm.client.get(VIP, port, path, headers)
    assert answer.status == 200, answer
    return json.loads(answer.body)


def servers(farm: SmallFarm, count: int = 10, **options: object) -> set[str]:
    return {ask(farm, **options)["server"] for _ in range(count)}


def haproxy(farm: SmallFarm) -> tuple[int, list[int]]:
    """The master's process, and the workers'."""
    pids = [pid for pid in farm.balancer.namespace.pids()
            if Path(f"/proc/{pid}/comm").read_text().strip() == "haproxy"]
    parents = {pid: int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) for pid in pids}
    workers = [pid for pid in pids if parents[pid] in pids]
    return next(pid for pid in pids if pid not in workers), workers


def proxy_events(farm: SmallFarm, kind: str) -> int:
    """How many since evenkeeld was started."""
    lines = farm.balancer.evenkeel("events", "--json").stdout.splitlines()
    return sum(json.loads(line)["kind"] == kind for line in lines)


class Load(Background):
    """Clients that ask again and again, on connections of their own, until the block ends."""

    def __init__(self, farm: SmallFarm, clients: int = 4):
        super().__init__([self._ask] * clients)
        self.farm = farm
        self.answered = 0

    def _ask(self) -> None:
        try:
            ask(self.farm)
            self.answered += 1
        except (OSError, AssertionError) as error:
            self.failures.append(repr(error))


def ask_on(own: socket.socket) -> str:
    """Which server answers on this connection, which stays open."""
    own.settimeout(3)
    own.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        part = own.recv(65536)
        if not part:
            raise ConnectionResetError("closed")
        answer += part
    return json.loads(answer.partition(b"\r\n\r\n")[2])["server"]
