"""Why a real server is red, from the command line."""

from lab.small_farm import LABEL, SmallFarm


def test_a_dead_server_is_explained_with_evidence(balanced: SmallFarm) -> None:
    balancer, victim = balanced.balancer, balanced.servers[0]
    healthy = balancer.api.get(f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health")
    assert healthy["state"] == "up" and healthy["look_at"] == ""
    assert healthy["probes"][-1]["evidence"]["rule"] == "connect"

    victim.kill_all()
    balancer.wait_for_state(LABEL, "RS1", "down")
    said = balancer.evenkeel("real-server", "explain", LABEL, "RS1").stdout
    assert f"RS1 of {LABEL} is down since" in said and "connection refused" in said
    assert "nothing listens on port" in said
    report = balancer.api.get(f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health")
    outcomes = [probe["outcome"] for probe in report["probes"]]
    assert outcomes[0] == "failure" and "success" in outcomes

    victim.start()
    balancer.wait_for_state(LABEL, "RS1", "up")
    newest = balancer.api.get(f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health")["probes"]
    assert any(probe["outcome"] == "success" and probe["evidence"] for probe in newest[:len(newest) - len(outcomes) + 1])


def test_an_unknown_server_is_a_clear_error(balanced: SmallFarm) -> None:
    refused = balanced.balancer.evenkeel("real-server", "explain", LABEL, "RS99", check=False)
    assert refused.returncode != 0 and "there is no real server RS99" in refused.stderr
