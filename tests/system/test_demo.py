"""The demo as a person starts it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import prefix_for

from lab import namespaces
from lab.commands import PROJECT, run, wait_until
from lab.farm import remove
from lab.method import Method
from lab.network import Family
from lab.record import Record

PREFIX = prefix_for("demo")


@pytest.fixture(autouse=True)
def _removed() -> Iterator[None]:
    yield
    remove(PREFIX)


def take_interrupts() -> None:
    """What a shell starts in the background ignores them, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def demo(*options: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "lab.demo", "--prefix", PREFIX, *options], cwd=PROJECT, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, preexec_fn=take_interrupts)


def check_web_interface(output: str) -> None:
    """From this machine, outside of every namespace, with what the demo has said."""
    url = re.search(r"https://127\.0\.0\.1:\d+/lbadmin/", output)[0]
    user, password = re.search(r"user (\w+), password (\S+)", output).groups()
    assert output.count(password) == 1
    page = run(["curl", "-sk", url]).stdout
    assert "<title>Evenkeel</title>" in page
    session = url.replace("/lbadmin/", "/api/v1/session")
    signed_in = run(["curl", "-sk", session, "-d", json.dumps({"user": user, "password": password})]).stdout
    assert json.loads(signed_in)["role"] == "administrator"


@pytest.mark.parametrize("family", list(Family), ids=lambda family: family.value)
@pytest.mark.parametrize("method", list(Method), ids=lambda method: method.value)
def test_once_holds_and_leaves_nothing(method: Method, family: Family) -> None:
    running = demo("--once", "--jobs", "6", "--method", method.value, *(["--ipv6"] if family is Family.IPV6 else []))
    output, _ = running.communicate(timeout=240)
    assert running.returncode == 0, output
    assert f"({method.title}, {family.value})" in output and method.way in output
    assert "Everything held." in output and "✗" not in output
    assert "\033[" not in output, "colours are for terminals"
    assert namespaces.leftovers(PREFIX) == []


def test_it_stays_until_down_and_a_second_one_says_so() -> None:
    first = demo("--jobs", "3", "--ipv6")
    output, _ = first.communicate(timeout=240)
    assert first.returncode == 0, output
    assert "//fd77::100/printer" in output
    assert namespaces.existing(PREFIX)
    check_web_interface(output)
    second = demo("--once")
    refusal, _ = second.communicate(timeout=30)
    assert second.returncode == 1 and "running already" in refusal and "--down" in refusal
    assert namespaces.existing(PREFIX), "the second one must not harm the first"
    down = demo("--down")
    assert down.communicate(timeout=30)[0] and down.returncode == 0
    assert namespaces.leftovers(PREFIX) == []


def test_down_without_a_demo_is_no_error() -> None:
    down = demo("--down")
    assert down.communicate(timeout=30)[0] and down.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_removes_everything(number: signal.Signals) -> None:
    running = demo("--jobs", "3")
    wait_until(lambda: len(Record(PREFIX).contents()["namespaces"]) >= 4, "the farm to be half built")
    running.send_signal(number)
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 130, output
    assert namespaces.leftovers(PREFIX) == []


def test_a_failed_demo_shows_logs_and_tells_by_its_exit_code() -> None:
    broken = subprocess.run([sys.executable, "-m", "lab.demo", "--prefix", PREFIX, "--once"], cwd=PROJECT, text=True,
                            capture_output=True, timeout=60, env={**os.environ, "EVENKEEL_BUILD": "/nonexistent"})
    assert broken.returncode == 1 and "build it first" in broken.stdout
    assert namespaces.leftovers(PREFIX) == []
