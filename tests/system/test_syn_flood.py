"""Floods of SYNs from clients that nobody has, while real clients come and talk."""

import itertools
import json
import socket
import threading

import pytest

from lab import packet
from lab.commands import wait_until
from lab.method import Method
from lab.namespaces import family_of
from lab.network import Family
from lab.small_farm import GREETING_PORT, LABEL, PORT, Conversation, SmallFarm

LIMIT = 50
MEGABYTE = 1_000_000
_TRANSLATED = [(method, family) for method in (Method.NAT, Method.SNAT) for family in Family]
_AROUND_US = [(method, family) for method in (Method.DR, Method.TUNNEL) for family in Family]


def of(methods: list) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("farm_by_method", methods, ids=lambda chosen: f"{chosen[0].value}-{chosen[1].value}",
                                   indirect=True)


class Flood:
    """SYNs from invented clients, as fast as one thread makes them."""

    def __init__(self, farm: SmallFarm):
        self._farm = farm
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.sent = 0

    def __enter__(self) -> "Flood":
        self._thread.start()
        wait_until(lambda: self.sent > 4 * LIMIT, "the flood to begin")
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        address = self._farm.address
        with self._farm.client.namespace.open_socket(family_of(address), socket.SOCK_RAW,
                                                     protocol=socket.IPPROTO_RAW) as own:
            for number in itertools.count():
                if self._ended.is_set():
                    return
                host = number % 250 + 1, number // 250 % 250
                source = f"fd99::{host[1]:x}:{host[0]:x}" if self._farm.family is Family.IPV6 \
                    else f"10.99.{host[1]}.{host[0]}"
                own.sendto(packet.syn((source, 1024 + number % 60000), (address, PORT)), (address, 0))
                self.sent += 1


@pytest.fixture
def limited(farm_by_method: SmallFarm) -> SmallFarm:
    farm_by_method.balancer.evenkeel("virtual-service", "edit", LABEL, "--ports", f"{PORT},{GREETING_PORT}",
                                     "--half-open-limit", str(LIMIT))
    return farm_by_method


def reason(farm: SmallFarm, name: str) -> int:
    status = json.loads(farm.balancer.evenkeel("status", "--json").stdout)
    return sum(row["packets"] for row in status["reasons"] if row["name"] == name)


def greeting(farm: SmallFarm) -> dict:
    with farm.client.namespace.connect(farm.address, GREETING_PORT) as own, own.makefile("rb") as stream:
        return json.loads(stream.readline())


@of(_TRANSLATED)
def test_real_clients_get_through_by_cookies(limited: SmallFarm) -> None:
    farm = limited
    with Conversation(farm.client, farm.address) as before, Flood(farm):
        for _ in range(40):
            assert farm.ask(farm.address) in ("rs1", "rs2")
        with Conversation(farm.client, farm.address, timeout=20.0) as conversation:
            assert conversation.receive(3 * MEGABYTE) == 3 * MEGABYTE, "numbers and windows agree for long"
            assert conversation.ask("y" * MEGABYTE)["bytes"] == MEGABYTE
        assert greeting(farm)["server"] in ("rs1", "rs2"), "a server that speaks first"
        assert before.ask()["bytes"] == 5
    assert reason(farm, "syn_cookie") > LIMIT


@of(_TRANSLATED)
def test_a_proxied_connection_outlives_the_flood_and_evenkeeld(limited: SmallFarm) -> None:
    farm = limited
    with Flood(farm):
        conversation = Conversation(farm.client, farm.address, timeout=20.0)
    with conversation:
        server = conversation.ask()["server"]
        farm.balancer.kill()
        assert conversation.ask()["server"] == server
        farm.balancer.start()
        farm.wait_until_up()
        assert conversation.ask()["server"] == server


@of(_TRANSLATED)
def test_a_refusal_reaches_the_client(limited: SmallFarm) -> None:
    """Behind the cookie nobody listens: the client is told so, and not left with half a connection."""
    farm = limited
    farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--ports", f"{PORT},{PORT + 90}")
    with Flood(farm), pytest.raises(ConnectionError), \
            farm.client.namespace.connect(farm.address, PORT + 90) as own:
        own.settimeout(5.0)
        own.sendall(b"anybody\n")
        if not own.recv(1):
            raise ConnectionResetError("closed")


@of(_AROUND_US)
def test_who_asks_twice_gets_through(limited: SmallFarm) -> None:
    farm = limited
    farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--syn-flood", "twice")
    with Conversation(farm.client, farm.address) as before, Flood(farm):
        assert farm.ask(farm.address, timeout=8.0) in ("rs1", "rs2")
        assert before.ask()["bytes"] == 5
    assert reason(farm, "first_syn") > LIMIT


@of(_TRANSLATED[:1])
def test_a_flood_is_an_event_an_alarm_and_a_notice(limited: SmallFarm) -> None:
    balancer = limited.balancer
    with balancer.api.follow() as events:
        with Flood(limited):
            assert f"the limit is {LIMIT}" in events.wait_for("syn_flood", LABEL).message
            shown = balancer.api.virtual_service(LABEL)
            assert shown["half_open"] >= LIMIT * 0.8 and "a flood of SYNs" in shown["alarm"], shown
            assert "half-open connections, the limit is" in balancer.evenkeel("status").stdout
        # Half-open connections last for a minute: with a higher limit they are none too many.
        balancer.evenkeel("virtual-service", "edit", LABEL, "--half-open-limit", "100000")
        assert "is over" in events.wait_for("syn_flood_over", LABEL).message
    assert balancer.api.virtual_service(LABEL)["alarm"] == ""
    assert "half-open connections, the limit is" not in balancer.evenkeel("status").stdout
