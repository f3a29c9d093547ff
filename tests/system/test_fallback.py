"""When no real server may take a connection: who answers, and for how long."""

from collections.abc import Callable

import pytest

from lab.commands import wait_until
from lab.small_farm import LABEL, SERVICE, SmallFarm, service, teller


@pytest.fixture
def with_fallback(balanced: SmallFarm) -> SmallFarm:
    """Something listens on the virtual service's port on the load balancer itself."""
    listener = teller(balanced.balancer, [SERVICE])
    listener.start()
    listener.wait_for(7000)
    return balanced


def all_dead(farm: SmallFarm) -> Callable[[], None]:
    for server in farm.servers:
        server.kill_all()
    return farm.servers[1].start


def all_drained(farm: SmallFarm) -> Callable[[], None]:
    for server in ("RS1", "RS2"):
        farm.balancer.evenkeel("real-server", "drain", LABEL, server)
    return lambda: farm.balancer.evenkeel("real-server", "online", LABEL, "RS2")


def one_dead_one_halted(farm: SmallFarm) -> Callable[[], None]:
    farm.servers[0].kill_all()
    farm.balancer.evenkeel("real-server", "halt", LABEL, "RS2")
    return lambda: farm.balancer.evenkeel("real-server", "online", LABEL, "RS2")


def is_active(farm: SmallFarm) -> bool:
    return farm.balancer.api.virtual_service(LABEL)["fallback_active"]


@pytest.mark.parametrize("take_away", [all_dead, all_drained, one_dead_one_halted])
def test_the_local_listener_answers_until_the_first_server_is_back(with_fallback: SmallFarm, take_away) -> None:
    farm = with_fallback
    assert "lb" not in farm.ask_many(10)
    with farm.balancer.api.follow() as events:
        bring_one_back = take_away(farm)
        events.wait_for("fallback_active", LABEL)
        assert is_active(farm)
        assert set(farm.ask_many(10)) == {"lb"}
        assert farm.tell(b"over UDP")["server"] == "lb"
        bring_one_back()
        events.wait_for("fallback_inactive", LABEL)
    assert not is_active(farm)
    assert set(farm.ask_many(10)) == {"rs2"}


def test_it_answers_while_evenkeeld_is_dead(with_fallback: SmallFarm) -> None:
    all_drained(with_fallback)
    wait_until(lambda: is_active(with_fallback), "the fallback")
    with_fallback.balancer.kill()
    assert set(with_fallback.ask_many(10)) == {"lb"}


def test_without_a_listener_clients_are_refused_at_once(balanced: SmallFarm) -> None:
    all_drained(balanced)
    wait_until(lambda: is_active(balanced), "the fallback")
    with pytest.raises(ConnectionRefusedError):
        balanced.ask()


def test_with_no_fallback_clients_get_no_answer_and_it_is_counted(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(fallback={"mode": "none"})]})
    all_drained(small)
    small.balancer.wait_for_service(LABEL, "offline")
    before = dropped(small)
    with pytest.raises(TimeoutError):
        small.ask(timeout=1.0)
    assert dropped(small) > before


def dropped(farm: SmallFarm) -> int:
    return next(reason["packets"] for reason in farm.balancer.api.status()["reasons"]
                if reason["name"] == "no_real_server")
