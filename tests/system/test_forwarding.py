"""Packets through the load balancer, beyond printing: who gets them, IPv6, persistence, fragments, ICMP errors."""

import hashlib
import os
import socket
import struct
from collections import Counter
from pathlib import Path

import pytest

from lab import packet
from lab.commands import wait_until
from lab.small_farm import (
    LABEL,
    OTHER_PORT,
    PORT,
    SERVICE,
    SERVICE6,
    Conversation,
    Server,
    SmallFarm,
    service,
    service6,
)


def test_connections_are_shared_and_servers_see_the_clients_address(balanced: SmallFarm) -> None:
    conversations = [Conversation(balanced.client) for _ in range(20)]
    try:
        answers = [conversation.ask() for conversation in conversations]
    finally:
        for conversation in conversations:
            conversation.close()
    shares = Counter(answer["server"] for answer in answers)
    assert min(shares["rs1"], shares["rs2"]) >= 9, shares
    assert {answer["peer"] for answer in answers} == {balanced.client.address}


def test_weights_decide_the_shares(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(scheduler="weighted_round_robin", real_servers=[
        {"label": "RS1", "address": "10.77.0.21", "weight": 300}, {"label": "RS2", "address": "10.77.0.22"}])]})
    shares = Counter(small.ask_many(80))
    assert (shares["rs1"], shares["rs2"]) == (60, 20)


def test_ipv6_over_tcp_and_udp(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(), service6()]})
    small.wait_until_up("Teller6")
    assert set(small.ask_many(20, SERVICE6)) == {"rs1", "rs2"}
    told = small.tell(b"over IPv6", SERVICE6)
    assert told["bytes"] == 9 and told["peer"] == small.client.address6


def test_several_ports_and_ranges_are_one_service(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(ports=f"{PORT}-{OTHER_PORT}")]})
    assert small.ask(port=PORT) and small.ask(port=OTHER_PORT)


def test_a_port_that_is_not_in_the_service_is_refused_by_the_load_balancer(balanced: SmallFarm) -> None:
    with pytest.raises(ConnectionRefusedError):
        balanced.ask(port=OTHER_PORT)


def test_the_load_balancer_itself_stays_reachable(balanced: SmallFarm) -> None:
    assert balanced.client.ping(balanced.balancer.address)
    assert balanced.client.ping(balanced.balancer.address6)
    assert balanced.client.ping(SERVICE)


def test_persistence_holds_over_ports_and_protocols_and_ends(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [
        service(ports=f"{PORT},{OTHER_PORT}", persistence={"enabled": True, "timeout": 2})]})
    first = small.ask()
    assert set(small.ask_many(10)) == {first}
    assert {small.ask(port=OTHER_PORT), small.tell(b"?")["server"]} == {first}
    client = f"{small.client.address}:45678"
    assert explain(small, client)["decision"] == "persistence"
    wait_until(lambda: explain(small, client)["decision"] != "persistence", "persistence to end", timeout=15.0)


def test_a_client_that_persistence_forgets_is_scheduled_anew(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(scheduler="weighted_round_robin", persistence={"enabled": True})]})
    api, evenkeel = small.balancer.api, small.balancer.evenkeel
    first = small.ask()
    assert set(small.ask_many(5)) == {first}
    rows = api.get("/api/v1/persistence")["persistence"]
    assert [(row["client"], row["real_server"]) for row in rows] == [(f"{small.client.address}/32", first.upper())]
    assert small.client.address in evenkeel("persistence", "list").stdout
    assert "3 persistence" not in evenkeel("persistence", "clear", "--client", "192.0.2.1").stdout
    assert set(small.ask_many(3)) == {first}
    with Conversation(small.client) as conversation:
        assert conversation.ask()["server"] == first
        assert "One persistence entry cleared" in evenkeel("persistence", "clear", "--client", small.client.address).stdout
        second = small.ask()
        assert second != first, "round robin's turn"
        assert conversation.ask()["server"] == first, "what was open goes on"
    assert set(small.ask_many(5)) == {second}
    assert "persistence cleared" in evenkeel("events").stdout
    assert "there is no virtual service Nobody" in evenkeel(
        "persistence", "clear", "--virtual-service", "Nobody", check=False).stderr


