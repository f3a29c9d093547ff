"""The ARP doctor: who else answers for a virtual address, which real servers lack it, and scripts that really mend it."""

import json

import pytest

from lab.commands import wait_until
from lab.small_farm import LABEL, SERVICE, SERVICE6, SmallFarm, service, service6

CHECK = {"type": "connect", "interval": 1, "timeout": 0.5, "failure_count": 1}


def examine(farm: SmallFarm, *arguments: str) -> dict:
    return json.loads(farm.balancer.evenkeel("doctor", "arp", "--json", *arguments).stdout)


def diagnosis(farm: SmallFarm, address: str = SERVICE) -> dict:
    (found,) = examine(farm, address)["virtual_addresses"]
    return found


def notices(farm: SmallFarm) -> list[str]:
    return [notice["message"] for notice in farm.balancer.api.status()["notices"]
            if notice["object"] == f"virtual_address/{SERVICE}"]


def path_state(farm: SmallFarm, server: str = "RS1") -> str:
    return farm.balancer.api.real_server(LABEL, server)["path_check"]["state"]


def test_a_healthy_segment(balanced: SmallFarm) -> None:
    found = diagnosis(balanced)
    assert (found["healthy"], found["claimants"], found["interface"]) == (True, [], "eth0")
    assert [(keeper["real_server"], keeper["path_check"]["state"]) for keeper in found["keepers"]] == [
        ("RS1", "up"), ("RS2", "up")]
    shown = balanced.balancer.evenkeel("doctor", "arp").stdout
    assert f"{SERVICE} on eth0: healthy" in shown and "What to do" not in shown, shown


def test_a_real_server_that_answers_for_the_virtual_address(balanced: SmallFarm) -> None:
    loud = balanced.servers[1]
    loud.answer_arp()
    with balanced.balancer.api.follow() as events:
        found = diagnosis(balanced)
        assert [(claimant["mac"], claimant["real_server"]) for claimant in found["claimants"]] == [(loud.mac, "RS2")]
        assert not found["healthy"]
        assert f"real server RS2 ({loud.mac}) says that {SERVICE} is its own" in events.wait_for("address_conflict").message
        assert "RS2" in notices(balanced)[0] and "evenkeel doctor arp" in notices(balanced)[0]
        shown = balanced.balancer.evenkeel("doctor", "arp", SERVICE).stdout
        for wanted in (f"answered for by real server RS2 ({loud.mac}", "What to do on RS2", "Method 1", "Method 4", "netsh",
                       f"ip address add {SERVICE}/32 dev lo", "ifconfig lo0 alias"):
            assert wanted in shown, shown
        assert "What to do on RS1" not in shown
        loud.carry()
        assert diagnosis(balanced)["healthy"]
        events.wait_for("address_unique")
    assert notices(balanced) == []


def test_a_stranger_is_named_by_its_mac(balanced: SmallFarm) -> None:
    balanced.client.namespace.configure(f"address add {SERVICE}/32 dev eth0")
    assert diagnosis(balanced)["claimants"] == [{"mac": balanced.client.mac, "real_server": "", "address": ""}]
    assert "none of the real servers" in notices(balanced)[0]


def test_a_claim_is_noticed_without_anybody_asking(balanced: SmallFarm) -> None:
    with balanced.balancer.api.follow() as events:
        balanced.servers[0].run(["arping", "-U", "-c", "1", "-I", "eth0", SERVICE], check=False)
        assert "RS1" in events.wait_for("address_conflict", SERVICE, timeout=5.0).message
    assert "RS1" in notices(balanced)[0]


def test_it_asks_by_itself_from_time_to_time(balanced: SmallFarm) -> None:
    """The loud server says nothing until somebody asks: within half a minute evenkeeld does."""
    balanced.servers[0].answer_arp()
    with balanced.balancer.api.follow() as events:
        assert "RS1" in events.wait_for("address_conflict", SERVICE, timeout=40.0).message


