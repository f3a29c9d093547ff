"""What layer 7 costs beside HAProxy with a configuration by hand and beside nginx's stream module, in pairs of short rounds in one
run; how soon a change is live; whether a thousand changes under load cost a request; and what a thousand virtual services take.
Everything in namespaces: a client (wrk), two web servers (nginx), the load balancer."""

import argparse
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import farm as lab_farm  # noqa: E402 (the project's folder has to be found first)
from lab.commands import wait_until  # noqa: E402
from lab.host import Host  # noqa: E402
from lab.method import Method  # noqa: E402
from lab.process import Process  # noqa: E402
from lab.small_farm import SmallFarm  # noqa: E402

VIP = "10.77.0.110"
WEB = 8080
ROUNDS, ROUND_SECONDS = 9, 1
CLIENTS = 32
LARGE = 1 << 20
CHANGES, RELOAD_EVERY = 1000, 25
MANY, SERVERS = 1000, 10
RATIO_GOAL, LIVE_GOAL_MS, MANY_GOAL_S = 0.98, 20.0, 3.0
# Each way through the load balancer by its port.
OURS_HTTP, OURS_TCP, HAND_HTTP, HAND_TCP, NGINX = 80, 81, 8001, 8002, 8003
NAMES = {OURS_HTTP: "ours, http", OURS_TCP: "ours, tcp", HAND_HTTP: "by hand, http", HAND_TCP: "by hand, tcp",
         NGINX: "nginx stream"}
PAIRS = [(OURS_HTTP, HAND_HTTP, RATIO_GOAL), (OURS_TCP, HAND_TCP, RATIO_GOAL), (OURS_TCP, NGINX, 1.0)]


def by_hand(addresses: list[str]) -> str:
    """As somebody who knows HAProxy would write it for the same: what it does, not how fast it may be."""
    servers = "\n".join(f"    server s{i} {address}:{WEB}" for i, address in enumerate(addresses))
    return f"""global
    user haproxy
    group haproxy
    maxconn 8000
defaults
    timeout connect 4s
    timeout client 43s
    timeout server 45s
    maxconn 4000
    balance leastconn
listen http
    bind {VIP}:{HAND_HTTP}
    mode http
    option forwardfor
    option redispatch 1
{servers}
listen tcp
    bind {VIP}:{HAND_TCP}
    mode tcp
{servers}
"""


def stream(addresses: list[str]) -> str:
    servers = " ".join(f"server {address}:{WEB};" for address in addresses)
    return f"""daemon off; worker_processes auto; pid stream.pid; error_log stderr;
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
events {{ worker_connections 8192; }}
stream {{ upstream web {{ least_conn; {servers} }} server {{ listen {VIP}:{NGINX}; proxy_pass web; }} }}
"""


def web(directory: Path) -> str:
    return f"""daemon off; worker_processes 1; pid web.pid; error_log stderr;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on;
server {{ listen {WEB}; location = / {{ return 200 "ok"; }} location = /large {{ root {directory}; }} }} }}
"""


def nginx(host: Host, name: str, text: str) -> Process:
    directory = host.directory / name
    directory.mkdir()
    (directory / "nginx.conf").write_text(text)
    (directory / "large").write_bytes(b"x" * LARGE)
    return host.process(name, ["nginx", "-p", str(directory), "-c", str(directory / "nginx.conf")])


def service(label: str, port: int, addresses: list[str], **changes: object) -> dict:
    return {"label": label, "address": VIP, "ports": str(port), "health_check": {"type": "always_on"},
            "real_servers": [{"label": f"s{i}", "address": address, "port": WEB}
                             for i, address in enumerate(addresses)]} | changes


