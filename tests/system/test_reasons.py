"""Why packets were not forwarded, and whose they were."""

import pytest

from lab.commands import wait_until
from lab.small_farm import LABEL, OTHER_PORT, SmallFarm, service

OTHER = "Other"
NO_FALLBACK = {"mode": "none"}


@pytest.fixture
def two_services(small: SmallFarm) -> SmallFarm:
    """One that serves, and one whose real servers are all drained and that has no fallback."""
    small.start_balancer({"virtual_services": [
        service(fallback=NO_FALLBACK), service(OTHER, ports=str(OTHER_PORT), fallback=NO_FALLBACK)]})
    for server in ("RS1", "RS2"):
        small.balancer.evenkeel("real-server", "drain", OTHER, server)
    small.balancer.wait_for_service(OTHER, "offline")
    return small


def refuse_a_client(farm: SmallFarm) -> None:
    with pytest.raises(TimeoutError):
        farm.ask(port=OTHER_PORT, timeout=0.5)


def dropped(farm: SmallFarm, label: str) -> int:
    return sum(reason["packets"] for reason in farm.balancer.api.virtual_service(label)["reasons"]
               if reason["name"] == "no_real_server")


def test_a_reason_names_the_virtual_service(two_services: SmallFarm) -> None:
    farm = two_services
    assert farm.ask() in ("rs1", "rs2")
    refuse_a_client(farm)
    wait_until(lambda: dropped(farm, OTHER) > 0, "the SYN to be counted")
    assert dropped(farm, LABEL) == 0
    reasons = {row["name"]: row for row in farm.balancer.api.get("/api/v1/reasons")["reasons"]}
    whose = reasons["no_real_server"]["virtual_services"]
    assert [row["label"] for row in whose] == [OTHER] and whose[0]["packets"] == reasons["no_real_server"]["packets"]
    assert OTHER in farm.balancer.evenkeel("reasons").stdout
    assert f"  {OTHER}" in farm.balancer.evenkeel("status").stdout
    assert "no_real_server" in farm.balancer.evenkeel("reasons", "--virtual-service", OTHER).stdout
    assert "no_real_server" not in farm.balancer.evenkeel("reasons", "--virtual-service", LABEL).stdout
    assert farm.balancer.evenkeel("reasons", "--virtual-service", "Nobody", check=False).returncode != 0


def test_counts_survive_a_kill_and_go_with_their_virtual_service(two_services: SmallFarm) -> None:
    farm = two_services
    refuse_a_client(farm)
    wait_until(lambda: dropped(farm, OTHER) > 0, "the SYN to be counted")
    before = dropped(farm, OTHER)
    farm.balancer.kill()
    refuse_a_client(farm)
    farm.balancer.start()
    farm.balancer.wait_for_service(LABEL, "up")
    wait_until(lambda: dropped(farm, OTHER) > before, "what was dropped meanwhile")
    farm.apply({"virtual_services": [service(fallback=NO_FALLBACK)]})
    farm.apply({"virtual_services": [
        service(fallback=NO_FALLBACK), service(OTHER, ports=str(OTHER_PORT), fallback=NO_FALLBACK)]})
    farm.balancer.wait_for_service(OTHER, "up", "offline")
    assert dropped(farm, OTHER) == 0, "nobody inherits a count"
