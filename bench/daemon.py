"""What evenkeeld costs: from commit to maps for 1,000 virtual services x 10 real servers, one changed weight, and its
resident memory with the demo's configuration. Everything through the API of a real evenkeeld in a namespace."""

import argparse
import contextlib
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import farm as lab_farm  # noqa: E402 (the project's folder has to be found first)
from lab import guide  # noqa: E402
from lab.commands import wait_until  # noqa: E402
from lab.load_balancer import LoadBalancer  # noqa: E402
from lab.network import Network  # noqa: E402
from lab.record import Record  # noqa: E402

SERVICES = 1000
SERVERS = 10
ROUNDS = 9
APPLY_LIMIT_MS = 1000.0
WEIGHT_LIMIT_MS = 10.0
MEMORY_LIMIT_KB = 40 * 1024


def big_configuration() -> dict:
    """The real servers are 200 machines, each behind 50 services; always on, so that nothing else moves."""
    def address(network: int, number: int) -> str:
        return f"10.80.{network + number // 250}.{1 + number % 250}"

    return {"virtual_services": [{
        "label": f"service-{i}", "address": address(0, i), "ports": "445,9100-9103", "protocol": "tcp",
        "health_check": {"type": "always_on"},
        "real_servers": [{"label": f"server-{j}", "address": address(100, (i * SERVERS + j) % 200)}
                         for j in range(SERVERS)],
    } for i in range(SERVICES)]}


@contextlib.contextmanager
def balancer_alone(prefix: str):
    record = Record(prefix)
    try:
        record.start()
        balancer = LoadBalancer(record, Network(record))
        balancer.namespace.configure("addr add 10.80.255.254/16 dev eth0")
        balancer.start()
        yield balancer
    finally:
        lab_farm.remove(prefix)


def change(balancer: LoadBalancer, method: str, target: str, body: object) -> tuple[float, float]:
    """Milliseconds of the whole request, and from the durable commit to the maps."""
    start = time.monotonic()
    status, answer = balancer.api.request(method, target, body, timeout=120.0)
    if status != 200:
        raise SystemExit(f"{method} {target}: {status} {answer}")
    return (time.monotonic() - start) * 1000, answer["applied_ms"]


def measure_changes(balancer: LoadBalancer) -> list[dict]:
    whole = change(balancer, "PUT", "/api/v1/configuration", big_configuration())
    weights = [change(balancer, "PATCH", f"/api/v1/virtual-services/service-{i}/real-servers/server-3", {"weight": 50})
               for i in range(ROUNDS)]
    return [
        {"row": "commit-to-maps-1000x10", "ms": whole[1], "request_ms": whole[0], "limit_ms": APPLY_LIMIT_MS},
        {"row": "commit-to-maps-one-weight", "ms": statistics.median(ms for _, ms in weights),
         "request_ms": statistics.median(ms for ms, _ in weights), "limit_ms": WEIGHT_LIMIT_MS},
        {"row": "resident-1000x10", "kilobytes": balancer.resident_kilobytes()},
    ]


def measure_memory(prefix: str) -> dict:
    farm = lab_farm.Farm(prefix)
    try:
        farm.start()
        farm.balancer.start()
        guide.configure(farm)
        guide.wait_until_green(farm)
        # Every check has run and the table was swept: what a person would find later.
        wait_until(lambda: farm.balancer.api.status()["revision"] > 0, "a revision")
        return {"row": "resident-demo", "kilobytes": farm.balancer.resident_kilobytes(),
                "limit_kilobytes": MEMORY_LIMIT_KB}
    finally:
        lab_farm.remove(prefix)


def print_table(rows: list[dict]) -> None:
    print(f"{'row':<28}{'measured':>12}{'limit':>12}{'whole request':>16}")
    for row in rows:
        if "ms" in row:
            print(f"{row['row']:<28}{row['ms']:>9.1f} ms{row['limit_ms']:>9.0f} ms{row['request_ms']:>13.1f} ms")
        else:
            limit = row.get("limit_kilobytes")
            print(f"{row['row']:<28}{row['kilobytes'] / 1024:>9.1f} MB{f'{limit / 1024:>9.0f} MB' if limit else ''}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments.add_argument("--check", action="store_true", help="fail when a limit is passed")
    options = arguments.parse_args()
    prefix = f"ekb{os.getpid()}-"
    with balancer_alone(prefix) as balancer:
        rows = measure_changes(balancer)
    rows.append(measure_memory(prefix))
    if options.json:
        print(json.dumps({"bench": "daemon", "rows": rows}))
    else:
        print_table(rows)
    missed = [row["row"] for row in rows
              if row.get("ms", 0) > row.get("limit_ms", 1e9) or row.get("kilobytes", 0) > row.get("limit_kilobytes", 1e9)]
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
