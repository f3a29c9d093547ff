"""Changes while connections talk: what a change does not concern goes on, without a reset and without a stall."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversations import Talk

from lab.host import Host
from lab.small_farm import OTHER_PORT, PORT, SERVICE, Conversation, Server, SmallFarm, service

DIRECT, TRANSLATED, OTHER = "Direct", "Translated", "Other"
TALKING = {DIRECT: (SERVICE, PORT), TRANSLATED: ("10.77.0.111", OTHER_PORT)}
OTHER_ADDRESS = "10.77.0.112"
ADDRESSES = {"RS1": "10.77.0.21", "RS2": "10.77.0.22", "RS3": "10.77.0.23"}
SCHEDULERS = ("weighted_round_robin", "source_hash", "maglev", "weighted_least_connections")
METHODS = ("nat", "tunnel", "direct_routing", "snat")


@pytest.fixture
def farm(small: SmallFarm) -> Iterator[SmallFarm]:
    """Two virtual services that will talk, and one that is only changed; the third server belongs to none yet."""
    third = Server(small.record, small.topology, "rs3", 23)
    third.start()
    small.servers.append(third)
    small.start_balancer_without_waiting({"virtual_services": [
        service(DIRECT),
        service(TRANSLATED, address=TALKING[TRANSLATED][0], ports=str(OTHER_PORT), forwarding_method="snat"),
        service(OTHER, address=OTHER_ADDRESS, forwarding_method="snat")]})
    small.wait_until_up(DIRECT, TRANSLATED, OTHER)
    yield small


def edit(label: str, *options: str) -> list[str]:
    return ["virtual-service", "edit", label, *options]


def weigh(label: str, server: str, weight: int) -> list[str]:
    return ["real-server", "edit", label, server, "--weight", str(weight)]


def add(label: str, server: str) -> list[str]:
    return ["real-server", "add", label, server, "--address", ADDRESSES[server]]


def delete(label: str, server: str) -> list[str]:
    return ["real-server", "delete", label, server]


def changes_of_settings() -> Iterator[list[str]]:
    """Of the services that talk, and of the other one, in turn."""
    for turn, (scheduler, method) in enumerate(zip(SCHEDULERS, METHODS, strict=True)):
        for label in TALKING:
            yield weigh(label, "RS1", 50 + 100 * turn)
            yield edit(label, "--scheduler", scheduler)
        yield edit(OTHER, "--forwarding-method", method)
        yield weigh(OTHER, "RS2", 10 + turn)
    for label in TALKING:
        yield edit(label, "--persistence")
        yield edit(label, "--no-persistence")
        yield edit(label, "--on-failure", "reset")


def converse(farm: SmallFarm, stack: contextlib.ExitStack, label: str, count: int) -> list[Conversation]:
    """So many open connections, each of which knows the server that it has."""
    made = []
    for _ in range(count):
        conversation = stack.enter_context(Conversation(farm.client, *TALKING[label], timeout=5.0))
        conversation.server = conversation.ask()["server"]
        conversation.name = f"{label} with {conversation.server}"
        made.append(conversation)
    return made


def with_server(conversations: list[Conversation], *names: str) -> list[Conversation]:
    return [conversation for conversation in conversations if conversation.server in names]


def change_and_hear(farm: SmallFarm, talk: Talk, change: list[str]) -> None:
    farm.balancer.evenkeel(*change)
    talk.hear_all()
    for address, port in TALKING.values():
        assert farm.ask(address, port) in ("rs1", "rs2", "rs3"), f"a new connection after {change}"


def sent_again(hosts: list[Host]) -> int:
    """TCP segments that these machines have sent more than once: each is a packet that got lost, or came too late."""
    return sum(_sent_again(host) for host in hosts)


def _sent_again(host: Host) -> int:
    with host.namespace.entered():
        lines = [line.split() for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()]
    names, values = [line for line in lines if line[0] == "Tcp:"]
    return int(values[names.index("RetransSegs")])


def test_changes_of_settings_cost_no_connection_anything(farm: SmallFarm) -> None:
    with contextlib.ExitStack() as stack:
        conversations = [one for label in TALKING for one in converse(farm, stack, label, 16)]
        before = sent_again([farm.client, *farm.servers])
        with Talk(conversations) as talk:
            for change in changes_of_settings():
                change_and_hear(farm, talk, change)
        assert sent_again([farm.client, *farm.servers]) == before


def test_servers_come_and_go_and_the_others_connections_stay(farm: SmallFarm) -> None:
    """The first one of the list goes: those behind it move up."""
    with contextlib.ExitStack() as stack:
        direct, translated = (converse(farm, stack, label, 16) for label in TALKING)
        with Talk(direct + translated) as talk:
            for label in TALKING:
                change_and_hear(farm, talk, add(label, "RS3"))
                farm.wait_until_up(label)
                talk.hear_all()
        direct += converse(farm, stack, DIRECT, 16)
        translated += converse(farm, stack, TRANSLATED, 16)
        assert with_server(direct, "rs3") and with_server(translated, "rs3"), "new connections find the new one"
        with Talk(with_server(direct, "rs2", "rs3") + translated) as talk:
            change_and_hear(farm, talk, delete(DIRECT, "RS1"))
            assert "rs1" not in farm.ask_many(10)
            change_and_hear(farm, talk, add(DIRECT, "RS1"))
            farm.wait_until_up(DIRECT)
            talk.hear_all()
        with Talk(with_server(direct, "rs3") + with_server(translated, "rs1", "rs3")) as talk:
            for label in TALKING:
                change_and_hear(farm, talk, delete(label, "RS2"))
            change_and_hear(farm, talk, ["virtual-service", "delete", OTHER])
            for label, (address, port) in TALKING.items():
                assert "rs2" not in farm.ask_many(10, address, port), label
