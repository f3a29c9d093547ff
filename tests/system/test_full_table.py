"""More connections than the connection table has room for."""

import json
import socket

from lab.small_farm import LABEL, PORT, SmallFarm

ROOM = 1024
FIRST_PORT = 20_000


def fill(farm: SmallFarm) -> None:
    """Datagrams from ever other ports: each begins a connection, and none of them gives way before it expires."""
    for number in range(3 * ROOM):
        with farm.client.namespace.open_socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind(("", FIRST_PORT + number))
            own.sendto(b"x", (farm.address, PORT))


def test_a_table_without_room_serves_on_and_says_so(small: SmallFarm) -> None:
    small.balancer.start("--connections", str(ROOM))
    small.configure()
    small.balancer.evenkeel("virtual-service", "edit", LABEL, "--protocol", "tcp_udp")
    with small.balancer.api.follow() as events:
        fill(small)
        assert "find no room" in events.wait_for("connection_table_full", "connection_table").message
    assert {small.ask(small.address) for _ in range(20)} <= {"rs1", "rs2"}, "new connections are forwarded by hash"
    status = json.loads(small.balancer.evenkeel("status", "--json").stdout)
    assert [notice["object"] for notice in status["notices"]] == ["connection_table"]
    assert "find no room" in small.balancer.evenkeel("status").stdout
