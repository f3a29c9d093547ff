"""A list of a million connections: how long the whole of it takes, what evenkeeld needs for it, and how long others wait for their
answers meanwhile. Datagrams of a million clients through a virtual service of a real evenkeeld in namespaces."""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.packet import datagram  # noqa: E402 (the project's folder has to be found first)
from lab.small_farm import PORT, SERVICE, SmallFarm, service  # noqa: E402

CONNECTIONS = 1_000_000
SLOTS = 1_600_000
PORTS = 50_000  # of each client address


def open_connections(farm: SmallFarm) -> None:
    """A datagram of each client. Only its address and port change, and UDP over IPv4 needs no checksum."""
    packet = bytearray(datagram(("10.128.0.0", 1024), (SERVICE, PORT), b"bench"))
    packet[26:28] = b"\0\0"
    with farm.client.namespace.open_socket(socket.AF_INET, socket.SOCK_RAW, protocol=socket.IPPROTO_RAW) as raw:
        for number in range(CONNECTIONS):
            packet[13:16] = (number // PORTS).to_bytes(3, "big")
            packet[20:22] = (1024 + number % PORTS).to_bytes(2, "big")
            raw.sendto(packet, (SERVICE, 0))


def list_all(farm: SmallFarm) -> dict:
    """With the milliseconds that others waited for the status meanwhile."""
    start = time.monotonic()
    waits = []
    with subprocess.Popen(farm.balancer.command_line("connections", "--all"), stdout=subprocess.PIPE) as listing, \
            subprocess.Popen(["grep", "-c", "UDP"], stdin=listing.stdout, stdout=subprocess.PIPE) as lines:
        while lines.poll() is None:
            asked = time.monotonic()
            farm.balancer.api.status()
            waits.append((time.monotonic() - asked) * 1000)
            time.sleep(0.005)
        rows = int(lines.stdout.read())  # without the headings
    return {"row": "connections-listed", "rows": rows, "seconds": time.monotonic() - start,
            "status_ms_median": statistics.median(waits), "status_ms_99": sorted(waits)[len(waits) * 99 // 100],
            "kilobytes": farm.balancer.resident_kilobytes()}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = arguments.parse_args()
    farm = SmallFarm(f"ekb{os.getpid()}-")
    try:
        farm.balancer.start("--connections", str(SLOTS))
        farm.apply({"virtual_services": [service(protocol="udp", health_check={"type": "always_on"})]})
        farm.wait_until_up()
        open_connections(farm)
        row = list_all(farm)
    finally:
        farm.remove()
    if options.json:
        print(json.dumps({"bench": "connections", "rows": [row]}))
        return 0
    print(f"{row['rows']:,} rows of evenkeel connections --all: {row['seconds']:.1f} s; evenkeeld had "
          f"{row['kilobytes'] / 1024:.0f} MB")
    print(f"GET /status meanwhile: median {row['status_ms_median']:.1f} ms, 99 of 100 within {row['status_ms_99']:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
