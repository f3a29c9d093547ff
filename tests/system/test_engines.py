"""The programs that do an engine's work, as operators see them: listed, shown, read again, killed, adopted."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from layer7_web import Load, haproxy, running_web, service, start

from lab.commands import run, wait_until
from lab.process import Process
from lab.small_farm import SmallFarm

FALLBACK = "nginx-fallback"


@pytest.fixture
def web() -> Iterator[SmallFarm]:
    with running_web() as farm:
        yield farm


def engines(farm: SmallFarm) -> dict[str, dict]:
    return {engine["name"]: engine for engine in json.loads(farm.balancer.evenkeel("engines", "--json").stdout)}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def is_running(farm: SmallFarm, name: str) -> bool:
    return engines(farm)[name]["running"]


def test_they_are_listed_with_what_they_are(web: SmallFarm) -> None:
    assert not any(engine["running"] or engine["wanted"] for engine in engines(web).values())
    assert web.balancer.evenkeel("engines", "show", "haproxy", check=False).returncode == 1
    refused = web.balancer.evenkeel("engines", "restart", "haproxy", check=False)
    assert refused.returncode == 1 and "nothing to do" in refused.stderr
    start(web, service())
    wait_until(lambda: is_running(web, FALLBACK), "nginx of the fallback page")
    proxy, nginx = engines(web)["haproxy"], engines(web)[FALLBACK]
    assert proxy["pid"] == haproxy(web)[0]
    assert f"version {proxy['version']} " in run(["haproxy", "-v"]).stdout
    assert f"nginx/{nginx['version']}" in run(["nginx", "-v"]).stderr
    assert proxy["restarts"] == nginx["restarts"] == 0
    assert proxy["last_error"] is None and nginx["last_error"] is None
    assert not engines(web)["nginx-web"]["wanted"]
    assert "not needed" in web.balancer.evenkeel("engines").stdout


@pytest.mark.parametrize("name", ["haproxy", FALLBACK])
def test_one_that_is_killed_is_started_again_at_once_and_one_that_was_there_is_adopted(
        web: SmallFarm, name: str) -> None:
    start(web, service())
    wait_until(lambda: is_running(web, name), name)
    before = engines(web)[name]
    os.kill(before["pid"], signal.SIGKILL)
    wait_until(lambda: engines(web)[name]["pid"] not in (None, before["pid"]), "another process", 5)
    after = engines(web)[name]
    assert moment(after["since"]) - moment(after["last_error"]["at"]) < timedelta(seconds=5), "at once, and what a busy machine adds"
    assert after["restarts"] == 1
    assert after["since"] > before["since"]
    assert after["last_error"]["message"] == "it has ended by itself"
    web.balancer.kill()
    web.balancer.start()
    wait_until(lambda: is_running(web, name), name)
    adopted = engines(web)[name]
    assert adopted["pid"] == after["pid"] and adopted["restarts"] == 0
    assert abs(moment(adopted["since"]) - moment(after["since"])) < timedelta(seconds=1)


def test_a_file_is_shown_as_it_is_in_force_without_secrets(web: SmallFarm) -> None:
    start(web, service(header_rules=[{"name": "Authorization", "value": "Basic c2VzYW1l"}, {"name": "X-Tenant", "value": "main"}],
                       manual_configuration="http-request deny if { req.hdr(X-Api-Key) -m str sesame }"))
    told = web.balancer.run_directory / "haproxy" / "haproxy.cfg"
    shown = web.balancer.evenkeel("engines", "show", "haproxy").stdout
    assert "c2VzYW1l" in told.read_text() and "sesame" in told.read_text()
    assert "c2VzYW1l" not in shown and "sesame" not in shown
    assert "set-header Authorization ****" in shown and "set-header X-Tenant main" in shown
    assert [line for line in shown.splitlines() if "****" not in line] == \
        [line for line in told.read_text().splitlines() if "c2VzYW1l" not in line and "sesame" not in line]
    wait_until(lambda: is_running(web, FALLBACK), "nginx of the fallback page")
    nginx = web.balancer.run_directory / "fallback" / "nginx.conf"
    assert web.balancer.evenkeel("engines", "show", FALLBACK).stdout == nginx.read_text()


def test_haproxy_reads_its_file_again_without_losing_a_request(web: SmallFarm) -> None:
    start(web, service())
    master, workers = haproxy(web)
    with Load(web) as load:
        wait_until(lambda: load.answered > 50, "some answers")
        said = web.balancer.evenkeel("engines", "restart", "haproxy").stdout
        answered = load.answered
        wait_until(lambda: load.answered > answered + 50, "more answers")
    assert load.failures == []
    assert "haproxy was reloaded" in said
    wait_until(lambda: not set(workers) & set(haproxy(web)[1]), "other workers")
    assert haproxy(web)[0] == master
    assert "proxy_reloaded" in web.balancer.evenkeel("events", "--json").stdout


def test_nginx_reads_its_file_again_and_is_adopted_afterwards(web: SmallFarm) -> None:
    start(web, service())
    wait_until(lambda: is_running(web, FALLBACK), "nginx of the fallback page")
    before = engines(web)[FALLBACK]["pid"]

    def workers() -> set[int]:
        return {pid for pid in web.balancer.namespace.pids() if pid != before and os.getpgid(pid) == before}

    old = workers()
    assert "nginx-fallback was reloaded" in web.balancer.evenkeel("engines", "restart", FALLBACK).stdout
    wait_until(lambda: workers() and not workers() & old, "other workers")
    assert engines(web)[FALLBACK]["pid"] == before
    web.balancer.kill()
    web.balancer.start()
    wait_until(lambda: is_running(web, FALLBACK), "nginx of the fallback page")
    assert engines(web)[FALLBACK]["pid"] == before
    assert web.client.get(web.balancer.address, 9081, "/").status == 503


def log_of(farm: SmallFarm, name: str, *options: str) -> list[dict]:
    return json.loads(farm.balancer.evenkeel("logs", name, "--json", *options).stdout)["lines"]


def test_their_logs_can_be_read(web: SmallFarm) -> None:
    listed = [log["name"] for log in json.loads(web.balancer.evenkeel("logs", "--json").stdout)]
    assert listed == ["evenkeeld", "haproxy-engine", "nginx"]
    assert any("is ready on" in line["text"] and line["level"] == "info" for line in log_of(web, "evenkeeld"))
    assert not log_of(web, "haproxy-engine")
    start(web, service())
    wait_until(lambda: log_of(web, "haproxy-engine", "--contains", "forked"), "HAProxy's start")
    master, [worker] = haproxy(web)
    forked = log_of(web, "haproxy-engine", "--contains", f"worker ({worker})")[-1]
    assert str(master) in forked["text"] and forked["level"] == "info"
    assert moment(forked["time"]) <= datetime.now(timezone.utc)
    assert not log_of(web, "evenkeeld", "--contains", "nobody writes this")


def test_messages_from_before_a_reload_and_of_nginx_are_kept(web: SmallFarm) -> None:
    start(web, service())
    wait_until(lambda: log_of(web, "haproxy-engine", "--contains", "forked"), "HAProxy's start")
    first = log_of(web, "haproxy-engine", "--contains", "forked")[0]
    web.balancer.evenkeel("engines", "restart", "haproxy")
    wait_until(lambda: len(log_of(web, "haproxy-engine", "--contains", "forked")) > 1, "the reload")
    assert log_of(web, "haproxy-engine", "--contains", "forked")[0] == first
    wait_until(lambda: is_running(web, FALLBACK), "nginx of the fallback page")
    with (web.balancer.run_directory / "fallback" / "error.log").open("a") as log:
        log.write("2026/01/31 08:00:00 [alert] 7#7: worker process 8 exited with token=sesame\n")
    wait_until(lambda: log_of(web, "nginx", "--contains", "worker process 8"), "the message")
    line = log_of(web, "nginx", "--contains", "worker process 8")[-1]
    assert line["level"] == "error" and line["text"] == "nginx-fallback: 7#7: worker process 8 exited with token=****"


def test_a_log_is_followed(web: SmallFarm, tmp_path: Path) -> None:
    start(web, service())
    command = web.balancer.command_line("logs", "evenkeeld", "--follow", "--contains", "READ ITS FILE again")
    follower = Process(web.balancer.namespace, "follower", command, tmp_path / "followed")
    follower.start()

    def is_heard() -> bool:
        web.balancer.evenkeel("engines", "restart", "haproxy")
        return "has haproxy read its file again" in follower.log.read_text()

    try:
        wait_until(is_heard, "a line of the log", interval=0.3)
    finally:
        follower.kill()
