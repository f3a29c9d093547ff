"""Another forwarding method while connections are open: which of the service's own go on, and that all others do."""

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from conftest import running_small_farm
from conversations import Talk, assert_is_reset

from lab.method import Method
from lab.network import Family
from lab.small_farm import LABEL, OTHER_PORT, PORT, Conversation, SmallFarm, service
from lab.topology import EveryMethod

DIRECT, TRANSLATED = "Direct", "Translated"  # nobody changes these
METHODS = [method for method in Method if method is not Method.LAYER7]
CHANGES = list(itertools.permutations(METHODS, 2))


@pytest.fixture(scope="module", params=list(Family), ids=lambda family: family.value)
def farm(request) -> Iterator[SmallFarm]:
    """A service whose method changes, another at the same address, and one in SNAT, all for the same two servers."""
    family = request.param
    with running_small_farm(f"change{family.value[-1]}", family=family, topology=EveryMethod) as made:
        servers = [{"label": server.name.upper(), "address": server.address_in(family)} for server in made.servers]
        made.start_balancer_without_waiting({"virtual_services": [
            service(label, address=address, ports=str(port), forwarding_method=method.configured, real_servers=servers,
                    **({"source_addresses": [source(made)]} if method is Method.SNAT else {}))
            for label, address, port, method in ((LABEL, made.address, PORT, Method.DR),
                                                 (DIRECT, made.address, OTHER_PORT, Method.DR),
                                                 (TRANSLATED, other_address(made), PORT, Method.SNAT))]})
        made.wait_until_up(LABEL, DIRECT, TRANSLATED)
        yield made


def other_address(farm: SmallFarm) -> str:
    return farm.topology.clients.address_in(farm.family, 111)


def source(farm: SmallFarm) -> str:
    """What real servers see in SNAT."""
    return farm.topology.clients.address_in(farm.family, 120)


def change_to(farm: SmallFarm, method: Method) -> None:
    sources = ["--source-addresses", source(farm)] if method is Method.SNAT else ["--reset", "source-addresses"]
    farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--forwarding-method", method.configured, *sources)
    farm.wait_until_up(LABEL)


def open_some(farm: SmallFarm, stack: contextlib.ExitStack, address: str, port: int) -> list[Conversation]:
    """Connections that know their server and their address there."""
    made = [stack.enter_context(Conversation(farm.client, address, port, timeout=5.0)) for _ in range(4)]
    for conversation in made:
        conversation.first = conversation.ask()
        conversation.name = f"{address}:{port} with {conversation.first['server']}"
    return made


def peer_in(farm: SmallFarm, method: Method) -> str:
    return source(farm) if method is Method.SNAT else farm.client.address_in(farm.family)


@pytest.mark.parametrize("before, after", CHANGES, ids=lambda method: method.value)
def test_the_services_own_connections_end_only_where_they_cannot_go_on(farm: SmallFarm, before: Method,
                                                                      after: Method) -> None:
    change_to(farm, before)
    with contextlib.ExitStack() as stack:
        own = open_some(farm, stack, farm.address, PORT)
        others = open_some(farm, stack, farm.address, OTHER_PORT) + open_some(farm, stack, other_address(farm), PORT)
        assert {conversation.first["peer"] for conversation in own} == {peer_in(farm, before)}
        with Talk(others) as talk:
            change_to(farm, after)
            talk.hear_all()
            for conversation in own:
                if before.translates_ports == after.translates_ports:
                    assert conversation.ask() == conversation.first
                else:
                    assert_is_reset(conversation)
            new = open_some(farm, stack, farm.address, PORT)
            assert {conversation.first["peer"] for conversation in new} == {peer_in(farm, after)}
            assert farm.tell(b"over UDP", farm.address)["peer"] == peer_in(farm, after)
            talk.hear_all()
        assert [conversation.ask() for conversation in others] == [conversation.first for conversation in others]
