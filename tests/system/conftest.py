"""Fixtures of the system tests: a lab of its own for every module, removed whatever happens."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab import farm as lab_farm  # noqa: E402
from lab import guide, namespaces  # noqa: E402
from lab.farm import Farm, Options  # noqa: E402
from lab.method import Method  # noqa: E402
from lab.network import Family  # noqa: E402
from lab.process import tail  # noqa: E402
from lab.record import Record  # noqa: E402
from lab.small_farm import SmallFarm  # noqa: E402
from lab.topology import Topology  # noqa: E402

_PREFIX = os.environ.get("EVENKEEL_TEST_PREFIX", "ekt-")
# Layer 7 has tests of its own.
_METHODS = [(method, family) for method in Method if method is not Method.LAYER7 for family in Family]
_FAST = ["--check-interval", "1", "--check-timeout", "0.5", "--check-failure-count", "2"]


def prefix_for(name: str) -> str:
    """Of this process alone, so that several runs can go on at the same time."""
    return f"{_PREFIX}{os.getpid()}-{name}-"


@contextlib.contextmanager
def _removed_afterwards(prefix: str) -> Iterator[None]:
    """Afterwards nothing of that lab may be left."""
    try:
        yield
    finally:
        lab_farm.remove(prefix)
        assert namespaces.leftovers(prefix) == []


@contextlib.contextmanager
def running_farm(name: str, options: Options = Options(), method: Method = Method.DR,
                 family: Family = Family.IPV4) -> Iterator[Farm]:
    """A PaperCut farm that lives as long as the block, without a load balancer."""
    prefix = prefix_for(name)
    with _removed_afterwards(prefix):
        farm = Farm(prefix, options, method, family)
        farm.start()
        yield farm


@contextlib.contextmanager
def running_small_farm(name: str, method: Method = Method.DR, family: Family = Family.IPV4,
                       topology: type[Topology] | None = None) -> Iterator[SmallFarm]:
    """Client, tellers and the load balancer's machine; evenkeeld is not started yet."""
    prefix = prefix_for(name)
    with _removed_afterwards(prefix):
        farm = SmallFarm(prefix, method, family, topology)
        farm.start()
        yield farm


@pytest.fixture(scope="session", autouse=True)
def _root() -> None:
    if os.geteuid() != 0:
        pytest.exit("the system tests make network namespaces: run them as root", returncode=1)


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    # Nobody takes over here: on a busy machine a heartbeat may be late.
    with running_farm("farm", Options(patience=20.0)) as made:
        yield made


@pytest.fixture(scope="module")
def papercut() -> Iterator[Farm]:
    """The farm behind evenkeeld, with the guide's three virtual services, all green."""
    with running_farm("papercut", Options(take_over_time=1.0)) as made:
        made.balancer.start()
        guide.configure(made, _FAST)
        guide.wait_until_green(made)
        yield made


def _name(method_and_family: tuple[Method, Family]) -> str:
    return "-".join(kind.value for kind in method_and_family)


@pytest.fixture
def small() -> Iterator[SmallFarm]:
    """Fresh for every test; evenkeeld is not started yet."""
    with running_small_farm("small") as made:
        yield made


@pytest.fixture(scope="module", params=_METHODS, ids=_name)
def farm_by_method(request) -> Iterator[SmallFarm]:
    """The small farm behind evenkeeld in one forwarding method and address family, both servers up."""
    method, family = request.param
    with running_small_farm(f"{method.value}{family.value[-1]}", method, family) as made:
        made.balancer.start()
        made.configure()
        yield made


@pytest.fixture(scope="module", params=_METHODS, ids=_name)
def papercut_by_method(request) -> Iterator[Farm]:
    """The whole farm behind evenkeeld in one forwarding method and address family, all green."""
    method, family = request.param
    with running_farm(f"all{method.value}{family.value[-1]}", Options(take_over_time=1.0), method, family) as made:
        made.balancer.start()
        guide.configure(made, _FAST)
        guide.wait_until_green(made)
        yield made


@pytest.fixture
def small_by_method(request) -> Iterator[SmallFarm]:
    """Fresh for every test, in the method and family that the test names; evenkeeld is not started yet."""
    method, family = getattr(request, "param", (Method.TUNNEL, Family.IPV4))
    with running_small_farm("small", method, family) as made:
        yield made


@pytest.fixture
def balanced(small: SmallFarm) -> SmallFarm:
    """The small farm behind evenkeeld: one virtual service, both servers up."""
    small.start_balancer()
    return small


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the end of evenkeeld's log."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for name in ("papercut", "small", "small_by_method", "farm", "farm_by_method", "papercut_by_method"):
            if name in item.funcargs:
                log = Record(item.funcargs[name].record.prefix).directory / "lb" / "log" / "evenkeeld.log"
                report.sections.append(("evenkeeld's log", tail(log, 30)))
