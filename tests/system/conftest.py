"""Fixtures of the system tests: a lab of its own for every module, removed whatever happens."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab import farm as lab_farm  # noqa: E402
from lab import load_balancer, namespaces, process  # noqa: E402
from lab.farm import Farm, Options  # noqa: E402

_PREFIX = os.environ.get("EVENKEEL_TEST_PREFIX", "ekt-")


@contextlib.contextmanager
def running_farm(name: str, options: Options = Options()) -> Iterator[Farm]:
    """A farm that lives as long as the block; afterwards nothing of it may be left."""
    prefix = f"{_PREFIX}{os.getpid()}-{name}-"
    try:
        farm = Farm(prefix, options)
        farm.start()
        yield farm
    finally:
        lab_farm.remove(prefix)
        assert namespaces.leftovers(prefix) == []


@pytest.fixture(scope="session", autouse=True)
def _root() -> None:
    if os.geteuid() != 0:
        pytest.exit("the system tests make network namespaces: run them as root", returncode=1)


@pytest.fixture(scope="module")
def farm() -> Iterator[Farm]:
    with running_farm("farm") as made:
        yield made
