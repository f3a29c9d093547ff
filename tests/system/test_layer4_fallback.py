"""The fallback server of a layer-4 virtual service: on which port it is asked, and how it is reached."""

from collections.abc import Iterator

import pytest
from conftest import running_small_farm

from lab import load_balancer
from lab.commands import wait_until
from lab.method import Method
from lab.network import Family
from lab.small_farm import OTHER_PORT, PORT, Conversation, Server, SmallFarm
from lab.topology import DirectRouting

TRANSLATING = [(method, family) for method in (Method.NAT, Method.SNAT) for family in Family]
PLACES = [*TRANSLATING, (Method.DR, Family.IPV4)]


class DirectRoutingBesideNat(DirectRouting):
    """One network, on which the load balancer passes on what a server that is reached by NAT answers."""

    def __init__(self, record):
        super().__init__(record)
        self.balancer.forward()


def name(place: tuple[Method, Family]) -> str:
    return f"{place[0].value}-{place[1].value}"


def with_fallback_server(farm: SmallFarm) -> SmallFarm:
    """A third machine with the same teller, as the forwarding method asks for it; evenkeeld has nothing to do yet."""
    farm.fallback = Server(farm.record, farm.topology, "fb", 23)
    farm.fallback.start()
    farm.balancer.start()
    return farm


@pytest.fixture(scope="module")
def farm(request) -> Iterator[SmallFarm]:
    method, family = request.param
    with running_small_farm("fall", method, family) as made:
        yield with_fallback_server(made)


@pytest.fixture(scope="module", params=list(Family), ids=lambda family: family.value)
def masquerading(request) -> Iterator[SmallFarm]:
    """The fallback server has no virtual address, and the load balancer is its way to everybody."""
    with running_small_farm("masq", Method.DR, request.param, DirectRoutingBesideNat) as made:
        with_fallback_server(made)
        made.fallback.give_up(*made.fallback.carried)
        made.fallback.send_all_through(made.topology.servers, load_balancer.NUMBER)
        yield made


def drain_all(farm: SmallFarm, label: str, ports: str, **fallback: object) -> None:
    """One virtual service for the two servers, both up and then both drained. `label`: of this test alone, because what
    an operator said of another test's servers is not to hold here."""
    farm.apply({"virtual_services": [{
        "label": label, "address": farm.address, "ports": ports, "protocol": "tcp_udp",
        "forwarding_method": farm.method.configured, "persistence": {"enabled": False},
        "health_check": {"type": "connect", "interval": 1, "timeout": 0.5, "failure_count": 1},
        "fallback": {"mode": "server", "address": farm.fallback.address_in(farm.family)} | fallback,
        "real_servers": [{"label": server.name.upper(), "address": server.address_in(farm.family)}
                         for server in farm.servers]}]})
    farm.wait_until_up(label)
    assert who(farm, int(ports.partition(",")[0]))[0] in ("rs1", "rs2")
    for server in ("RS1", "RS2"):
        farm.balancer.evenkeel("real-server", "drain", label, server)
    wait_until(lambda: farm.balancer.api.virtual_service(label)["fallback_active"], "the fallback")


def who(farm: SmallFarm, port: int) -> tuple[str, int, str]:
    """The server that a new connection reaches, the port that it was asked on, and from where."""
    with Conversation(farm.client, farm.address, port) as conversation:
        return heard(conversation.ask())


def who_by_datagram(farm: SmallFarm, port: int) -> tuple[str, int, str]:
    return heard(farm.tell(b"over UDP", farm.address, port))


def heard(answer: dict) -> tuple[str, int, str]:
    return answer["server"], answer["port"], answer["peer"]


def source_seen(farm: SmallFarm) -> str:
    return farm.address if farm.method is Method.SNAT else farm.client.address_in(farm.family)


@pytest.mark.parametrize("farm", TRANSLATING, ids=name, indirect=True)
def test_it_is_asked_on_its_own_port(farm: SmallFarm) -> None:
    drain_all(farm, "Own", str(PORT), port=OTHER_PORT)
    expected = ("fb", OTHER_PORT, source_seen(farm))
    assert who(farm, PORT) == expected
    assert who_by_datagram(farm, PORT) == expected


@pytest.mark.parametrize("farm", PLACES, ids=name, indirect=True)
def test_without_a_port_it_is_asked_on_the_one_that_the_client_asked_for(farm: SmallFarm) -> None:
    drain_all(farm, "Same", f"{PORT},{OTHER_PORT}", port=0)
    for port in (PORT, OTHER_PORT):
        expected = ("fb", port, source_seen(farm))
        assert who(farm, port) == expected
        assert who_by_datagram(farm, port) == expected


def test_masq_reaches_one_without_the_virtual_address_on_another_port(masquerading: SmallFarm) -> None:
    farm = masquerading
    drain_all(farm, "Own", str(PORT), port=OTHER_PORT, masq=True)
    expected = ("fb", OTHER_PORT, source_seen(farm))
    assert who_by_datagram(farm, PORT) == expected
    with Conversation(farm.client, farm.address) as kept:
        assert heard(kept.ask()) == expected
        assert kept.receive(1_000_000) == 1_000_000
        farm.balancer.evenkeel("real-server", "online", "Own", "RS1")
        farm.balancer.wait_for_state("Own", "RS1", "up")
        assert who(farm, PORT)[:2] == ("rs1", PORT), "by direct routing"
        assert heard(kept.ask()) == expected, "it keeps what it has"


def test_masq_keeps_the_port_that_the_client_asked_for(masquerading: SmallFarm) -> None:
    drain_all(masquerading, "Same", f"{PORT},{OTHER_PORT}", port=0, masq=True)
    for port in (PORT, OTHER_PORT):
        expected = ("fb", port, source_seen(masquerading))
        assert who(masquerading, port) == expected
        assert who_by_datagram(masquerading, port) == expected
