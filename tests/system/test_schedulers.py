"""The schedulers that decide by a hash, and one-packet UDP: who comes to which of four real servers."""

import contextlib
import json
import socket
import struct
from collections.abc import Iterator

import pytest
from conftest import running_small_farm

from lab.method import Method
from lab.namespaces import family_of
from lab.network import Family
from lab.small_farm import LABEL, PORT, Server, SmallFarm

CLIENTS = range(140, 163)      # parts of the client's further addresses: no multiple of four, so that taking turns shows
FLOWS = range(30_000, 30_060)  # ports of the client
RESET = struct.pack("ii", 1, 0)
CHOSEN = [(method, family) for method in (Method.DR, Method.NAT) for family in Family]


@pytest.fixture(scope="module", params=CHOSEN, ids=lambda chosen: f"{chosen[0].value}-{chosen[1].value}")
def farm(request) -> Iterator[SmallFarm]:
    method, family = request.param
    with running_small_farm(f"hash{method.value}{family.value[-1]}", method, family) as made:
        made.servers += [Server(made.record, made.topology, f"rs{number}", 20 + number) for number in (3, 4)]
        made.start()
        made.client.namespace.configure(*(f"address add {address}/{128 if ':' in address else 32} dev eth0"
                                          for address in addresses(made)))
        made.balancer.start()
        made.configure()
        yield made


@contextlib.contextmanager
def edited(farm: SmallFarm, *options: str) -> Iterator[None]:
    """The virtual service, until the block ends."""
    farm.balancer.evenkeel("virtual-service", "edit", LABEL, *options)
    try:
        yield
    finally:
        farm.balancer.evenkeel("virtual-service", "edit", LABEL, "--reset", "scheduler", "--reset", "one-packet",
                               "--protocol", "tcp_udp", "--reset", "check-port")


def addresses(farm: SmallFarm) -> list[str]:
    return [farm.topology.clients.address_in(farm.family, part) for part in CLIENTS]


def server_for(farm: SmallFarm, source: str, port: int = 0) -> str:
    """Of a new TCP connection, which ends by a reset: its port can be taken again at once."""
    with farm.client.namespace.open_socket(family_of(source), timeout=2.0) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        own.bind((source, port))
        own.connect((farm.address, PORT))
        own.sendall(b"hello\n")
        with own.makefile("rb") as stream:
            return json.loads(stream.readline())["server"]


def servers_of_clients(farm: SmallFarm) -> dict[str, str]:
    return {address: server_for(farm, address) for address in addresses(farm)}


def servers_of_flows(farm: SmallFarm) -> dict[int, str]:
    return {port: server_for(farm, farm.client.address_in(farm.family), port) for port in FLOWS}


def servers_of_datagrams(farm: SmallFarm, count: int) -> set[str]:
    """Of one socket."""
    with farm.client.namespace.open_socket(family_of(farm.address), socket.SOCK_DGRAM, timeout=2.0) as own:
        own.connect((farm.address, PORT))
        found = set()
        for _ in range(count):
            own.send(b"x")
            found.add(json.loads(own.recv(65535))["server"])
        return found


def everybody(farm: SmallFarm) -> set[str]:
    return {server.name for server in farm.servers}


def test_source_hash_sends_a_client_to_the_same_server_over_kill_9_too(farm: SmallFarm) -> None:
    with edited(farm, "--scheduler", "source_hash"):
        before = servers_of_clients(farm)
        assert len(set(before.values())) > 1, "the key of the hash is random: not always all four"
        assert servers_of_clients(farm) == before
        farm.balancer.kill()
        assert servers_of_clients(farm) == before
        farm.balancer.start()
        farm.wait_until_up()
        assert servers_of_clients(farm) == before


def test_destination_hash_sends_everybody_to_one_server(farm: SmallFarm) -> None:
    with edited(farm, "--scheduler", "destination_hash"):
        chosen = set(servers_of_clients(farm).values()) | set(servers_of_flows(farm).values())
        assert len(chosen) == 1
        label = chosen.copy().pop().upper()
        farm.balancer.evenkeel("real-server", "drain", LABEL, label)
        others = set(servers_of_clients(farm).values())
        assert not others & chosen and others
        farm.balancer.evenkeel("real-server", "online", LABEL, label)
        farm.wait_until_up()
        assert set(servers_of_clients(farm).values()) == chosen


def test_maglev_moves_few_connections_of_others_when_a_server_goes(farm: SmallFarm) -> None:
    with edited(farm, "--scheduler", "maglev"):
        before = servers_of_flows(farm)
        assert set(before.values()) == everybody(farm)
        assert servers_of_flows(farm) == before
        farm.balancer.evenkeel("real-server", "delete", LABEL, "RS2")
        try:
            after = servers_of_flows(farm)
        finally:
            address = farm.servers[1].address_in(farm.family)
            farm.balancer.evenkeel("real-server", "add", LABEL, "RS2", "--address", address)
            farm.wait_until_up()
        stayed = [port for port in FLOWS if before[port] != "rs2" and after[port] == before[port]]
        others = [port for port in FLOWS if before[port] != "rs2"]
        assert len(stayed) >= 0.75 * len(others), "with a hash modulo the number of servers two thirds would move"
        assert len({after[port] for port in FLOWS if before[port] == "rs2"}) > 1, "its own are shared"
        assert servers_of_flows(farm) == before, "back again, as if nothing had been"


def test_one_packet_spreads_the_datagrams_of_one_socket_where_answers_need_no_change(farm: SmallFarm) -> None:
    assert len(servers_of_datagrams(farm, 20)) == 1
    with edited(farm, "--protocol", "udp", "--check-port", str(PORT), "--one-packet",
                "--scheduler", "weighted_round_robin"):
        farm.wait_until_up()
        spread = servers_of_datagrams(farm, 20)
        assert len(spread) == 1 if farm.method.translates_ports else spread == everybody(farm)
    farm.wait_until_up()