def test_one_ipv6_client_is_forgotten_and_the_others_are_not(small: SmallFarm) -> None:
    kept, forgotten = small.client.address6, "fd77::11"
    small.client.namespace.configure(f"address add {forgotten}/64 dev eth0 nodad")
    small.start_balancer({"virtual_services": [service(), service6(scheduler="weighted_round_robin", persistence={
        "enabled": True, "ipv6_prefix": 128})]})
    small.wait_until_up("Teller6")

    def server_for(client: str) -> str:
        with Conversation(small.client, SERVICE6, source=client) as conversation:
            return conversation.ask()["server"]

    def remembered() -> dict[str, str]:
        rows = small.balancer.api.get("/api/v1/persistence")["persistence"]
        return {row["client"]: row["real_server"] for row in rows}

    first = {client: server_for(client) for client in (kept, forgotten)}
    assert remembered() == {f"{client}/128": server.upper() for client, server in first.items()}
    with Conversation(small.client, SERVICE6, source=forgotten) as conversation:
        assert conversation.ask()["server"] == first[forgotten]
        said = small.balancer.evenkeel("persistence", "clear", "--client", forgotten).stdout
        assert "One persistence entry cleared" in said
        assert set(remembered()) == {f"{kept}/128"}
        assert forgotten not in small.balancer.evenkeel("persistence", "list").stdout
        assert conversation.ask()["server"] == first[forgotten], "what was open goes on"
    assert {server_for(kept) for _ in range(4)} == {first[kept]}
    status, answer = small.balancer.api.request("DELETE", "/api/v1/persistence?client=fd77::/64")
    assert (status, answer) == (200, {"cleared": 1})
    assert remembered() == {}


def test_datagrams_bigger_than_the_mtu_reach_one_server_whole(balanced: SmallFarm) -> None:
    for size in (1473, 4000, 20_000):
        data = os.urandom(size)
        told = balanced.tell(data)
        assert (told["bytes"], told["sha256"]) == (size, hashlib.sha256(data).hexdigest())


def test_big_ipv6_datagrams_as_well(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(), service6()]})
    small.wait_until_up("Teller6")
    data = os.urandom(5000)
    told = small.tell(data, SERVICE6)
    assert (told["bytes"], told["sha256"]) == (5000, hashlib.sha256(data).hexdigest())


def test_big_answers_and_long_uploads_survive(balanced: SmallFarm) -> None:
    with Conversation(balanced.client, timeout=20.0) as conversation:
        assert conversation.receive(5_000_000) == 5_000_000
        assert conversation.ask("x" * 2_000_000)["bytes"] == 2_000_000


def test_fragmentation_needed_reaches_the_server_that_has_the_connection(balanced: SmallFarm) -> None:
    """A router on the way to the client says that its next link takes 1,000 bytes; the virtual address is what it
    knows as the sender, so the message comes to the load balancer."""
    with Conversation(balanced.client) as conversation:
        owner = conversation.ask()["server"]
        before = {server.name: unreachables(server) for server in balanced.servers}
        send_fragmentation_needed(balanced, conversation, next_mtu=1000)
        wait_until(lambda: all(unreachables(server) == before[server.name] + (server.name == owner)
                               for server in balanced.servers), "the message to reach only the right server")
        holder = next(server for server in balanced.servers if server.name == owner)
        route = holder.run(["ip", "route", "get", balanced.client.address, "from", SERVICE]).stdout
        assert "mtu 1000" in route, route
        assert conversation.receive(100_000) == 100_000


def test_explain_says_what_then_happens(balanced: SmallFarm) -> None:
    for port in range(41000, 41010):
        with Conversation(balanced.client, source=balanced.client.address) as conversation:
            own = conversation.socket.getsockname()[1]
            said = explain(balanced, f"{balanced.client.address}:{own}")
            assert (said["decision"], said["real_server"]) == ("connection", conversation.ask()["server"].upper())
        foretold = explain(balanced, f"{balanced.client.address}:{port}")
        assert foretold["decision"] == "scheduler" and foretold["real_server"] in ("RS1", "RS2")


def test_connections_lists_what_is_going_on(balanced: SmallFarm) -> None:
    with Conversation(balanced.client) as conversation:
        server = conversation.ask()["server"].upper()
        source = f"{balanced.client.address}:{conversation.socket.getsockname()[1]}"
        rows = balanced.balancer.api.get("/api/v1/connections")["connections"]
        row = next(row for row in rows if row["source"] == source)
        assert (row["protocol"], row["state"], row["real_server"]) == ("TCP", "ESTABLISHED", server)
        assert (row["virtual"], row["virtual_service"]) == (f"{SERVICE}:{PORT}", LABEL)
        assert source in balanced.balancer.evenkeel("connections").stdout
        network = balanced.client.address.rsplit(".", 1)[0] + ".0/24"
        assert source in balanced.balancer.evenkeel("connections", "--client", network, "--resolve").stdout
        assert source not in balanced.balancer.evenkeel("connections", "--protocol", "udp").stdout


