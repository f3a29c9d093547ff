"""SNAT's source ports run out: 64,512 flows to one real server, whose datagrams are made by hand."""

import json
import os
import signal
import socket
from collections.abc import Iterable

import pytest

from lab import packet
from lab.commands import wait_until
from lab.host import Host
from lab.method import Method
from lab.namespaces import family_of
from lab.network import Family
from lab.small_farm import LABEL, PORT, SmallFarm

ALL = range(1024, 65536)  # the client's own port is tried first: none of these is in another's way
SCARCE, REST = ALL[:len(ALL) * 81 // 100], ALL[len(ALL) * 81 // 100:]
SERVER = f"virtual_service/{LABEL}/real_server/RS1"
REASON = "no_source_port"

in_snat = pytest.mark.parametrize("small_by_method", [(Method.SNAT, family) for family in Family],
                                  ids=lambda chosen: chosen[1].value, indirect=True)


def begin_flows(farm: SmallFarm, ports: Iterable[int]) -> None:
    """A datagram from each port of the client."""
    source = farm.client.address_in(farm.family)
    with farm.client.namespace.open_socket(family_of(farm.address), socket.SOCK_RAW,
                                           protocol=socket.IPPROTO_RAW) as own:
        for port in ports:
            own.sendto(packet.datagram((source, port), (farm.address, PORT), b"x"), (farm.address, 0))


def fill(farm: SmallFarm, ports: range) -> None:
    """Until all ports up to the last of these are in use: a datagram may get lost. The server, stopped meanwhile, answers
    none; its kernel still accepts the connections of the health check."""
    teller = farm.servers[0].teller.pid
    os.kill(teller, signal.SIGSTOP)
    try:
        wait_until(lambda: begin_flows(farm, ports) or used(farm) == ports.stop - ALL.start, "all ports to be in use")
    finally:
        os.kill(teller, signal.SIGCONT)


def ask_as(farm: SmallFarm, source: str) -> str:
    """The address that the server sees when it is asked from another one of the client's."""
    with farm.client.namespace.open_socket(family_of(source), socket.SOCK_DGRAM, timeout=1.0) as own:
        own.bind((source, 0))
        own.connect((farm.address, PORT))
        own.send(b"x")
        return json.loads(own.recv(65535))["peer"]


def give(farm: SmallFarm, host: Host, part: int) -> str:
    """A further address to that host."""
    address = farm.topology.clients.address_in(farm.family, part)
    host.namespace.configure(f"address add {address}/{128 if ':' in address else 32} dev eth0")
    return address


def used(farm: SmallFarm) -> int:
    """Of the source address that has most in use."""
    rows = farm.balancer.api.get("/api/v1/source-ports")["source_ports"]
    return rows[0]["used"] if rows else 0


def dropped(farm: SmallFarm) -> int:
    """Of the virtual service, for want of a port."""
    reasons = farm.balancer.api.virtual_service(LABEL)["reasons"]
    return sum(row["packets"] for row in reasons if row["name"] == REASON)


def notices(farm: SmallFarm) -> dict[str, str]:
    status = json.loads(farm.balancer.evenkeel("status", "--json").stdout)
    return {notice["object"]: notice["message"] for notice in status["notices"]}


@in_snat
def test_an_alarm_comes_before_they_run_out_and_an_event_when_they_have(small_by_method: SmallFarm) -> None:
    farm = small_by_method
    balancer, somebody = farm.balancer, give(farm, farm.client, 99)
    balancer.start()
    farm.configure()
    balancer.evenkeel("real-server", "delete", LABEL, "RS2")
    with balancer.api.follow() as events:
        fill(farm, SCARCE)
        assert f"source ports of {farm.address} for" in events.wait_for("source_ports_scarce", SERVER).message
        assert "source ports of" in notices(farm)[SERVER]
        assert dropped(farm) == 0 and "source_ports_exhausted" not in [event.kind for event in events.all()]

        fill(farm, REST)
        with pytest.raises(TimeoutError):
            ask_as(farm, somebody)
        assert "(1 packets" in events.wait_for("source_ports_exhausted", f"virtual_service/{LABEL}").message
        assert dropped(farm) == 1
        assert "find no source port" in notices(farm)[f"virtual_service/{LABEL}"]
        assert "find no source port" in balancer.api.virtual_service(LABEL)["alarm"]
        assert REASON in balancer.evenkeel("reasons").stdout

        source = give(farm, balancer, 120)
        balancer.evenkeel("virtual-service", "edit", LABEL, "--source-addresses", f"{farm.address},{source}")
        assert ask_as(farm, somebody) == source, "what the notice says to do helps"
        balancer.evenkeel("real-server", "delete", LABEL, "RS1")
        balancer.evenkeel("real-server", "add", LABEL, "RS2", "--address", farm.servers[1].address_in(farm.family))
        events.wait_for("source_ports_recovered", SERVER)
        assert "lacked a source port" in events.wait_for("source_ports_available", f"virtual_service/{LABEL}").message
    wait_until(lambda: not {SERVER, f"virtual_service/{LABEL}"} & set(notices(farm)), "the notices to go")
    assert balancer.api.virtual_service(LABEL)["alarm"] == ""
