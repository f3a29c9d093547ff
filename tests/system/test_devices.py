"""evenkeeld on a bridge and on a macvlan: the promises of test_methods.py that depend on how frames come in and
leave. One of them: -k 'bridge-nat-IPv6'."""

import itertools
from collections.abc import Iterator

import pytest
import test_methods
from conftest import running_small_farm
from test_methods import (  # noqa: F401  these are the tests
    test_a_port_that_is_not_in_the_service_is_refused,
    test_big_transfers_arrive_whole_in_both_directions,
    test_connections_are_shared_and_servers_see_the_right_address,
    test_datagrams_are_answered_from_the_virtual_address,
    test_kill_9_of_evenkeeld_in_mid_transfer,
)

from lab.devices import OnBridge, OnMacvlan, on
from lab.method import Method
from lab.network import Family
from lab.small_farm import SmallFarm
from lab.topology import topology_of

DEVICES = {"bridge": OnBridge, "macvlan": OnMacvlan}
METHODS = [method for method in Method if method is not Method.LAYER7]


@pytest.fixture(scope="module", params=itertools.product(DEVICES, METHODS, Family),
                ids=lambda chosen: f"{chosen[0]}-{chosen[1].value}-{chosen[2].value}")
def farm_by_method(request) -> Iterator[SmallFarm]:
    """In place of the one on cables."""
    device, method, family = request.param
    with running_small_farm(f"{device}{method.value}", method, family, on(DEVICES[device], topology_of(method))) as made:
        made.balancer.start()
        made.configure()
        yield made


def test_checksums_that_senders_left_undone_are_completed(farm_by_method: SmallFarm) -> None:
    if farm_by_method.method is Method.TUNNEL:
        pytest.skip("docs/limits.md: the kernel spoils our answers to such frames, here the size that fits the tunnel")
    test_methods.test_checksums_that_senders_left_undone_are_completed(farm_by_method)
