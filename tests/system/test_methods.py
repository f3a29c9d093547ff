"""The same promises in every forwarding method, over IPv4 and IPv6. One of them: -k 'tunnel-IPv6'."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab import arrivals, discovery
from lab.client import Outcome
from lab.commands import wait_until
from lab.farm import Farm
from lab.host import Host
from lab.method import Method
from lab.network import Family
from lab.printing import PROTOCOLS, print_once
from lab.small_farm import LABEL, OTHER_PORT, Conversation, SmallFarm

MEGABYTE = 1_000_000
in_methods_that_translate_ports = pytest.mark.parametrize(
    "farm_by_method", [(method, family) for method in Method if method.translates_ports for family in Family],
    ids=lambda chosen: f"{chosen[0].value}-{chosen[1].value}", indirect=True)
in_nat_and_direct_routing = pytest.mark.parametrize(
    "farm_by_method", [(Method.NAT, Family.IPV4), (Method.DR, Family.IPV4)],
    ids=lambda chosen: f"{chosen[0].value}-{chosen[1].value}", indirect=True)
in_snat = pytest.mark.parametrize("farm_by_method", [(Method.SNAT, family) for family in Family],
                                  ids=lambda chosen: f"snat-{chosen[1].value}", indirect=True)


def ask(farm: SmallFarm) -> dict:
    with Conversation(farm.client, farm.address) as conversation:
        return conversation.ask()


def servers(farm: SmallFarm, count: int = 20) -> set[str]:
    """Who answers so many new connections."""
    return set(farm.ask_many(count, farm.address))


def source_seen(farm: SmallFarm) -> str:
    """The address that real servers see: the client's own, but in SNAT the load balancer's."""
    return farm.address if farm.method is Method.SNAT else farm.client.address_in(farm.family)


def conversation_with(farm: SmallFarm, server: str) -> Conversation:
    for _ in range(50):
        conversation = Conversation(farm.client, farm.address, timeout=20.0)
        if conversation.ask()["server"] == server:
            return conversation
        conversation.close()
    raise AssertionError(f"no connection in 50 went to {server}")


def test_connections_are_shared_and_servers_see_the_right_address(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    conversations = [Conversation(farm.client, farm.address) for _ in range(20)]
    try:
        answers = [conversation.ask() for conversation in conversations]
    finally:
        for conversation in conversations:
            conversation.close()
    shares = Counter(answer["server"] for answer in answers)
    assert min(shares["rs1"], shares["rs2"]) >= 9, shares
    assert {answer["peer"] for answer in answers} == {source_seen(farm)}


def test_datagrams_are_answered_from_the_virtual_address(farm_by_method: SmallFarm) -> None:
    """The client's socket is connected: an answer from anywhere else would not reach it."""
    told = farm_by_method.tell(b"over UDP", farm_by_method.address)
    assert (told["bytes"], told["peer"]) == (8, source_seen(farm_by_method))


def test_big_transfers_arrive_whole_in_both_directions(farm_by_method: SmallFarm) -> None:
    """Full-size segments: in a tunnel they have no room for the outer header until the client hears of it."""
    data = b"y" * (2 * MEGABYTE)
    with Conversation(farm_by_method.client, farm_by_method.address, timeout=20.0) as conversation:
        assert conversation.receive(5 * MEGABYTE) == 5 * MEGABYTE
        told = conversation.ask(data.decode())
    assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_kill_9_of_evenkeeld_in_mid_transfer(farm_by_method: SmallFarm) -> None:
    """Half of a line is on its way up, and most of an answer on its way down, when evenkeeld is killed."""
    farm = farm_by_method
    half = os.urandom(MEGABYTE).replace(b"\n", b"n")
    with Conversation(farm.client, farm.address, timeout=20.0) as upload, \
            Conversation(farm.client, farm.address, timeout=20.0) as download:
        upload.send(half)
        download.send(b"send 20000000\n")
        assert download.read(MEGABYTE) == MEGABYTE
        farm.balancer.kill()
        upload.send(half + b"\n")
        told = upload.answer()
        assert (told["bytes"], told["sha256"]) == (2 * len(half), hashlib.sha256(2 * half).hexdigest())
        assert download.read(19 * MEGABYTE) == 19 * MEGABYTE
        assert servers(farm) == {"rs1", "rs2"}, "new connections without evenkeeld"
        farm.balancer.start()
        assert upload.ask()["server"] == told["server"], "evenkeeld's return interrupts nothing"
    farm.wait_until_up()
    assert servers(farm) == {"rs1", "rs2"}


@contextmanager
def checksums_left_undone(hosts: list[Host]) -> Iterator[None]:
    """A veth promises to compute them and never does: what XDP sends on must have them all the same."""
    def turn(state: str) -> None:
        for host in hosts:
            for interface in host.interfaces:
                # In generic mode frames that are to be taken to pieces later would come whole: docs/limits.md.
                host.run(["ethtool", "-K", interface, "tx", state, "tso", "off"])

    turn("on")
    try:
        yield
    finally:
        turn("off")