class Farm:
    def __init__(self, prefix: str):
        self.small = SmallFarm(prefix, Method.SNAT)
        self.balancer, self.client = self.small.balancer, self.small.client
        self.addresses = [server.address for server in self.small.servers]
        self.others: dict[int, Process] = {}
        self.services = [service("Http", OURS_HTTP, self.addresses, mode="http"),
                         service("Tcp", OURS_TCP, self.addresses, mode="tcp")]

    def start(self) -> None:
        for server in self.small.servers:
            process = nginx(server, "web", web(server.directory / "web"))
            process.start()
            process.wait_for(WEB)
        self.balancer.start()
        self.put(self.services)
        hand = self.balancer.directory / "by_hand.cfg"
        hand.write_text(by_hand(self.addresses))
        for ports, process in (((HAND_HTTP, HAND_TCP), self.balancer.process("by_hand", ["haproxy", "-db", "-f", str(hand)])),
                               ((NGINX,), nginx(self.balancer, "stream", stream(self.addresses)))):
            process.start()
            self.others |= dict.fromkeys(ports, process)
        for port in NAMES:
            wait_until(lambda port=port: self.client.namespace.answers(VIP, port), f"port {port}")

    def put(self, services: list[dict]) -> dict:
        status, answer = self.balancer.api.request("PUT", "/api/v1/configuration", {"layer7_services": services},
                                                   timeout=60.0)
        if status != 200:
            raise SystemExit(f"the configuration is refused: {answer}")
        return answer

    def patch(self, path: str, fields: dict) -> dict:
        status, answer = self.balancer.api.request("PATCH", path, fields, timeout=30.0)
        if status != 200:
            raise SystemExit(f"the change is refused: {answer}")
        return answer

    def processes(self, port: int) -> list[int]:
        """Those that serve it."""
        if port in (OURS_HTTP, OURS_TCP):
            return [one["pid"] for one in self.balancer.api.get("/api/v1/layer7/workers")["workers"]]
        master = self.others[port].pid
        return [master, *(int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split())]

    def wrk(self, port: int, path: str, *options: str, clients: int = CLIENTS, seconds: int = ROUND_SECONDS) -> list[str]:
        return self.client.namespace.enter(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", *options,
                                            f"http://{VIP}:{port}{path}"])


@contextlib.contextmanager
def running() -> Iterator[Farm]:
    prefix = f"ekb{os.getpid()}-"
    try:
        farm = Farm(prefix)
        farm.start()
        yield farm
    finally:
        lab_farm.remove(prefix)


def processor_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "B": 1.0, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def figure(text: str, name: str) -> float:
    """Of wrk's answer, in milliseconds, bytes or pieces."""
    found = re.search(rf"{name}\s*([\d.]+)([a-zA-Z]*)", text)
    if not found:
        raise SystemExit(f"wrk says no {name}: {text}")
    return float(found[1]) * UNITS.get(found[2], 1.0)


def requests_in(text: str) -> int:
    found = re.search(r"(\d+) requests in", text)
    return int(found[1]) if found else 0


def failures(text: str) -> int:
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return sum(int(number) for found in (errors, refused) if found for number in found.groups())


def measure_once(farm: Farm, port: int, path: str, options: list[str], clients: int) -> dict[str, float]:
    pids = farm.processes(port)
    before = processor_seconds(pids)
    said = subprocess.run(farm.wrk(port, path, "--latency", *options, clients=clients), capture_output=True, text=True,
                          check=True).stdout
    used = processor_seconds(pids) - before
    requests = requests_in(said)
    return {"rate": figure(said, "Requests/sec:"), "bytes": figure(said, "Transfer/sec:"), "p99": figure(said, "99%"),
            "processor": used / max(requests, 1.0), "failed": float(failures(said))}


ROWS = [("requests/s, keep-alive", "rate", "/", [], CLIENTS), ("connections/s", "rate", "/", ["-H", "Connection: close"], CLIENTS),
        ("throughput, 1 MB", "bytes", "/large", [], 8)]


def median_ratio(ours: list[dict], others: list[dict], what: str) -> float:
    return statistics.median(a[what] / max(b[what], 1e-9) for a, b in zip(ours, others, strict=True))


def measure_pairs(farm: Farm, rounds: int) -> list[dict]:
    rows = []
    for name, what, path, options, clients in ROWS:
        measured: dict[int, list[dict]] = {port: [] for port in NAMES}
        for _ in range(rounds):
            for port in random.sample(list(NAMES), len(NAMES)):
                measured[port].append(measure_once(farm, port, path, options, clients))
        unit, scale = ("MB/s", 1 << 20) if what == "bytes" else ("/s", 1)
        for port, ports_rounds in measured.items():
            rows.append({"row": f"{name}: {NAMES[port]}", "unit": unit,
                         "value": statistics.median(one[what] for one in ports_rounds) / scale})
        for ours, other, goal in PAIRS:
            pair = f"{NAMES[ours]}, of {NAMES[other]}"
            rows.append({"row": f"{name}: {pair}", "value": median_ratio(measured[ours], measured[other], what),
                         "unit": "", "at_least": goal})
            rows.append({"row": f"processor time a request: {pair}", "unit": "",
                         "value": median_ratio(measured[ours], measured[other], "processor")})
            if what == "rate" and not options:
                rows.append({"row": f"p99: {pair}", "unit": "", "limit": 1 / goal,
                             "value": median_ratio(measured[ours], measured[other], "p99")})
    return rows