def test_ipv6_by_neighbour_solicitation(small: SmallFarm) -> None:
    small.balancer.start()
    small.apply({"virtual_services": [service6()]})
    small.wait_until_up("Teller6")
    assert diagnosis(small, SERVICE6)["healthy"]
    small.servers[1].namespace.configure(f"address add {SERVICE6}/128 dev eth0 nodad")
    assert [claimant["real_server"] for claimant in diagnosis(small, SERVICE6)["claimants"]] == ["RS2"]


def test_the_linux_script_turns_the_lamp_green_and_its_undo_red(small: SmallFarm, tmp_path) -> None:
    victim = small.servers[0]
    victim.give_up(SERVICE, SERVICE6)
    victim.answer_arp()
    small.balancer.start()
    small.apply({"virtual_services": [service(), service6()]})
    wait_until(lambda: path_state(small) == "down", "the path to be red")
    fix, undo = tmp_path / "fix.sh", tmp_path / "undo.sh"
    fix.write_text(small.balancer.evenkeel("doctor", "arp", "--script", "linux", "RS1").stdout)
    undo.write_text(small.balancer.evenkeel("doctor", "arp", "--script", "linux", "--undo", "RS1").stdout)
    for script in (fix, undo):
        small.servers[0].run(["shellcheck", str(script)])
    for _ in range(2):  # a second time does no harm
        victim.run(["sh", str(fix), "--until-reboot"])
    wait_until(lambda: path_state(small) == "up", "the path to be green")
    small.wait_until_up(LABEL, "Teller6")
    assert diagnosis(small)["healthy"] and diagnosis(small, SERVICE6)["healthy"], "it keeps quiet about the address"
    assert "rs1" in small.ask_many(20)
    for _ in range(2):
        victim.run(["sh", str(undo), "--until-reboot"])
    wait_until(lambda: path_state(small) == "down", "the path to be red again")
    other = small.servers[1].run(["sh", str(fix), "--until-reboot"], check=False)
    assert other.returncode != 0 and "the script of another machine" in other.stderr


@pytest.mark.parametrize("method", [1, 2])
def test_the_commands_that_are_printed_mend_it_too(small: SmallFarm, method: int) -> None:
    """Linux, method 1 (loopback) and 3 (nftables): typed into a shell on the real server."""
    small.servers[0].give_up(SERVICE, SERVICE6)
    small.start_balancer_without_waiting()
    wait_until(lambda: path_state(small) == "down", "the path to be red")
    remedies = [remedy for remedy in examine(small, SERVICE)["remedies"] if remedy["system"] == "Linux"]
    chosen = remedies[0 if method == 1 else 2]
    small.servers[0].run(["sh", "-e", "-c", chosen["commands"]])
    wait_until(lambda: path_state(small) == "up", f"the path to be green by {chosen['title']}")
    assert diagnosis(small)["healthy"]


def test_half_open_connections_are_counted(small: SmallFarm) -> None:
    for server in small.servers:
        server.give_up(SERVICE)
    small.start_balancer({"virtual_services": [service(health_check=CHECK | {"path_check": False})]})
    with pytest.raises(TimeoutError):
        small.ask(timeout=0.3)
    assert sum(keeper["half_open"] for keeper in diagnosis(small)["keepers"]) == 1


def test_what_it_cannot_do_it_says(balanced: SmallFarm) -> None:
    def refused(*arguments: str) -> str:
        done = balanced.balancer.evenkeel("doctor", "arp", *arguments, check=False)
        assert done.returncode != 0
        return done.stderr
    assert "10.77.0.99 is the address of no virtual service" in refused("10.77.0.99")
    assert "no real server RS9 keeps a virtual address" in refused("--script", "linux", "RS9")
    assert "REAL_SERVER" in refused("--script", "linux")
    assert "linux" in refused("--script", "beos", "RS1")
    windows = balanced.balancer.evenkeel("doctor", "arp", "--script", "windows", "RS1").stdout
    assert f"$VirtualAddresses = @('{SERVICE}')" in windows
