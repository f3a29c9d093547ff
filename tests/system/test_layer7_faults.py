"""Layer 7 when something is in the way: a change that HAProxy refuses, a disk that is full, a socket
that is gone. What served goes on serving, and it is said."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from layer7_web import LABEL, Load, ask, change, haproxy, proxy_events, running_web, servers, service, start

from lab.commands import run, wait_until
from lab.small_farm import SmallFarm


@pytest.fixture
def web() -> Iterator[SmallFarm]:
    with running_web() as farm:
        yield farm


def revisions(farm: SmallFarm) -> list[dict]:
    return farm.balancer.api.get("/api/v1/revisions")["revisions"]


def notices(farm: SmallFarm) -> str:
    return json.dumps(farm.balancer.api.status()["notices"])


@contextlib.contextmanager
def mounted(farm: SmallFarm, options: str) -> Iterator[Path]:
    """HAProxy's directory as a file system of its own, before evenkeeld makes it."""
    farm.balancer.stop()
    directory = farm.balancer.run_directory / "haproxy"
    directory.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)])
    farm.balancer.start()
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=False)


def test_the_plan_says_how_a_change_reaches_haproxy_and_why(web: SmallFarm) -> None:
    start(web, service())

    def planned(**fields: object) -> tuple[str | None, str | None]:
        status, answer = web.balancer.api.request(
            "PATCH", f"/api/v1/layer7-services/{LABEL}?dry_run=true", fields)
        assert status == 200, answer
        return answer["layer7"], answer["layer7_reason"]

    assert planned(maximum_connections=77) == ("commands", None)
    assert planned(client_timeout=50) == ("reload", f"virtual service {LABEL}: client_timeout")
    assert planned(health_check={"type": "connect", "check_port": 8080, "interval": 2}) == (None, None)
    said = web.balancer.evenkeel("layer7-service", "edit", LABEL, "--client-timeout", "50", "--dry-run").stdout
    assert f"by a seamless reload of HAProxy (virtual service {LABEL}: client_timeout)" in said


def test_a_revision_that_haproxy_does_not_take_is_marked_with_its_words(web: SmallFarm) -> None:
    start(web, service())
    with web.balancer.namespace.open_socket() as taken:
        taken.bind(("0.0.0.0", 8888))
        taken.listen()
        with Load(web) as load:
            status, answer = web.balancer.api.request(
                "POST", "/api/v1/layer7-services", service(label="Other", ports="8888"))
            assert status == 200, answer
        assert load.failures == []
    newest, first = revisions(web)
    assert "8888" in newest["failure"] and first["failure"] is None
    assert "failed: virtual_service/Other" in web.balancer.evenkeel("revisions", "list").stdout
    assert servers(web) == {"rs1", "rs2"}
    web.balancer.kill()
    web.balancer.start()
    assert "8888" in revisions(web)[0]["failure"], "after a restart too"


def test_a_full_disk_leaves_what_served(web: SmallFarm) -> None:
    with mounted(web, "size=256k") as directory:
        start(web, service())
        filler = directory / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        with Load(web) as load:
            change(web, client_timeout=50)  # takes a file
            wait_until(lambda: "No space left" in notices(web), "it to be said")
            # What takes none is in force all the same.
            web.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
            wait_until(lambda: servers(web, 4) == {"rs2"}, "the drain")
        assert load.failures == []
        assert "No space left" in revisions(web)[0]["failure"]
        filler.unlink()
        wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "the change, by itself", 90.0)
        wait_until(lambda: "No space left" not in notices(web), "all to be well")
        assert servers(web, 4) == {"rs2"}, "what was drained still is"


def test_a_socket_that_is_gone_leaves_what_served_and_comes_back(web: SmallFarm) -> None:
    start(web, service())
    master = haproxy(web)[0]
    (web.balancer.run_directory / "haproxy" / "runtime.sock").unlink()
    with Load(web) as load:
        # It cannot be told any more: a reload brings a worker that can.
        web.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
        wait_until(lambda: servers(web, 4) == {"rs2"}, "the drain", 60.0)
    assert load.failures == []
    assert haproxy(web)[0] == master
    assert ask(web)["server"] == "rs2"