def measure_change(farm: Farm) -> list[dict]:
    """From the durable commit until HAProxy does it."""
    took = [farm.patch("/api/v1/layer7-services/Http/real-servers/s0", {"weight": 1 + index})["applied_ms"]
            for index in range(50)]
    return [{"row": "a change by the runtime API, live: median", "value": statistics.median(took), "unit": "ms",
             "limit": LIVE_GOAL_MS},
            {"row": "worst of 50", "value": max(took), "unit": "ms"}]


def measure_changes(farm: Farm, changes: int) -> list[dict]:
    load = subprocess.Popen(farm.wrk(OURS_HTTP, "/", seconds=600), stdout=subprocess.PIPE, text=True)
    start = time.monotonic()
    for index in range(changes):
        if index % RELOAD_EVERY == 0:
            farm.patch("/api/v1/layer7-services/Http", {"client_timeout": 100 + index})
        else:
            farm.patch(f"/api/v1/layer7-services/Http/real-servers/s{index % 2}", {"weight": 1 + index % 250})
    seconds = time.monotonic() - start
    load.send_signal(2)  # wrk says what it has counted
    said = load.communicate(timeout=30)[0]
    return [{"row": f"requests of {CLIENTS} clients in {changes:,} changes", "unit": "",
             "value": requests_in(said)},
            {"row": "of them failed", "value": failures(said), "unit": "", "limit": 0},
            {"row": f"a change, every {RELOAD_EVERY}th a reload", "value": seconds / changes * 1000, "unit": "ms"}]


def measure_many(farm: Farm) -> list[dict]:
    many = [service(f"service-{i}", 10000 + i, [f"10.78.{i % 250}.{1 + j}" for j in range(SERVERS)], mode="tcp")
            for i in range(MANY)]
    put = farm.put(many)["applied_ms"] / 1000
    many[500]["client_timeout"] = 99
    reload = farm.put(many)["applied_ms"] / 1000
    took = [farm.patch("/api/v1/layer7-services/service-500/real-servers/s0", {"weight": 1 + index})["applied_ms"]
            for index in range(9)]
    size = f"{MANY:,} x {SERVERS}"
    return [{"row": f"{size}: render, check, apply", "value": put, "unit": "s", "limit": MANY_GOAL_S},
            {"row": f"{size}: a reload", "value": reload, "unit": "s"},
            {"row": f"{size}: a change by the runtime API, median", "value": statistics.median(took), "unit": "ms"}]


def is_missed(row: dict) -> bool:
    return row["value"] > row.get("limit", float("inf")) or row["value"] < row.get("at_least", 0)


def print_rows(rows: list[dict]) -> None:
    for row in rows:
        goal = f"<= {row['limit']:,.2f}" if "limit" in row else f">= {row['at_least']:,.2f}" if "at_least" in row else ""
        print(f"{row['row']:<68}{row['value']:>12,.2f} {row['unit']:<6}{goal:>12}{'  MISSED' if is_missed(row) else ''}",
              flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments.add_argument("--check", action="store_true", help="fail when a goal is missed")
    arguments.add_argument("--rounds", type=int, default=ROUNDS, help="of each pair")
    arguments.add_argument("--changes", type=int, default=CHANGES, help="under load")
    options = arguments.parse_args()
    rows: list[dict] = []

    def add(measured: list[dict]) -> None:
        rows.extend(measured)
        if not options.json:
            print_rows(measured)

    with running() as farm:
        add(measure_change(farm))
        add(measure_pairs(farm, options.rounds))
        add(measure_changes(farm, options.changes))
        add(measure_many(farm))
    if options.json:
        print(json.dumps({"bench": "l7", "rows": rows}))
    return 1 if options.check and any(is_missed(row) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
