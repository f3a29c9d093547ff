"""Several checks of a real server, checks that virtual services share or take over from each other, and what happens
when too few real servers are left."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from lab.commands import wait_until
from lab.small_farm import LABEL, OTHER_PORT, PORT, Server, SmallFarm, service

CHECKED_PORT = 7005
RHYTHM = {"interval": 1, "timeout": 0.5, "failure_count": 1, "path_check": False}


class Listener:
    """Accepts and counts connections on a real server; closed, it refuses them. What clients use goes on."""

    def __init__(self, server: Server):
        self.server = server
        self.connections = 0
        self._socket: socket.socket | None = None

    def open(self) -> None:
        self._socket = self.server.namespace.open_socket(socket.AF_INET, timeout=None)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("", CHECKED_PORT))
        self._socket.listen()
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True).start()

    def close(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._socket.close()
        self._socket = None

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                connection.close()


@pytest.fixture
def listeners(small: SmallFarm) -> Iterator[list[Listener]]:
    made = [Listener(server) for server in small.servers]
    for listener in made:
        listener.open()
    yield made
    for listener in made:
        listener.close()


def connect_to(port: int, **changes: object) -> dict:
    return RHYTHM | {"type": "connect", "check_port": port} | changes


def applied(farm: SmallFarm, *services: dict) -> None:
    farm.start_balancer_without_waiting({"virtual_services": list(services)})
    farm.wait_until_up(*(one["label"] for one in services))


def test_one_failed_check_of_several_takes_a_server_out_unless_fewer_are_required(
        small: SmallFarm, listeners: list[Listener]) -> None:
    checks = {"health_check": connect_to(PORT, more_ports=str(OTHER_PORT)),
              "more_checks": [connect_to(CHECKED_PORT), RHYTHM | {"type": "ping"}]}
    applied(small, service(**checks))
    listeners[0].close()
    small.balancer.wait_for_state(LABEL, "RS1", "down")
    reason = small.balancer.api.real_server(LABEL, "RS1")["reason"]
    assert reason.startswith(f"2 of 3 checks are well, 3 are required: connect on port {CHECKED_PORT}: connection refused")
    assert set(small.ask_many(10)) == {"rs2"}

    said = small.balancer.evenkeel("real-server", "explain", LABEL, "RS1").stdout
    assert f"connect on port {OTHER_PORT}" in said and "ping" in said
    assert f"nothing listens on port {CHECKED_PORT}" in said

    small.apply({"virtual_services": [service(**checks, required_checks=2)]})
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    assert small.balancer.api.real_server(LABEL, "RS2")["state"] == "up"


def test_a_server_that_failed_needs_as_many_good_checks_as_it_is_told(
        small: SmallFarm, listeners: list[Listener]) -> None:
    applied(small, service(health_check=connect_to(CHECKED_PORT, success_count=3)))
    listeners[0].close()
    small.balancer.wait_for_state(LABEL, "RS1", "down")
    before = listeners[0].connections
    listeners[0].open()
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    # The last of them may still wait to be accepted; the check after it is half a second away or more.
    wait_until(lambda: listeners[0].connections - before >= 3, "three checks", timeout=0.5)


def test_a_follower_goes_down_and_up_with_the_followed(small: SmallFarm, listeners: list[Listener]) -> None:
    follower = service("Follower", ports=str(OTHER_PORT),
                       health_check=RHYTHM | {"type": "follow", "follow": LABEL})
    applied(small, service(health_check=connect_to(CHECKED_PORT), quorum=2), follower)
    with small.balancer.api.follow() as events:
        listeners[0].close()
        events.wait_for("real_server_down", "Follower/real_server/RS2")
        assert small.balancer.api.real_server("Follower", "RS2")["reason"] == \
            f"1 of 2 real servers of {LABEL} pass their checks, 2 needed"
        assert small.balancer.api.virtual_service(LABEL)["fallback_active"], "the quorum is missed"
        listeners[0].open()
        events.wait_for("real_server_up", "Follower/real_server/RS2")
    small.wait_until_up("Follower", LABEL)


def test_in_a_panic_all_are_used(small: SmallFarm, listeners: list[Listener]) -> None:
    applied(small, service(health_check=connect_to(CHECKED_PORT), panic_threshold=60))
    with small.balancer.api.follow() as events:
        listeners[0].close()
        events.wait_for("panic_began", LABEL)
        shown = small.balancer.api.virtual_service(LABEL)
        assert shown["panic"] and shown["reason"].startswith("panic: 1 of 2 real servers are healthy")
        assert "panic: 1 of 2" in small.balancer.evenkeel("status").stdout
        assert set(small.ask_many(10)) == {"rs1", "rs2"}
        small.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
        events.wait_for("panic_ended", LABEL)
        assert set(small.ask_many(10)) == {"rs2"}


def test_equal_checks_of_several_services_are_made_once(small: SmallFarm, listeners: list[Listener]) -> None:
    once = connect_to(CHECKED_PORT, interval=3600)
    applied(small, *(service(f"Service{port}", ports=str(port), health_check=once) for port in (PORT, OTHER_PORT, 7010)))
    assert [listener.connections for listener in listeners] == [1, 1]
    # Another timeout makes another check.
    other = service("Service7010", ports="7010", health_check=once | {"timeout": 0.4})
    same = [service(f"Service{port}", ports=str(port), health_check=once) for port in (PORT, OTHER_PORT)]
    small.apply({"virtual_services": [*same, other]})
    wait_until(lambda: [listener.connections for listener in listeners] == [2, 2], "the other check")


def test_the_command_line_gives_a_service_several_checks(small: SmallFarm, listeners: list[Listener]) -> None:
    small.start_balancer({"virtual_services": [service()]})
    edit = ("virtual-service", "edit", LABEL)
    small.balancer.evenkeel(*edit, "--required-checks", "2", "--more-checks",
                            f"type=connect check-port={CHECKED_PORT} interval=1 timeout=0.5 failure_count=1",
                            "--more-checks", "type=always-on")
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    checks = small.balancer.api.get(f"/api/v1/virtual-services/{LABEL}")["more_checks"]
    assert [(check["type"], check["check_port"]) for check in checks] == [("connect", CHECKED_PORT), ("always_on", None)]
    small.balancer.evenkeel(*edit, "--required-checks", "0")
    listeners[0].close()
    small.balancer.wait_for_state(LABEL, "RS1", "down")
    small.balancer.evenkeel(*edit, "--reset", "more-checks")
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    refused = small.balancer.evenkeel(*edit, "--more-checks", "type=connect colour=blue", check=False)
    assert refused.returncode != 0 and "there is no setting \"colour\"" in refused.stderr
