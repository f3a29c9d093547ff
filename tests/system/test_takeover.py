"""Who takes over from whom, and how fast: tiers, slow start, drains that end, and the fallback server."""

from lab.commands import wait_until
from lab.small_farm import LABEL, Conversation, SmallFarm, service


def tiers(**changes: object) -> dict:
    """RS1 is the primary server, RS2 the secondary one."""
    servers = [{"label": "RS1", "address": "10.77.0.21"},
               {"label": "RS2", "address": "10.77.0.22", "priority": 2}]
    return {"virtual_services": [service(real_servers=servers) | changes]}


def states(farm: SmallFarm) -> list[str]:
    return [server["state"] for server in farm.balancer.api.virtual_service(LABEL)["real_servers"]]


def wait_for_states(farm: SmallFarm, *wanted: str) -> None:
    wait_until(lambda: states(farm) == list(wanted), f"RS1 and RS2 to be {wanted}")


def test_the_secondary_server_stands_by_and_gives_back_what_it_took_over(small: SmallFarm) -> None:
    small.start_balancer(tiers())
    assert states(small) == ["up", "standby"]
    assert set(small.ask_many(10)) == {"rs1"}
    small.servers[0].kill_all()
    wait_for_states(small, "down", "up")
    assert set(small.ask_many(10)) == {"rs2"}
    small.servers[0].start()
    wait_for_states(small, "up", "standby")
    assert set(small.ask_many(10)) == {"rs1"}


def test_without_failback_it_stays_even_over_a_restart_until_told_otherwise(small: SmallFarm) -> None:
    small.start_balancer(tiers(failback=False))
    assert states(small) == ["up", "standby"], "whoever is checked first"
    small.servers[0].kill_all()
    wait_for_states(small, "down", "up")
    small.servers[0].start()
    wait_for_states(small, "standby", "up")
    small.balancer.kill()
    small.balancer.start()
    wait_for_states(small, "standby", "up")
    assert set(small.ask_many(10)) == {"rs2"}
    assert "tier 1 takes" in small.balancer.evenkeel("virtual-service", "failback", LABEL).stdout
    assert states(small) == ["up", "standby"]
    assert set(small.ask_many(10)) == {"rs1"}


def test_a_server_that_comes_back_starts_slowly(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(slow_start=5)]})

    def weight() -> int:
        return small.balancer.api.real_server(LABEL, "RS1")["effective_weight"]

    assert weight() == 100, "the start of evenkeeld is none of a server"
    small.servers[0].kill_all()
    small.balancer.wait_for_state(LABEL, "RS1", "down")
    small.servers[0].start()
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    assert 0 < weight() < 100
    wait_until(lambda: weight() == 100, "the full weight")


def test_a_drain_ends_when_its_time_is_over(balanced: SmallFarm) -> None:
    conversations = [Conversation(balanced.client) for _ in range(6)]
    balanced.balancer.evenkeel("real-server", "drain", LABEL, "RS1", "--within", "2s")
    assert "left, halted in" in balanced.balancer.evenkeel("status").stdout
    balanced.balancer.wait_for_state(LABEL, "RS1", "halted")
    said = balanced.balancer.api.real_server(LABEL, "RS1")["operator_action"]
    assert (said["author"], said["reason"]) == ("drain deadline", "the time to drain is over")
    for conversation in conversations:
        conversation.close()


def test_a_drain_ends_when_nobody_is_left_and_the_deadline_outlives_a_restart(balanced: SmallFarm) -> None:
    balanced.balancer.evenkeel("real-server", "drain", LABEL, "RS1", "--within", "1h")
    balanced.balancer.wait_for_state(LABEL, "RS1", "halted")
    assert balanced.balancer.api.real_server(LABEL, "RS1")["operator_action"]["reason"] == "no connection is left"
    with Conversation(balanced.client):
        balanced.balancer.evenkeel("real-server", "drain", LABEL, "RS2", "--within", "1h")
        deadline = balanced.balancer.api.real_server(LABEL, "RS2")["operator_action"]["deadline"]
        balanced.balancer.kill()
        balanced.balancer.start()
        assert balanced.balancer.api.real_server(LABEL, "RS2")["operator_action"]["deadline"] == deadline


def test_the_fallback_server_answers_when_no_other_may(small: SmallFarm) -> None:
    fallback = {"mode": "server", "address": "10.77.0.22"}
    servers = [{"label": "RS1", "address": "10.77.0.21"}]
    small.start_balancer({"virtual_services": [service(real_servers=servers, fallback=fallback)]})
    assert set(small.ask_many(5)) == {"rs1"}
    small.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
    assert set(small.ask_many(5)) == {"rs2"}
    assert "fallback 10.77.0.22 active" in small.balancer.evenkeel("status").stdout
    small.balancer.evenkeel("real-server", "online", LABEL, "RS1")
    small.balancer.wait_for_state(LABEL, "RS1", "up")
    assert set(small.ask_many(5)) == {"rs1"}


def test_a_real_server_that_fails_its_check_may_be_the_fallback(small: SmallFarm) -> None:
    check = {"type": "connect", "check_port": 9, "interval": 1, "timeout": 0.5, "failure_count": 1}
    small.balancer.start()
    small.apply({"virtual_services": [service(health_check=check, fallback={"mode": "server", "address": "10.77.0.21"})]})
    small.balancer.wait_for_service(LABEL, "down")
    wait_for_states(small, "down", "down")
    assert set(small.ask_many(5)) == {"rs1"}
