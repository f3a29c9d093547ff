"""What was: counted from real traffic, kept over restarts and kill -9, and nothing that anything depends on."""

import time

from lab.commands import wait_until
from lab.small_farm import LABEL, SmallFarm


def points(farm: SmallFarm, name: str, metric: str) -> list[tuple[int, float]]:
    """Those of the last minutes that are known."""
    now = int(time.time())
    answer = farm.balancer.api.get(f"/api/v1/statistics?object={name}&metric={metric}&from={now - 600}&to={now}")
    assert answer["step"] == 10
    return [(at, value) for at, value in answer["points"] if value is not None]


def test_traffic_is_there_as_it_was_and_stays(balanced: SmallFarm) -> None:
    service, servers = f"virtual_service/{LABEL}", [f"real_server/{LABEL}/RS1", f"real_server/{LABEL}/RS2"]
    api = balanced.balancer.api
    # From here on it has a reading to compare with.
    wait_until(lambda: points(balanced, service, "connections"), "the first step", 30)
    before = api.virtual_service(LABEL)["counters"]
    balanced.ask_many(40)
    wait_until(lambda: sum(value for _, value in points(balanced, service, "connections")) * 10 >= 40,
               "the connections to be in a step", 30)
    counted = api.virtual_service(LABEL)["counters"]
    known = points(balanced, service, "connections")
    assert all(0 <= value <= counted["connections"] / 5 for _, value in known), known
    bytes_in = sum(value for _, value in points(balanced, service, "bytes_in")) * 10
    assert 0.7 * (counted["bytes"] - before["bytes"]) <= bytes_in <= 1.5 * counted["bytes"]
    of_servers = sum(value for server in servers for _, value in points(balanced, server, "connections"))
    assert abs(of_servers - sum(value for _, value in known)) < 1
    assert points(balanced, "system", "load") and points(balanced, "system", "memory")

    balanced.balancer.kill()
    balanced.balancer.start()
    again = points(balanced, service, "connections")
    assert again[:len(known) - 1] == known[:-1], "kill -9 cost more than a step"
    # The counters go on from where they were: no step has had all of it.
    wait_until(lambda: points(balanced, service, "connections")[-1][0] > known[-1][0], "a step after the restart", 40)
    assert max(value for _, value in points(balanced, service, "connections")) <= max(value for _, value in known)
    shown = balanced.balancer.evenkeel("statistics", LABEL).stdout
    assert "connections" in shown and LABEL in shown
    assert "load" in balanced.balancer.evenkeel("statistics").stdout


def test_a_damaged_file_costs_the_past_and_nothing_else(balanced: SmallFarm) -> None:
    file = balanced.balancer.state_directory / "statistics.db"
    service = f"virtual_service/{LABEL}"
    wait_until(lambda: points(balanced, service, "active"), "the first step", 30)
    balanced.balancer.kill()
    for companion in ("-wal", "-shm"):
        file.with_name(file.name + companion).unlink(missing_ok=True)
    file.write_bytes(b"this is no database" * 1000)
    balanced.balancer.start()
    assert set(balanced.ask_many(10)) == {"rs1", "rs2"}
    assert not balanced.balancer.api.status()["read_only"]
    wait_until(lambda: points(balanced, service, "active"), "a step in the new file", 40)
    assert file.with_name(file.name + ".damaged").exists()
    assert any("statistics" in notice["object"] for notice in balanced.balancer.api.status()["notices"])


def test_the_system_is_the_machine(balanced: SmallFarm) -> None:
    system = balanced.balancer.api.get("/api/v1/system")
    assert 0 < system["memory"]["available"] < system["memory"]["total"]
    assert system["uptime_seconds"] > 0 and len(system["load"]) == 3
