"""Checks through the virtual address: a real server that answers at its own address but not there gets no clients, and
the status says why and what to do."""

import pytest

from lab.commands import wait_until
from lab.method import Method
from lab.network import Family
from lab.small_farm import LABEL, OTHER_PORT, PORT, SERVICE, SmallFarm, service

KEEPING_METHODS = [(method, family) for method in (Method.DR, Method.TUNNEL) for family in Family]
CHECK = {"type": "connect", "interval": 1, "timeout": 0.5, "failure_count": 1}


def lamps(farm: SmallFarm, server: str) -> tuple[str, str]:
    """(at its own address, at the virtual address)"""
    shown = farm.balancer.api.real_server(LABEL, server)
    return shown["server_check"]["state"], shown["path_check"]["state"]


def wait_for_lamps(farm: SmallFarm, server: str, *states: str) -> dict:
    wait_until(lambda: lamps(farm, server) == states, f"the lamps of {server} to be {states}")
    return farm.balancer.api.real_server(LABEL, server)


def black_holed(farm: SmallFarm, count: int = 20) -> int:
    """How many of so many new clients get no answer."""
    lost = 0
    for _ in range(count):
        try:
            farm.ask(farm.address, timeout=0.3)
        except TimeoutError:
            lost += 1
    return lost


def filter_input(farm: SmallFarm, rule: str) -> None:
    """What RS1 does with packets for the virtual address."""
    farm.servers[0].run(["nft", "-f", "-"], text_input=f"""
        table ip lab
        delete table ip lab
        table ip lab {{
            chain input {{
                type filter hook input priority 0
                ip daddr {SERVICE} {rule}
            }}
        }}
    """)


@pytest.mark.parametrize("small_by_method", KEEPING_METHODS, indirect=True,
                         ids=lambda chosen: "-".join(kind.value for kind in chosen))
def test_a_server_without_the_virtual_address_gets_no_clients(small_by_method: SmallFarm) -> None:
    farm = small_by_method
    victim = farm.servers[0]
    victim.give_up(farm.address)
    farm.balancer.start()
    for arguments in farm.commands():
        farm.balancer.evenkeel(*arguments)
    shown = wait_for_lamps(farm, "RS1", "up", "down")
    wait_for_lamps(farm, "RS2", "up", "up")
    assert shown["state"] == "down"
    assert f"VIP {farm.address} is not configured on the server's loopback" in shown["reason"], shown["reason"]
    assert f"ip address add {farm.address}/" in shown["reason"]
    assert black_holed(farm) == 0
    assert set(farm.ask_many(10, farm.address)) == {"rs2"}
    with farm.balancer.api.follow() as events:
        victim.carry(farm.address)
        assert "answers" in events.wait_for("path_up", "RS1").message
    farm.wait_until_up()
    assert "rs1" in farm.ask_many(20, farm.address)
    with farm.balancer.api.follow() as events:
        victim.give_up(farm.address)
        assert "loopback" in events.wait_for("path_down", "RS1").message
    farm.balancer.wait_for_state(LABEL, "RS1", "down")
    assert black_holed(farm) == 0


def test_a_plain_connect_check_sends_clients_into_the_black_hole(small: SmallFarm) -> None:
    """What the path check is for: the same farm without it, and then with it."""
    small.servers[0].give_up(SERVICE)
    small.start_balancer({"virtual_services": [service(health_check=CHECK | {"path_check": False})]})
    shown = small.balancer.api.real_server(LABEL, "RS1")
    assert (shown["state"], shown["path_check"]) == ("up", None)
    assert black_holed(small) > 0
    small.balancer.evenkeel("virtual-service", "edit", LABEL, "--check-path")
    small.balancer.wait_for_state(LABEL, "RS1", "down")
    assert black_holed(small) == 0


def test_a_program_that_does_not_listen_at_the_virtual_address(small: SmallFarm) -> None:
    small.start_balancer()
    filter_input(small, "tcp dport 7000 reject with tcp reset")
    shown = wait_for_lamps(small, "RS1", "up", "down")
    assert f"nothing listens at VIP {SERVICE} on the server" in shown["reason"]


def test_a_packet_filter_that_says_so(small: SmallFarm) -> None:
    small.start_balancer()
    filter_input(small, "tcp dport 7000 reject with icmp admin-prohibited")
    shown = wait_for_lamps(small, "RS1", "up", "down")
    assert f"a packet filter on {SERVICE} refuses TCP" in shown["reason"]