def test_connections_lists_those_over_ipv6_as_well(small: SmallFarm) -> None:
    """By any client's prefix, and beside those over IPv4 of another virtual service."""
    small.start_balancer({"virtual_services": [service(), service6()]})
    small.wait_until_up("Teller6")
    with Conversation(small.client) as over_ipv4, Conversation(small.client, SERVICE6) as conversation:
        over_ipv4.ask()
        server = conversation.ask()["server"].upper()
        source = f"[{small.client.address6}]:{conversation.socket.getsockname()[1]}"
        other = f"{small.client.address}:{over_ipv4.socket.getsockname()[1]}"
        rows = {row["source"]: row for row in small.balancer.api.get("/api/v1/connections")["connections"]}
        row = rows[source]
        assert (row["protocol"], row["state"], row["real_server"]) == ("TCP", "ESTABLISHED", server)
        assert (row["virtual"], row["virtual_service"]) == (f"[{SERVICE6}]:{PORT}", "Teller6")
        assert row["destination"] == f"[{small.servers[int(server[-1]) - 1].address6}]:{PORT}"
        assert other in rows
        listed = small.balancer.evenkeel
        for options in ([], ["--client", "fd77::/64"], ["--client", small.client.address6],
                        ["--virtual-service", "Teller6", "--real-server", server, "--state", "ESTABLISHED"]):
            assert source in listed("connections", *options).stdout, options
        for options in (["--client", "fd77::/64"], ["--virtual-service", "Teller6"]):
            assert other not in listed("connections", *options).stdout, options
        for options in (["--client", "fd78::/64"], ["--virtual-service", LABEL], ["--protocol", "udp"]):
            assert source not in listed("connections", *options).stdout, options


def test_counters_count_each_connection(balanced: SmallFarm) -> None:
    """The health checks go to the real servers themselves: they are not among these."""
    def connections() -> int:
        return balanced.balancer.api.virtual_service(LABEL)["counters"]["connections"]
    before = connections()
    balanced.ask_many(7)
    wait_until(lambda: connections() == before + 7, "seven connections to be counted")


def test_a_full_server_gets_no_new_connections(small: SmallFarm) -> None:
    small.start_balancer({"virtual_services": [service(real_servers=[
        {"label": "RS1", "address": "10.77.0.21", "maximum_connections": 2},
        {"label": "RS2", "address": "10.77.0.22"}])]})
    conversations = [Conversation(small.client) for _ in range(10)]
    try:
        shares = Counter(conversation.ask()["server"] for conversation in conversations)
    finally:
        for conversation in conversations:
            conversation.close()
    assert shares == {"rs1": 2, "rs2": 8}


def explain(farm: SmallFarm, client: str) -> dict:
    return farm.balancer.api.get(f"/api/v1/explain?virtual_service={LABEL}&client={client}")


def unreachables(server: Server) -> int:
    """ICMP destination-unreachable messages that this machine has got, among them "fragmentation needed"."""
    with server.namespace.entered():
        lines = [line.split() for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()]
    names, values = [line for line in lines if line[0] == "Icmp:"]
    return int(values[names.index("InDestUnreachs")])


def send_fragmentation_needed(farm: SmallFarm, conversation: Conversation, next_mtu: int) -> None:
    own_port = conversation.socket.getsockname()[1]
    embedded = packet.ipv4_header(SERVICE, farm.client.address, socket.IPPROTO_TCP, 1500) + struct.pack(
        "!HHI", PORT, own_port, next_expected(conversation.socket))
    message = struct.pack("!BBHHH", 3, 4, 0, 0, next_mtu) + embedded
    message = message[:2] + struct.pack("!H", packet.checksum(message)) + message[4:]
    with farm.client.namespace.open_socket(socket.AF_INET, socket.SOCK_RAW, protocol=socket.IPPROTO_ICMP) as raw:
        raw.sendto(message, (SERVICE, 0))


def next_expected(connection: socket.socket) -> int:
    """The sequence number that our end expects next: the other end takes no ICMP error about any other."""
    repair, repair_queue, queue_sequence, receive_queue, off_without_probe = 19, 20, 21, 1, -1
    connection.setsockopt(socket.IPPROTO_TCP, repair, 1)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, repair_queue, receive_queue)
        return connection.getsockopt(socket.IPPROTO_TCP, queue_sequence) & 0xFFFFFFFF
    finally:
        connection.setsockopt(socket.IPPROTO_TCP, repair, off_without_probe)
