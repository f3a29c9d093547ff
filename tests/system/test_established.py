"""What becomes of established connections whose real server fails its check, is halted or deleted: keep, reset or drop."""

import contextlib
import socket
from collections.abc import Iterator

import pytest
from conftest import running_small_farm
from conversations import assert_is_dropped, assert_is_reset, conversation_with

from lab.host import Host
from lab.method import Method
from lab.network import Family
from lab.small_farm import PORT, Conversation, SmallFarm

CHECKED_PORT = 7009  # apart from what clients use, so that a check can fail and a connection live
OUTCOMES = ("Keep", "Reset", "Drop")
PLACES = [(Method.DR, Family.IPV4), (Method.NAT, Family.IPV6), (Method.SNAT, Family.IPV4)]


def listener(host: Host) -> socket.socket:
    """The kernel accepts what checks it, until it is closed."""
    made = host.namespace.open_socket(socket.AF_INET6)
    made.bind(("::", CHECKED_PORT))
    made.listen()
    return made


class Outcomes:
    """One virtual service for each outcome, named after it, at an address of its own."""

    def __init__(self, farm: SmallFarm):
        self.farm = farm
        self.addresses = {outcome: f"{farm.address[:-1]}{last}" for last, outcome in enumerate(OUTCOMES)}
        self.checked = [listener(server) for server in farm.servers]

    def start(self) -> None:
        for server in self.farm.servers:
            if self.farm.method is Method.DR:
                server.carry(*(address for address in self.addresses.values() if address not in server.carried))
        self.farm.balancer.start()
        self.farm.apply({"virtual_services": [self._service(outcome) for outcome in OUTCOMES]})
        self.farm.wait_until_up(*OUTCOMES)

    def _service(self, outcome: str) -> dict:
        return {
            "label": outcome, "address": self.addresses[outcome], "ports": str(PORT),
            "forwarding_method": self.farm.method.configured, "persistence": {"enabled": False},
            "on_failure": outcome.lower(), "on_halt": "drop" if outcome == "Drop" else "reset",
            "health_check": {"type": "connect", "check_port": CHECKED_PORT, "path_check": False,
                             "interval": 1, "timeout": 0.5, "failure_count": 1},
            "real_servers": [{"label": server.name.upper(), "address": server.address_in(self.farm.family)}
                             for server in self.farm.servers]}

    @contextlib.contextmanager
    def conversations(self, server: str) -> Iterator[dict[str, Conversation]]:
        """One with that server in each virtual service."""
        with contextlib.ExitStack() as stack:
            yield {outcome: stack.enter_context(conversation_with(self.farm, server, self.addresses[outcome]))
                   for outcome in OUTCOMES}


@pytest.fixture(params=PLACES, ids=lambda place: f"{place[0].value}-{place[1].value}")
def outcomes(request) -> Iterator[Outcomes]:
    method, family = request.param
    with running_small_farm("ends", method, family) as farm:
        made = Outcomes(farm)
        made.start()
        yield made
        for listening in made.checked:
            listening.close()


def test_a_failed_check_keeps_resets_or_drops_as_is_said(outcomes: Outcomes) -> None:
    with outcomes.conversations("rs1") as failed, outcomes.conversations("rs2") as others:
        outcomes.checked[0].close()
        for outcome in OUTCOMES:
            outcomes.farm.balancer.wait_for_state(outcome, "RS1", "down")
        assert failed["Keep"].ask()["server"] == "rs1"
        assert_is_reset(failed["Reset"])
        assert_is_dropped(failed["Drop"])
        assert [other.ask()["server"] for other in others.values()] == ["rs2"] * len(OUTCOMES)


def test_a_halt_resets_or_drops_as_is_said(outcomes: Outcomes) -> None:
    with outcomes.conversations("rs1") as halted, outcomes.conversations("rs2") as others:
        outcomes.farm.balancer.evenkeel("real-server", "halt", "RS1", "--all-services")
        assert_is_reset(halted["Reset"])
        assert_is_dropped(halted["Drop"])
        assert [other.ask()["server"] for other in others.values()] == ["rs2"] * len(OUTCOMES)


def test_a_deletion_resets_whatever_is_said(outcomes: Outcomes) -> None:
    with outcomes.conversations("rs1") as gone, outcomes.conversations("rs2") as others:
        for outcome in OUTCOMES:
            outcomes.farm.balancer.evenkeel("real-server", "delete", outcome, "RS1")
            assert_is_reset(gone[outcome])
        assert [other.ask()["server"] for other in others.values()] == ["rs2"] * len(OUTCOMES)