def test_checksums_that_senders_left_undone_are_completed(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    data = os.urandom(MEGABYTE).replace(b"\n", b"n")
    with checksums_left_undone([farm.client, *farm.servers]):
        for _ in range(4):
            with Conversation(farm.client, farm.address, timeout=20.0) as conversation:
                conversation.send(data + b"\n")
                told = conversation.answer()
                assert (told["bytes"], told["sha256"]) == (MEGABYTE, hashlib.sha256(data).hexdigest())
                assert conversation.receive(MEGABYTE) == MEGABYTE
        assert farm.tell(data[:1200], farm.address)["bytes"] == 1200, "and over UDP"


def test_a_server_that_dies_is_left_out_until_it_is_back(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    victim = farm.servers[0]
    with conversation_with(farm, "rs2") as other:
        victim.kill_all()
        farm.balancer.wait_for_state(LABEL, "RS1", "down")
        assert servers(farm) == {"rs2"}
        assert farm.tell(b"over UDP", farm.address)["server"] == "rs2"
        victim.start()
        farm.wait_until_up()
        assert "rs1" in servers(farm)
        assert other.ask()["server"] == "rs2"


def test_drain_lets_old_connections_live_and_takes_no_new_ones(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    with conversation_with(farm, "rs1") as old:
        farm.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
        assert servers(farm) == {"rs2"}
        assert old.ask()["server"] == "rs1"
    farm.balancer.evenkeel("real-server", "online", LABEL, "RS1")
    farm.wait_until_up()
    assert "rs1" in servers(farm)


def test_a_port_that_is_not_in_the_service_is_refused(farm_by_method: SmallFarm) -> None:
    with pytest.raises(ConnectionRefusedError):
        farm_by_method.ask(farm_by_method.address, OTHER_PORT)


@in_methods_that_translate_ports
def test_a_real_server_may_listen_on_another_port(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    for server in ("RS1", "RS2"):
        farm.balancer.evenkeel("real-server", "edit", LABEL, server, "--port", str(OTHER_PORT))
    try:
        farm.wait_until_up()
        assert ask(farm)["port"] == OTHER_PORT
        assert farm.tell(b"over UDP", farm.address)["port"] == OTHER_PORT
    finally:
        for server in ("RS1", "RS2"):
            farm.balancer.evenkeel("real-server", "edit", LABEL, server, "--reset", "port")
        farm.wait_until_up()


@in_snat
def test_the_source_may_be_another_address_of_the_load_balancer(farm_by_method: SmallFarm) -> None:
    farm = farm_by_method
    source = farm.topology.clients.address_in(farm.family, 120)
    farm.balancer.namespace.configure(f"address add {source}/{128 if ':' in source else 32} dev eth0")
    farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--source-addresses", source)
    try:
        assert ask(farm)["peer"] == source
        assert farm.tell(b"over UDP", farm.address)["peer"] == source
    finally:
        farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--reset", "source-addresses")
    assert ask(farm)["peer"] == farm.address


def test_a_print_server_prints_and_is_found_by_dns(papercut_by_method: Farm, tmp_path: Path) -> None:
    """One job by each protocol, DNS over UDP and TCP, and the reports that print servers send to a virtual address."""
    farm = papercut_by_method
    for protocol in PROTOCOLS[farm.family]:
        job = tmp_path / f"{protocol}.bin"
        job.write_bytes(os.urandom(300_000))
        outcome = print_once(farm.client, farm.printing, protocol, job)
        assert outcome.ok, outcome.output
        assert arrivals.wait_for(farm.trays, hashlib.sha256(job.read_bytes()).hexdigest()) is not None
    record = "A" if farm.family is Family.IPV4 else "AAAA"
    for transport in ("+notcp", "+tcp"):
        found: Outcome = farm.client.dig(farm.printing, discovery.SERVER_NAME, record, transport)
        assert found.ok and found.output.split() == [farm.printing], found.output
    many = farm.client.dig(farm.printing, discovery.MANY, "PTR", "+noedns")
    assert len(many.output.splitlines()) == discovery.MANY_COUNT, "too long for a datagram, so it came over TCP"
    assert farm.client.get(farm.applications, 9191, "/user").server == farm.active().name
    wait_until(lambda: len(farm.database.jobs()) == len(PROTOCOLS[farm.family]), "each job to be logged once")


@in_nat_and_direct_routing
def test_traffic_shows_what_passes_by(farm_by_method: SmallFarm) -> None:
    """A megabyte of answers: seen in NAT, where they pass by, and not in direct routing."""
    farm, api = farm_by_method, farm_by_method.balancer.api

    def rates() -> dict | None:
        service = next(one for one in api.get("/api/v1/traffic")["virtual_services"] if one["label"] == LABEL)
        assert service["counters"]["packets"] == sum(one["counters"]["packets"] for one in service["real_servers"])
        return service["rates"]["10s"]

    wait_until(lambda: rates() is not None, "ten seconds of readings", timeout=20.0)
    with Conversation(farm.client, farm.address) as conversation:
        assert conversation.receive(MEGABYTE) == MEGABYTE
    wait_until(lambda: rates()["connections"] > 0, "the connection to be in the rates")
    seen = rates()
    assert seen["packets"] > 0 and seen["bytes"] > 0, seen
    assert (seen["bytes_out"] > MEGABYTE / 20) == (farm.method is Method.NAT), seen
    assert LABEL in farm.balancer.evenkeel("traffic", "--window", "1s").stdout
    assert "what to do" in farm.balancer.evenkeel("reasons", "--all").stdout
