"""What the health checks cost, and how quick they are, with a real evenkeeld in a namespace: 10,000 TCP checks a second,
real servers that die without a word, and 10,000 checks that all time out while somebody uses the API."""

import argparse
import contextlib
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import build, farm as lab_farm  # noqa: E402 (the project's folder has to be found first)
from lab.commands import wait_until  # noqa: E402
from lab.host import Host  # noqa: E402
from lab.load_balancer import LoadBalancer  # noqa: E402
from lab.network import Network  # noqa: E402
from lab.record import Record  # noqa: E402

SERVICES, SERVERS = 100, 100
PORT = 7000
SECONDS = 10.0
INTERVAL, TIMEOUT, FAILURES = 1, 0.5, 2
DEATHS = 60
CORE_LIMIT, MEMORY_LIMIT_MB, LATE_LIMIT_MS, API_LIMIT_MS = 50.0, 100.0, 50.0, 20.0
QUESTION = "/api/v1/revisions?limit=1"


class Servers(Host):
    """All real servers: one machine that has a whole network on its loopback, and accepts and closes connections."""

    def __init__(self, record: Record, network: Network):
        super().__init__(record, network, "srv", 20)
        self.namespace.configure("route add local 10.81.0.0/16 dev lo")
        self._filter("add table ip bench\n"
                     "add set ip bench dead { type ipv4_addr; }\n"
                     "add chain ip bench input { type filter hook input priority 0; }\n"
                     "add rule ip bench input ip daddr @dead drop\n")
        self.acceptor = self.module("acceptor", ["--port", str(PORT)])
        self.acceptor.start()
        self.acceptor.wait_for(PORT)

    def die(self, address: str) -> None:
        self._filter(f"add element ip bench dead {{ {address} }}\n")

    def die_all(self) -> None:
        self._filter("add rule ip bench input ip daddr 10.81.0.0/16 drop\n")

    def accepted(self) -> int:
        """Connections since the start."""
        names, values = [line.split() for line in Path(f"/proc/{self.acceptor.pid}/net/snmp").read_text().splitlines()
                         if line.startswith("Tcp:")]
        return int(values[names.index("PassiveOpens")])

    def _filter(self, commands: str) -> None:
        self.run(["nft", "-f", "-"], text_input=commands)


def address(service: int, server: int) -> str:
    return f"10.81.{service}.{1 + server}"


def configuration(services: int, servers: int, timeout: float) -> dict:
    """By SNAT, whose real servers may be anywhere: behind one router here, since the kernel's neighbour table is small."""
    return {"virtual_services": [{
        "label": f"service-{i}", "address": "10.77.0.110", "ports": str(8000 + i), "protocol": "tcp",
        "forwarding_method": "snat", "persistence": {"enabled": False}, "fallback": {"mode": "none"},
        "health_check": {"type": "connect", "interval": INTERVAL, "timeout": timeout, "failure_count": FAILURES},
        "real_servers": [{"label": f"server-{j}", "address": address(i, j), "port": PORT} for j in range(servers)],
    } for i in range(services)]}


@contextlib.contextmanager
def running(services: int, servers: int, timeout: float) -> Iterator[tuple[LoadBalancer, Servers]]:
    """All of them up."""
    prefix = f"ekb{os.getpid()}-"
    record = Record(prefix)
    try:
        record.start()
        network = Network(record)
        balancer = LoadBalancer(record, network)
        machines = Servers(record, network)
        balancer.namespace.configure(f"route add 10.81.0.0/16 via {machines.address}")
        balancer.start()
        status, answer = balancer.api.request("PUT", "/api/v1/configuration",
                                              configuration(services, servers, timeout), timeout=60.0)
        if status != 200:
            raise SystemExit(f"the configuration is refused: {answer}")
        # Nobody has asked for the status yet, which is long: memory is measured without it first.
        wait_until(lambda: machines.accepted() > 2 * services * servers, "two rounds of checks", 120.0)
        yield balancer, machines
    finally:
        lab_farm.remove(prefix)


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def count_in_state(balancer: LoadBalancer, state: str) -> int:
    return sum(server["state"] == state for service in balancer.api.status()["virtual_services"]
               for server in service["real_servers"])


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure_cost(balancer: LoadBalancer, machines: Servers, bare: float) -> list[dict]:
    time.sleep(3.0)  # the first rounds come in bursts
    pid = balancer.daemon.pid
    before = time.monotonic(), processor_seconds(pid), machines.accepted()
    time.sleep(SECONDS)
    seconds = time.monotonic() - before[0]
    rate = (machines.accepted() - before[2]) / seconds
    core = (processor_seconds(pid) - before[1]) / seconds * 100
    cost = core / 100 / rate * 1e6
    return [
        {"row": "processor time of a check", "value": cost, "unit": "us"},
        {"row": "of a bare connect", "value": cost / bare, "unit": "times"},
        {"row": "checks a second", "value": rate, "unit": "/s", "at_least": 0.97 * SERVICES * SERVERS},
        {"row": "processor", "value": core, "unit": "% of a core", "limit": CORE_LIMIT},
        {"row": "resident memory", "value": balancer.resident_kilobytes() / 1024, "unit": "MB", "limit": MEMORY_LIMIT_MB},
        {"row": "up", "value": count_in_state(balancer, "up"), "unit": "", "at_least": SERVICES * SERVERS},
    ]


