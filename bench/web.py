"""What the web interface costs with 1,000 virtual services x 10 real servers: the first load, System Overview, lists of the API,
and 200 open event streams. evenkeeld, nginx and Chromium in one namespace, on one machine."""

import argparse
import contextlib
import json
import os
import ssl
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from bench.daemon import balancer_alone, big_configuration  # noqa: E402 (the project's folder has to be found first)
from lab.browser import Browser  # noqa: E402
from lab.commands import run  # noqa: E402
from lab.load_balancer import LoadBalancer  # noqa: E402
from lab.web_interface import PORT, USER, WebInterface  # noqa: E402

PAGE = Path(__file__).resolve().parent / "web_page.mjs"
ROUNDS = 21
STREAMS = 200
STREAM_SECONDS = 20.0
WATCH_SECONDS = 15
TICKS = os.sysconf("SC_CLK_TCK")


def row(name: str, value: float, unit: str, limit: float | None = None, note: str = "") -> dict:
    return {"row": name, "value": value, "unit": unit, "limit": limit, "note": note}


def measure_pages(balancer: LoadBalancer, web: WebInterface, when: str) -> dict:
    facts = {"url": web.url, "user": USER, "password": web.password, "watchSeconds": WATCH_SECONDS}
    done = run(balancer.namespace.enter(["node", str(PAGE)]), environment={**os.environ, "EVENKEEL_BENCH": json.dumps(facts)}, timeout=180.0)
    return {"when": when} | json.loads(done.stdout)


def rows_of_pages(empty: dict, full: dict) -> list[dict]:
    overview = full["overview"]
    return [
        row("first-load-sign-in", empty["signIn"] / 1000, "kB", None, "and what System Overview needs, as far as it has come by then"),
        row("first-load-whole", empty["whole"] / 1000, "kB", 330, f"with System Overview, {empty['files']} files, gzip, on the wire"),
        row("interactive", empty["interactive"], "ms", 1500, "cold cache, until the form takes a letter"),
        row("overview-1000x10", overview["usable"], "ms", 2000, "until the filter answers"),
        row("overview-dropped", overview["dropped"], "frames", 0,
            f"of {overview['frames']} in {WATCH_SECONDS} s; the longest {overview['longestMs']:.0f} ms"),
    ]


def measure_lists(balancer: LoadBalancer, web: WebInterface) -> list[dict]:
    """As a browser asks for them, less nginx."""
    browser = Browser(balancer.run_directory / "web.sock")
    status, _ = browser.sign_in(USER, web.password)
    if status != 200:
        raise SystemExit(f"sign-in: {status}")

    def median(target: str) -> float:
        times = []
        for _ in range(ROUNDS):
            began = time.monotonic()
            assert browser.exchange("GET", target)[0] == 200
            times.append((time.monotonic() - began) * 1000)
        return statistics.median(times)

    return [row("list-of-1000", median("/api/v1/virtual-services"), "ms", 50, "with its 10,000 real servers, until the last byte"),
            row("status-1000x10", median("/api/v1/status"), "ms", None, "likewise"),
            row("status-counted", median("/api/v1/status?servers=none"), "ms", None, "with counts in place of real servers")]


def processor_seconds(pids: list[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS


def measure_streams(balancer: LoadBalancer, web: WebInterface) -> list[dict]:
    """Through nginx over TLS, as browsers hold them. What 10,000 real servers cost anyway is no cost of the streams."""
    browser = Browser(balancer.run_directory / "web.sock")
    browser.sign_in(USER, web.password)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    pids = {"evenkeeld": [balancer.daemon.pid], "nginx": nginx_pids(balancer)}

    def shares() -> dict[str, float]:
        """In percent of a core, while two events a second come."""
        before = {name: processor_seconds(own) for name, own in pids.items()}
        began = time.monotonic()
        number = 0
        while (passed := time.monotonic() - began) < STREAM_SECONDS:
            verb = "drain" if number % 2 == 0 else "online"
            balancer.api.request("POST", f"/api/v1/virtual-services/service-1/real-servers/server-3/{verb}")
            number += 1
            time.sleep(max(0.0, began + number * 0.5 - time.monotonic()))
        return {name: 100 * (processor_seconds(own) - before[name]) / passed for name, own in pids.items()}

    without = shares()
    request = (f"GET /api/v1/events HTTP/1.1\r\nHost: {web.address}\r\nAccept: text/event-stream\r\n"
               f"Cookie: evenkeel_session={browser.cookie}\r\nX-Background: true\r\n\r\n").encode()
    with contextlib.ExitStack() as stack:
        for _ in range(STREAMS):
            plain = balancer.namespace.open_socket()
            plain.connect((web.address, PORT))
            stream = stack.enter_context(context.wrap_socket(plain))
            stream.sendall(request)
            assert stream.recv(4096).startswith(b"HTTP/1.1 200")
        spent = {name: share - without[name] for name, share in shares().items()}
    return [row("streams-200", sum(spent.values()), "% of a core", 5,
                ", ".join(f"{name} {share:.1f} %" for name, share in spent.items())
                + f"; beside what the same events cost without a stream, {sum(without.values()):.1f} %")]


def nginx_pids(balancer: LoadBalancer) -> list[int]:
    master = int((balancer.run_directory / "web" / "master.pid").read_text())
    return [pid for pid in balancer.namespace.pids() if pid == master or os.getpgid(pid) == master]


def print_table(rows: list[dict]) -> None:
    print(f"{'row':<22}{'measured':>20}{'limit':>10}  ")
    for one in rows:
        limit = "" if one["limit"] is None else f"{one['limit']:g}"
        print(f"{one['row']:<22}{one['value']:>9.1f} {one['unit']:<10}{limit:>10}  {one['note']}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments.add_argument("--check", action="store_true", help="fail when a limit is passed")
    options = arguments.parse_args()
    with balancer_alone(f"ekb{os.getpid()}-") as balancer:
        web = WebInterface(balancer)
        balancer.stop()
        balancer.start(*web.arguments())
        web.set_up()
        first = {"virtual_services": big_configuration()["virtual_services"][:3]}
        balancer.api.request("PUT", "/api/v1/configuration", first, timeout=120.0)
        small = measure_pages(balancer, web, "small")
        balancer.api.request("PUT", "/api/v1/configuration", big_configuration(), timeout=120.0)
        rows = rows_of_pages(small, measure_pages(balancer, web, "large"))
        rows += measure_lists(balancer, web) + measure_streams(balancer, web)
    if options.json:
        print(json.dumps({"bench": "web", "rows": rows}))
    else:
        print_table(rows)
    missed = [one["row"] for one in rows if one["limit"] is not None and one["value"] > one["limit"]]
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
