"""Fixtures of the browser tests: the farm, evenkeeld with its web interface, and Chromium on the client's machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab import farm as lab_farm  # noqa: E402
from lab import guide, namespaces  # noqa: E402
from lab.commands import PROJECT  # noqa: E402
from lab.farm import Farm, Options  # noqa: E402
from lab.method import Method  # noqa: E402
from lab.network import Family  # noqa: E402
from lab.web_interface import WebInterface  # noqa: E402

_WALKS = Path(__file__).resolve().parent
_PREFIX = os.environ.get("EVENKEEL_TEST_PREFIX", "ekb-")
_PASSWORD = "correct horse battery staple"
# EVENKEEL_RENEW_GUIDE=1: the pictures of docs/guide are made anew.
_GUIDE_PICTURES = str(PROJECT / "docs" / "guide" / "pictures") if os.environ.get("EVENKEEL_RENEW_GUIDE") else ""
# Where the walks leave their pictures; they stay, to be looked at.
_PICTURES = Path(os.environ.get("EVENKEEL_PICTURES", "/var/tmp/evenkeel-lab/pictures"))


@dataclass
class Site:
    """The farm with its web interface; `walk` sends a browser through it."""

    farm: Farm
    arguments: list[str]  # evenkeeld's, that put the interface there
    facts: dict = field(default_factory=dict)

    def _start(self, script: str, **more: object) -> subprocess.Popen:
        facts = json.dumps(self.facts | more)
        return subprocess.Popen(
            self.farm.client.namespace.enter(["node", str(_WALKS / script)]), text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "EVENKEEL_WALK": facts})

    def begin(self, script: str, **more: object) -> subprocess.Popen:
        """A walk that goes on meanwhile; its lines of output say how far it is."""
        return self._start(script, **more)

    def walk(self, script: str, timeout: float = 240.0, **more: object) -> None:
        walking = self._start(script, **more)
        try:
            said, complained = walking.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            walking.kill()
            said, complained = walking.communicate()
        assert walking.returncode == 0, f"{script}:\n{said}{complained}"


def _facts(farm: Farm) -> dict:
    _PICTURES.mkdir(parents=True, exist_ok=True)
    labels = {"App_Svr1": farm.application_servers[0], "App_Svr2": farm.application_servers[1]}
    return {
        "url": WebInterface(farm.balancer).url, "password": _PASSWORD,
        "pictures": str(_PICTURES), "guidePictures": _GUIDE_PICTURES, "method": farm.method.value, "key": farm.key,
        "applications": farm.applications, "printing": farm.printing,
        "applicationServers": {label: host.address_in(farm.family) for label, host in labels.items()},
        "printServers": {f"PS{number}": host.address_in(farm.family)
                         for number, host in enumerate(farm.print_servers, 1)},
        "layer7": farm.balancer.address_in(farm.family),
        "active": next(label for label, host in labels.items() if host.role() == "active"),
        "passive": next(label for label, host in labels.items() if host.role() != "active"),
    }


def _serve(farm: Farm) -> list[str]:
    web = WebInterface(farm.balancer, _PASSWORD)
    farm.balancer.start(*web.arguments())
    web.set_up()
    return web.arguments()


def _site(name: str, method: Method) -> Iterator[Site]:
    prefix = f"{_PREFIX}{os.getpid()}-{name}-"
    try:
        farm = Farm(prefix, Options(take_over_time=1.0), method, Family.IPV4)
        farm.start()
        yield Site(farm, _serve(farm), _facts(farm))
    finally:
        lab_farm.remove(prefix)
        assert namespaces.leftovers(prefix) == []


@pytest.fixture(scope="session", autouse=True)
def _root() -> None:
    if os.geteuid() != 0:
        pytest.exit("the browser tests make network namespaces: run them as root", returncode=1)


@pytest.fixture(params=[Method.DR, Method.SNAT, Method.LAYER7], ids=lambda method: method.value)
def empty_site(request) -> Iterator[Site]:
    """Nothing is configured yet: as the guide begins."""
    yield from _site(f"g{request.param.value[:2]}", request.param)


@pytest.fixture
def empty_dr_site() -> Iterator[Site]:
    yield from _site("w", Method.DR)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """With the guide's three virtual services in direct routing, all green."""
    for made in _site("s", Method.DR):
        guide.configure(made.farm, ["--check-interval", "1", "--check-timeout", "0.5", "--check-failure-count", "2"])
        guide.wait_until_green(made.farm)
        yield made
