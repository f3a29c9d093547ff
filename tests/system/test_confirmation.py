"""A change that waits to be confirmed: kept when somebody does, taken back when nobody does, whatever happens meanwhile."""

import time

from lab.commands import wait_until
from lab.small_farm import LABEL, SmallFarm


def weight(farm: SmallFarm) -> int:
    return farm.balancer.api.real_server(LABEL, "RS1")["weight"]


def revision(farm: SmallFarm) -> int:
    return farm.balancer.api.status()["revision"]


def edit(farm: SmallFarm, value: int, *options: str, check: bool = True):
    return farm.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--weight", str(value), *options, check=check)


def waiting(farm: SmallFarm) -> dict | None:
    return farm.balancer.api.get("/api/v1/confirmation")


def test_confirmed_it_stays_and_others_wait(balanced: SmallFarm) -> None:
    before = revision(balanced)
    done = edit(balanced, 50, "--confirm-within", "60s")
    assert "evenkeel confirm" in done.stdout
    assert weight(balanced) == 50
    assert waiting(balanced)["back_to"] == before
    refused = edit(balanced, 60, check=False)
    assert refused.returncode == 1 and "evenkeel confirm" in refused.stderr, refused.stderr
    status, _ = balanced.balancer.api.request(
        "PATCH", f"/api/v1/virtual-services/{LABEL}/real-servers/RS1", {"weight": 60})
    assert status == 409
    assert edit(balanced, 60, "--dry-run").returncode == 0
    assert "evenkeel confirm" in balanced.balancer.evenkeel("status").stdout
    balanced.balancer.evenkeel("confirm")
    assert waiting(balanced) is None
    balanced.balancer.kill()
    balanced.balancer.start()
    assert weight(balanced) == 50 and waiting(balanced) is None
    assert edit(balanced, 60).returncode == 0
    assert balanced.balancer.evenkeel("confirm", check=False).returncode == 1


def test_reverted_it_is_gone_at_once(balanced: SmallFarm) -> None:
    before = revision(balanced)
    with balanced.balancer.api.follow() as events:
        edit(balanced, 50, "--confirm-within", "60s")
        events.wait_for("confirmation_awaited")
        balanced.balancer.evenkeel("revert")
        events.wait_for("change_reverted")
    assert weight(balanced) == 100 and waiting(balanced) is None
    newest = balanced.balancer.api.get("/api/v1/revisions?limit=1")["revisions"][0]
    assert newest["number"] == before + 2 and newest["restores"] == before


def test_nobody_confirms_it(balanced: SmallFarm) -> None:
    with balanced.balancer.api.follow() as events:
        edit(balanced, 50, "--confirm-within", "10s")
        assert weight(balanced) == 50
        events.wait_for("change_reverted", timeout=20)
    assert weight(balanced) == 100 and waiting(balanced) is None
    assert edit(balanced, 60).returncode == 0


def test_killed_and_back_in_time_it_still_waits(balanced: SmallFarm) -> None:
    edit(balanced, 50, "--confirm-within", "15s")
    balanced.balancer.kill()
    balanced.balancer.start()
    assert weight(balanced) == 50 and waiting(balanced) is not None
    wait_until(lambda: weight(balanced) == 100, "the revision before to come back", 30)


def test_killed_and_back_too_late_it_never_is_in_force_again(balanced: SmallFarm) -> None:
    deadline = time.time() + 10
    edit(balanced, 50, "--confirm-within", "10s")
    balanced.balancer.kill()
    wait_until(lambda: time.time() > deadline + 1, "the time to be over", 20)
    balanced.balancer.start()
    assert weight(balanced) == 100 and waiting(balanced) is None
    assert "taken back" in balanced.balancer.evenkeel("revisions", "list").stdout


def test_the_very_first_change_is_taken_back_to_nothing(small: SmallFarm) -> None:
    small.balancer.start()
    small.balancer.evenkeel("virtual-service", "add", "First", "--address", "10.77.0.110", "--ports", "80",
                            "--confirm-within", "60s")
    small.balancer.evenkeel("revert")
    assert small.balancer.api.get("/api/v1/configuration")["configuration"]["virtual_services"] == []
