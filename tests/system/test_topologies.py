"""The networks of each forwarding method, without evenkeeld: what has to be translated or wrapped is done by hand, with
nft or a raw socket on the load balancer's machine."""

import json
import socket
from collections.abc import Iterator

import pytest
from conftest import running_small_farm

from lab import packet
from lab.commands import run
from lab.host import Host
from lab.method import Method
from lab.namespaces import family_of
from lab.network import Family
from lab.small_farm import PORT, SERVICE, SERVICE6, Conversation, SmallFarm

VIRTUAL = {Family.IPV4: SERVICE, Family.IPV6: SERVICE6}
both_families = pytest.mark.parametrize("family", list(Family), ids=lambda family: family.value)


@pytest.fixture(scope="module")
def nat() -> Iterator[SmallFarm]:
    with running_small_farm("nat", Method.NAT) as farm:
        translate_by_hand(farm, source_too=False)
        yield farm


@pytest.fixture(scope="module")
def snat() -> Iterator[SmallFarm]:
    with running_small_farm("snat", Method.SNAT) as farm:
        farm.balancer.forward()
        translate_by_hand(farm, source_too=True)
        yield farm


@pytest.fixture(scope="module")
def tunnel() -> Iterator[SmallFarm]:
    with running_small_farm("tunnel", Method.TUNNEL) as farm:
        yield farm


def translate_by_hand(farm: SmallFarm, source_too: bool) -> None:
    """The virtual addresses lead to the second server."""
    rules = ["table inet by_hand {", "chain way_in { type nat hook prerouting priority dstnat;"]
    rules += [f"{ip} daddr {virtual} dnat {ip} to {server}" for ip, virtual, server in pairs(farm)]
    rules += ["}", "chain way_out { type nat hook postrouting priority srcnat;"]
    rules += [f"{ip} daddr {server} snat {ip} to {virtual}" for ip, virtual, server in pairs(farm) if source_too]
    farm.balancer.namespace.configure(f"address add {SERVICE}/32 dev eth0",
                                      f"address add {SERVICE6}/128 dev eth0 nodad")
    farm.balancer.run(["nft", "--file", "-"], text_input="\n".join([*rules, "}", "}"]))


def pairs(farm: SmallFarm) -> list[tuple[str, str, str]]:
    return [("ip", SERVICE, farm.servers[1].address), ("ip6", SERVICE6, farm.servers[1].address6)]


def told(host: Host, virtual: str) -> tuple[str, str]:
    """Which server answers that host over TCP, and from which address it was asked."""
    with Conversation(host, virtual) as conversation:
        answer = conversation.ask()
    return answer["server"], answer["peer"]


@both_families
def test_in_nat_replies_come_back_through_the_load_balancer(nat: SmallFarm, family: Family) -> None:
    virtual = VIRTUAL[family]
    assert told(nat.client, virtual) == ("rs2", nat.client.address_in(family))
    assert nat.tell(b"over UDP", virtual)["peer"] == nat.client.address_in(family)


@both_families
def test_in_nat_a_real_server_may_be_a_client_as_well(nat: SmallFarm, family: Family) -> None:
    """On the same network as the server that answers it: without its detour the reply would miss the load balancer."""
    neighbour = nat.servers[0]
    assert told(neighbour, VIRTUAL[family]) == ("rs2", neighbour.address_in(family))


@both_families
def test_in_snat_servers_without_any_change_see_the_virtual_address(snat: SmallFarm, family: Family) -> None:
    virtual = VIRTUAL[family]
    assert told(snat.client, virtual) == ("rs2", virtual)
    assert snat.tell(b"over UDP", virtual)["peer"] == virtual


@pytest.mark.parametrize("method", [Method.NAT, Method.SNAT])
def test_where_addresses_are_translated_no_server_carries_the_virtual_one(method: Method, request) -> None:
    farm: SmallFarm = request.getfixturevalue(method.value)
    for server in farm.servers:
        addresses = run(["ip", "-n", server.namespace.name, "address"]).stdout
        assert SERVICE not in addresses and SERVICE6 not in addresses


@both_families
def test_a_packet_in_a_packet_reaches_the_virtual_address_behind_a_router(tunnel: SmallFarm, family: Family) -> None:
    """Only what is addressed to the server itself is unwrapped: of two that reach it, the second is answered."""
    server, virtual = tunnel.servers[1], VIRTUAL[family]
    nobody = tunnel.topology.servers.address_in(family, 99)
    tunnel.topology.router.reach_by_hand(nobody, server.mac, "eth1")
    with tunnel.client.namespace.open_socket(family_of(virtual), socket.SOCK_DGRAM) as own:
        own.bind((tunnel.client.address_in(family), 0))
        source = own.getsockname()[:2]
        for outer, data in ((nobody, b"to another"), (server.address_in(family), b"in a packet")):
            send_wrapped(tunnel.balancer, outer, packet.datagram(source, (virtual, PORT), data))
        answer, sender = own.recvfrom(4096)
    assert sender[:2] == (virtual, PORT)
    said = json.loads(answer)
    assert (said["server"], said["bytes"], said["peer"]) == ("rs2", len(b"in a packet"), source[0])


def send_wrapped(host: Host, outer: str, inner: bytes) -> None:
    """The kernel writes the outer header."""
    protocol = socket.IPPROTO_IPV6 if ":" in outer else socket.IPPROTO_IPIP
    with host.namespace.open_socket(family_of(outer), socket.SOCK_RAW, protocol=protocol) as raw:
        raw.sendto(inner, (outer, 0))


@both_families
def test_behind_a_router_nothing_else_is_disturbed(tunnel: SmallFarm, family: Family) -> None:
    server = tunnel.servers[0].address_in(family)
    assert told(tunnel.client, server) == ("rs1", tunnel.client.address_in(family))
    assert told(tunnel.balancer, server) == ("rs1", tunnel.balancer.address_in(family))
