"""Why a real server is red, from the command line."""

import sys

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


def test_a_check_is_tested_out_of_turn_without_being_counted(balanced: SmallFarm) -> None:
    balancer = balanced.balancer
    path = f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health"
    remembered = balancer.api.get(path)["probes"]
    said = balancer.evenkeel("real-server", "test", LABEL, "RS1").stdout
    assert "TCP connect to 10.77.0.21:7000" in said and "Decided by connect; TCP" in said
    assert "nc -vz -w 1 10.77.0.21 7000" in said

    refused = balancer.evenkeel("real-server", "test", LABEL, "RS1", "--check-port", "4", check=False)
    assert refused.returncode == 1 and "connection refused by 10.77.0.21:4" in refused.stdout
    status, answer = balancer.api.request("POST", f"{path}/test", {"type": "tls", "check_port": 7000, "timeout": 2})
    assert status == 200 and answer["outcome"] == "failure" and answer["evidence"]["rule"] == "tls"
    status, answer = balancer.api.request("POST", f"{path}/test", {"type": "negotiate", "protocol": "mysql"})
    assert status == 400 and "needs a login" in answer["error"]["problems"][0]["message"]

    report = balancer.api.get(path)
    assert report["state"] == "up" and {probe["outcome"] for probe in report["probes"]} == {"success"}
    assert len(report["probes"]) >= len(remembered)
    assert balancer.api.status()["revision"] == 1


def test_the_command_that_repeats_a_check_gets_the_same_answer(balanced: SmallFarm) -> None:
    """Run by a real shell on the load balancer's machine."""
    balancer = balanced.balancer
    page = balanced.servers[0].process("page", [
        sys.executable, "-m", "http.server", "8080", "--directory", str(balanced.servers[0].directory)])
    page.start()
    page.wait_for(8080)
    path = f"/api/v1/virtual-services/{LABEL}/real-servers/RS1/health/test"
    _, answer = balancer.api.request("POST", path, {
        "type": "negotiate", "protocol": "http", "check_port": 8080, "timeout": 5, "virtual_host": "www.example",
        "request": "/it's?a=$HOME&b=`id`", "headers": "X-Quote: \"a b\"", "response_expected": "nothing"})
    assert answer["outcome"] == "failure" and "404" in answer["evidence"]["answer"]
    assert answer["evidence"]["request"].startswith("GET /it's?a=$HOME&b=`id` HTTP/1.1\nHost: www.example\n")
    repeated = balancer.run(["sh", "-c", answer["repeat_with"]]).stdout
    assert repeated.startswith("HTTP/1.0 404 File not found")
    asked = [line for line in page.log.read_text().splitlines() if "GET" in line]
    assert len(asked) == 2 and all('"GET /it\'s?a=$HOME&b=`id` HTTP/1.1" 404' in line for line in asked)