def measure_bare(balancer: LoadBalancer) -> list[dict]:
    """What the kernel needs for as many connects, without evenkeeld, by the same way: the data plane stays."""
    balancer.stop()
    program = str(build.program("bench/connects/bench_connects"))
    said = balancer.run([program, str(SERVICES * SERVERS // INTERVAL), str(SECONDS)]).stdout
    return [{"row": "processor time of a bare connect", "value": float(said), "unit": "us"}]


def question_milliseconds(balancer: LoadBalancer) -> float:
    start = time.monotonic()
    balancer.api.get(QUESTION)
    return (time.monotonic() - start) * 1000


def ask(balancer: LoadBalancer, seconds: float) -> list[float]:
    """Milliseconds of one question after the other, at most a hundred a second."""
    answers: list[float] = []
    end = time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        answers.append(question_milliseconds(balancer))
        time.sleep(max(0.0, start + 0.01 - time.monotonic()))
    return answers


def measure_api(balancer: LoadBalancer, machines: Servers) -> list[dict]:
    calm = ask(balancer, SECONDS)
    machines.die_all()
    stormy = ask(balancer, 2 * SECONDS)
    down = count_in_state(balancer, "down")
    return [
        {"row": "API, all checks succeed, 99 %", "value": percentile(calm, 0.99), "unit": "ms"},
        {"row": "API, all time out, 50 %", "value": percentile(stormy, 0.5), "unit": "ms"},
        {"row": "API, all time out, 99 %", "value": percentile(stormy, 0.99), "unit": "ms", "limit": API_LIMIT_MS},
        {"row": "API, all time out, worst", "value": max(stormy), "unit": "ms"},
        {"row": f"down after {2 * SECONDS:.0f} s", "value": down, "unit": "", "at_least": SERVICES * SERVERS},
    ]


def takes_clients(balancer: LoadBalancer, service: int) -> bool:
    """What the data plane itself does with a new client."""
    answer = balancer.api.get(f"/api/v1/explain?virtual_service=service-{service}&client=10.77.0.10:{40000 + service}")
    return answer["real_server"] != ""


def measure_deaths(balancer: LoadBalancer, machines: Servers) -> list[dict]:
    """One real server in each service dies, ten a second at random moments; who still takes clients is asked in turn."""
    waiting: dict[int, float] = {}
    took: list[float] = []
    to_die = list(range(DEATHS))
    next_death = time.monotonic()
    while to_die or waiting:
        if to_die and time.monotonic() >= next_death:
            service = to_die.pop()
            machines.die(address(service, 0))
            waiting[service] = time.monotonic()
            next_death += random.uniform(0.0, 0.2)
        for service, died in list(waiting.items()):
            if not takes_clients(balancer, service):
                took.append((time.monotonic() - died) * 1000)
                del waiting[service]
    limit = (INTERVAL * FAILURES + TIMEOUT) * 1000 + LATE_LIMIT_MS
    return [
        {"row": "out of the data plane, fastest", "value": min(took), "unit": "ms"},
        {"row": "out of the data plane, median", "value": statistics.median(took), "unit": "ms"},
        {"row": "out of the data plane, slowest", "value": max(took), "unit": "ms", "limit": limit},
    ]


def is_missed(row: dict) -> bool:
    return row["value"] > row.get("limit", float("inf")) or row["value"] < row.get("at_least", 0)


def print_rows(rows: list[dict]) -> None:
    for row in rows:
        goal = f"< {row['limit']:,.0f}" if "limit" in row else f"> {row['at_least']:,.0f}" if "at_least" in row else ""
        print(f"{row['row']:<36}{row['value']:>10,.1f} {row['unit']:<11}{goal:>12}{'  MISSED' if is_missed(row) else ''}",
              flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments.add_argument("--check", action="store_true", help="fail when a goal is missed")
    options = arguments.parse_args()
    rows: list[dict] = []

    def add(measured: list[dict]) -> None:
        rows.extend(measured)
        if not options.json:
            print_rows(measured)

    if not options.json:
        print(f"{'row':<36}{'measured':>22}{'goal':>12}")
    with running(DEATHS, 1, TIMEOUT) as (balancer, machines):
        add(measure_deaths(balancer, machines))
        add(measure_bare(balancer))
    with running(SERVICES, SERVERS, TIMEOUT) as (balancer, machines):
        add(measure_cost(balancer, machines, bare=rows[-1]["value"]))
        add(measure_api(balancer, machines))
    if options.json:
        print(json.dumps({"bench": "health", "rows": rows}))
    return 1 if options.check and any(is_missed(row) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
