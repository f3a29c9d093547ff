"""A flood of SYNs from clients that nobody has, as fast as one processor sends it, at a virtual service whose connection table is a
tenth of what the flood would fill: do established connections lose anything, and do real clients get through?"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import build  # noqa: E402 (the project's folder has to be found first)
from lab.method import Method  # noqa: E402
from lab.process import Process  # noqa: E402
from lab.small_farm import PORT, SERVICE, Conversation, SmallFarm  # noqa: E402

SLOTS = 131_072
ESTABLISHED, NEWCOMERS, AT_ONCE = 200, 1_000, 20
PATIENCE = 8.0  # seconds: a client's second and third SYN come after one and after three
THROUGH_LIMIT = 0.99
CASES = [(Method.DR, "make_room"), (Method.DR, "twice"), (Method.NAT, "cookies"), (Method.SNAT, "cookies"),
         (Method.TUNNEL, "make_room")]


@contextlib.contextmanager
def flood(farm: SmallFarm) -> Iterator[Process]:
    sender = farm.client.process("flood", [str(build.program("bench/syns/bench_syns")), SERVICE, str(PORT)])
    sender.start()
    try:
        yield sender
    finally:
        sender.stop()


def newcomer(farm: SmallFarm) -> float | None:
    """Milliseconds until it had an answer."""
    asked = time.monotonic()
    with contextlib.suppress(OSError):
        farm.ask(timeout=PATIENCE)
        return (time.monotonic() - asked) * 1000
    return None


def newcomers(farm: SmallFarm) -> list[float]:
    """Of those that had an answer."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waits = pool.map(lambda _: newcomer(farm), range(NEWCOMERS))
    return [wait for wait in waits if wait is not None]


def still_talking(conversations: list[Conversation]) -> int:
    talking = 0
    for conversation in conversations:
        with contextlib.suppress(OSError, ValueError):
            talking += conversation.ask()["bytes"] == 5
    return talking


def measure(method: Method, policy: str) -> dict:
    farm = SmallFarm(f"ekb{os.getpid()}-", method)
    try:
        for server in farm.servers:
            server.start()
        farm.balancer.start("--connections", str(SLOTS))
        farm.configure()
        farm.balancer.evenkeel("virtual-service", "edit", "Teller", "--syn-flood", policy)
        with contextlib.ExitStack() as stack:
            conversations = [stack.enter_context(Conversation(farm.client, timeout=PATIENCE)) for _ in range(ESTABLISHED)]
            with flood(farm) as sender:
                time.sleep(3.0)
                waits = newcomers(farm)
                talking = still_talking(conversations)
        sent, rate = (int(word) for word in sender.tail(1).split())
    finally:
        farm.remove()
    return {"row": f"{method.value}-{policy}", "syns": sent, "syns_per_second": rate, "established": ESTABLISHED,
            "established_lost": ESTABLISHED - talking, "newcomers": NEWCOMERS, "newcomers_through": len(waits),
            "ms_median": statistics.median(waits) if waits else None,
            "ms_99": sorted(waits)[len(waits) * 99 // 100] if waits else None}


def is_met(row: dict) -> bool:
    return row["established_lost"] == 0 and row["newcomers_through"] >= THROUGH_LIMIT * row["newcomers"]


def print_table(rows: list[dict]) -> None:
    print(f"{'':16} {'SYNs/s':>9} {'established lost':>17} {'newcomers through':>18} {'median':>8} {'99 %':>8}")
    for row in rows:
        lost, through = f"{row['established_lost']} of {ESTABLISHED}", f"{row['newcomers_through']} of {NEWCOMERS}"
        print(f"{row['row']:16} {row['syns_per_second']:>9,} {lost:>17} {through:>18} "
              f"{row['ms_median'] or 0:>5.1f} ms {row['ms_99'] or 0:>5.1f} ms  {'yes' if is_met(row) else 'NO'}")
    print(f"met: none lost, {THROUGH_LIMIT:.0%} through; connection table of {SLOTS:,}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    options = arguments.parse_args()
    rows = [measure(method, policy) for method, policy in CASES]
    if options.json:
        print(json.dumps({"bench": "flood", "rows": rows}))
    else:
        print_table(rows)
    return 1 if options.check and not all(map(is_met, rows)) else 0


if __name__ == "__main__":
    sys.exit(main())