def test_a_server_that_passes_on_what_is_for_the_virtual_address(small: SmallFarm) -> None:
    """It is a router, and another real server answers for it."""
    first, second = small.servers
    first.give_up(SERVICE)
    first.forward()
    first.reach_by_hand(SERVICE, second.mac)
    small.balancer.start()
    small.apply({"virtual_services": [service()]})
    shown = wait_for_lamps(small, "RS1", "up", "down")
    assert f"RS2 ({second.mac}) answers instead" in shown["reason"], shown["reason"]


def test_a_tunnel_that_is_not_unwrapped(small_by_method: SmallFarm) -> None:
    farm = small_by_method
    farm.servers[0].run(["ip", "link", "set", "dev", "eth0", "xdp", "off"])
    farm.servers[0].run(["ip", "link", "set", "dev", "eth0", "xdpgeneric", "off"])
    farm.balancer.start()
    for arguments in farm.commands():
        farm.balancer.evenkeel(*arguments)
    shown = wait_for_lamps(farm, "RS1", "up", "down")
    assert "tunnel" in shown["reason"], shown["reason"]
    assert black_holed(farm) == 0


def test_udp_is_up_unknown_or_down_but_never_guessed(small: SmallFarm) -> None:
    """A teller answers every datagram; nobody at a port; something that takes datagrams and says nothing."""
    small.balancer.start()
    small.apply({"virtual_services": [service(protocol="udp", health_check=CHECK | {"check_port": PORT})]})
    wait_for_lamps(small, "RS1", "up", "up")
    filter_input(small, "udp dport 7000 drop")
    shown = wait_for_lamps(small, "RS1", "up", "unknown")
    assert shown["state"] == "up", "what cannot be told keeps nobody out"
    assert "cannot be told" in shown["path_check"]["reason"]
    filter_input(small, "accept")
    wait_for_lamps(small, "RS1", "up", "up")
    filter_input(small, "udp dport 7000 reject")
    shown = wait_for_lamps(small, "RS1", "up", "down")
    assert f"nothing listens at VIP {SERVICE}" in shown["reason"]


def test_a_dead_server_is_not_blamed_for_its_loopback(balanced: SmallFarm) -> None:
    with balanced.balancer.api.follow() as events:
        balanced.servers[0].kill_all()
        events.wait_for("real_server_down", "RS1")
        wait_for_lamps(balanced, "RS1", "down", "unknown")
        balanced.servers[0].start()
        events.wait_for("real_server_up", "RS1")
        balanced.wait_until_up()
        assert [event for event in events.all() if event.kind == "path_down"] == []


def test_a_server_that_comes_back_without_the_address_gets_not_one_client(balanced: SmallFarm) -> None:
    """As after a reboot: the address was not made permanent."""
    victim = balanced.servers[0]
    with balanced.balancer.api.follow() as events:
        victim.kill_all()
        events.wait_for("real_server_down", "RS1")
        victim.give_up(SERVICE)
        victim.start()
        assert black_holed(balanced, 100) == 0
        events.wait_for("path_down", "RS1")
        assert black_holed(balanced) == 0


def test_what_is_known_survives_a_restart_and_a_new_name(balanced: SmallFarm) -> None:
    balanced.servers[0].give_up(SERVICE)
    since = wait_for_lamps(balanced, "RS1", "up", "down")["path_check"]["since"]
    balanced.balancer.kill()
    balanced.balancer.start()
    shown = balanced.balancer.api.real_server(LABEL, "RS1")
    assert (shown["state"], shown["path_check"]["state"], shown["path_check"]["since"]) == ("down", "down", since)
    balanced.balancer.evenkeel("real-server", "edit", LABEL, "RS1", "--label", "FIRST")
    shown = balanced.balancer.api.real_server(LABEL, "FIRST")
    assert (shown["path_check"]["state"], shown["path_check"]["since"]) == ("down", since)


def test_the_command_line_shows_both_lamps(balanced: SmallFarm) -> None:
    balanced.servers[0].give_up(SERVICE)
    wait_for_lamps(balanced, "RS1", "up", "down")
    shown = balanced.balancer.evenkeel("status").stdout
    assert "VIP path" in shown and "not configured on the server's loopback" in shown, shown


def test_the_path_is_asked_where_clients_go(small: SmallFarm) -> None:
    """The check port is none of the service's: the path check asks at the service's."""
    filter_input(small, "tcp dport 7000 reject with tcp reset")
    small.balancer.start()
    small.apply({"virtual_services": [service(health_check=CHECK | {"check_port": OTHER_PORT})]})
    assert "TCP port 7000" in wait_for_lamps(small, "RS1", "up", "down")["reason"]
