"""NAT with one leg: clients, load balancer and real servers on one network. A packet leaves by the interface it came in by."""

import hashlib
import os
from collections.abc import Iterator

import pytest
from conftest import running_small_farm

from lab.method import Method
from lab.network import Family
from lab.small_farm import Conversation, SmallFarm
from lab.topology import OneArmedNat

MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=list(Family), ids=lambda family: family.value)
def farm(request) -> Iterator[SmallFarm]:
    with running_small_farm(f"one{request.param.value[-1]}", Method.NAT, request.param, OneArmedNat) as made:
        made.balancer.start()
        made.configure()
        yield made


def test_servers_see_the_client_and_the_client_sees_the_virtual_address(farm: SmallFarm) -> None:
    answers = []
    for _ in range(10):
        with Conversation(farm.client, farm.address) as conversation:
            answers.append(conversation.ask())
    assert {answer["server"] for answer in answers} == {"rs1", "rs2"}
    assert {answer["peer"] for answer in answers} == {farm.client.address_in(farm.family)}
    assert farm.tell(b"over UDP", farm.address)["peer"] == farm.client.address_in(farm.family)


def test_transfers_arrive_whole_in_both_directions(farm: SmallFarm) -> None:
    data = os.urandom(MEGABYTE).replace(b"\n", b"n")
    with Conversation(farm.client, farm.address, timeout=20.0) as conversation:
        conversation.send(data + b"\n")
        told = conversation.answer()
        assert (told["bytes"], told["sha256"]) == (MEGABYTE, hashlib.sha256(data).hexdigest())
        assert conversation.receive(5 * MEGABYTE) == 5 * MEGABYTE


def test_a_server_that_dies_is_left_out(farm: SmallFarm) -> None:
    farm.servers[0].kill_all()
    farm.balancer.wait_for_state("Teller", "RS1", "down")
    assert set(farm.ask_many(10, farm.address)) == {"rs2"}
