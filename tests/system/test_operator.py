"""Drain, halt and online: what an operator says about a real server, and how long it holds."""

import pytest
from conversations import assert_is_reset, conversation_with

from lab.commands import wait_until
from lab.small_farm import LABEL, SmallFarm, service


def act(farm: SmallFarm, verb: str, server: str, *options: str) -> None:
    farm.balancer.evenkeel("real-server", verb, LABEL, server, *options)


def state(farm: SmallFarm, server: str) -> str:
    return farm.balancer.api.real_server(LABEL, server)["state"]


def test_drain_lets_the_old_connections_live_and_takes_no_new_ones(balanced: SmallFarm) -> None:
    with conversation_with(balanced, "rs1") as old:
        act(balanced, "drain", "RS1")
        assert state(balanced, "RS1") == "drained"
        assert set(balanced.ask_many(20)) == {"rs2"}
        assert old.ask()["server"] == "rs1"
    act(balanced, "online", "RS1")
    balanced.balancer.wait_for_state(LABEL, "RS1", "up")
    # The one with fewer connections, those that have just ended included: for a while that is rs1 alone.
    assert "rs1" in balanced.ask_many(20)


def test_halt_cuts_the_old_connections_as_well(balanced: SmallFarm) -> None:
    with conversation_with(balanced, "rs1") as old, conversation_with(balanced, "rs2") as other:
        act(balanced, "halt", "RS1")
        assert state(balanced, "RS1") == "halted"
        assert_is_reset(old)
        assert other.ask()["server"] == "rs2"
    assert set(balanced.ask_many(20)) == {"rs2"}


def test_who_when_and_why_are_kept(balanced: SmallFarm) -> None:
    act(balanced, "drain", "RS2", "--reason", "new toner")
    said = balanced.balancer.api.real_server(LABEL, "RS2")["operator_action"]
    assert (said["state"], said["author"], said["reason"]) == ("drain", "root", "new toner")
    assert said["at"]
    assert "new toner" in balanced.balancer.evenkeel("status").stdout


@pytest.mark.parametrize(("verb", "expected"), [("drain", "drained"), ("halt", "halted")])
@pytest.mark.parametrize("ending", ["kill", "stop"])
def test_it_survives_a_restart_of_evenkeeld(balanced: SmallFarm, verb: str, expected: str, ending: str) -> None:
    act(balanced, verb, "RS1", "--reason", "repair")
    getattr(balanced.balancer, ending)()
    assert set(balanced.ask_many(10)) == {"rs2"}, "while evenkeeld is not running"
    balanced.balancer.start()
    assert state(balanced, "RS1") == expected
    assert balanced.balancer.api.real_server(LABEL, "RS1")["operator_action"]["reason"] == "repair"
    balanced.balancer.wait_for_state(LABEL, "RS2", "up")
    assert set(balanced.ask_many(20)) == {"rs2"}


def test_it_survives_changes_of_the_configuration_and_follows_a_new_name(balanced: SmallFarm) -> None:
    act(balanced, "drain", "RS1")
    balanced.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--weight", "50")
    assert state(balanced, "RS1") == "drained"
    balanced.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--label", "Old")
    assert state(balanced, "Old") == "drained"
    assert set(balanced.ask_many(10)) == {"rs2"}


def test_a_new_name_interrupts_nothing(balanced: SmallFarm) -> None:
    with conversation_with(balanced, "rs2") as old:
        balanced.balancer.evenkeel("virtual-service", "edit", LABEL, "--label", "Renamed")
        assert balanced.balancer.api.real_server("Renamed", "RS2")["state"] == "up"
        assert old.ask()["server"] == "rs2"


def test_a_failed_check_does_not_hide_what_the_operator_said(balanced: SmallFarm) -> None:
    act(balanced, "halt", "RS1")
    balanced.servers[0].kill_all()
    with balanced.balancer.api.follow():
        assert state(balanced, "RS1") == "halted"
    balanced.servers[0].start()
    assert state(balanced, "RS1") == "halted"


def test_all_offline_is_not_down(balanced: SmallFarm) -> None:
    for server in ("RS1", "RS2"):
        act(balanced, "drain", server)
    balanced.balancer.wait_for_service(LABEL, "offline")


def test_an_unknown_server_is_an_error_and_changes_nothing(balanced: SmallFarm) -> None:
    refused = balanced.balancer.evenkeel("real-server", "drain", LABEL, "Nobody", check=False)
    assert refused.returncode == 1 and "Nobody" in refused.stderr
    assert {state(balanced, "RS1"), state(balanced, "RS2")} == {"up"}


def test_one_command_for_all_services_of_a_server(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(), service("Second", ports="7001")]})
    small.wait_until_up("Second")
    small.balancer.evenkeel("real-server", "drain", "RS1", "--all-services")
    for label in (LABEL, "Second"):
        wait_until(lambda: small.balancer.api.real_server(label, "RS1")["state"] == "drained", f"RS1 of {label}")
