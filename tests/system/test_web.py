"""The front of the web interface: pages, TLS, limits, and that it outlives whatever is killed."""

import contextlib
import json
import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import running_small_farm
from web_front import ASSET, PAGE, PORT, Front

from lab.commands import run, wait_until


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with running_small_farm("web") as farm:
        made = Front(farm)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@pytest.fixture
def killable() -> Iterator[Front]:
    """Fresh, for tests that break something."""
    with running_small_farm("webk") as farm:
        made = Front(farm)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def make_certificate(front: Front, name: str, days: int = 30) -> tuple[Path, Path]:
    """Certificate and key. `days` below 0: it has expired."""
    request, certificate, key = (front.balancer.directory / f"{name}.{kind}" for kind in ("csr", "crt", "key"))
    run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         f"/CN={name}", "-keyout", str(key), "-out", str(request)])
    run(["openssl", "x509", "-req", "-in", str(request), "-signkey", str(key), "-days", str(days),
         "-out", str(certificate)])
    return certificate, key


def test_pages_come_over_http2_with_headers_that_forbid_everything_else(front: Front) -> None:
    page = front.curl("/lbadmin/")
    assert (page.version, page.status, page.body) == ("HTTP/2", 200, PAGE)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert page.headers["strict-transport-security"].startswith("max-age=")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-cache"
    assert "/" not in page.headers["server"]


def test_the_root_leads_to_the_pages_and_views_are_the_applications_own(front: Front) -> None:
    for path in ("/", "/lbadmin"):
        answer = front.curl(path)
        assert (answer.status, answer.headers["location"]) == (302, "/lbadmin/")
    assert front.curl("/lbadmin/cluster/layer4/virtual-services").body == PAGE
    assert front.curl("/elsewhere").status == 404


def test_assets_may_be_kept_and_missing_ones_are_not_pages(front: Front) -> None:
    asset = front.curl("/lbadmin/assets/index-4f3a.js")
    assert (asset.status, asset.body) == (200, ASSET)
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert front.curl("/lbadmin/assets/index-0000.js").status == 404


@pytest.mark.parametrize("path", [
    "/lbadmin/../secret.txt", "/lbadmin/../../secret.txt", "/lbadmin/%2e%2e/secret.txt",
    "/lbadmin/..%2fsecret.txt", "/lbadmin/assets/../../secret.txt", "/lbadmin/assets/..%2f..%2fsecret.txt",
    "/lbadmin/assets/%2e%2e/%2e%2e/secret.txt", "/lbadmin/..%5csecret.txt", "/lbadmin/assets/....//....//secret.txt",
    "/lbadmin//etc/passwd", "/lbadmin/%00/etc/passwd", "/lbadmin../secret.txt", "/api/../../secret.txt",
    "/lbadmin/assets/%252e%252e/%252e%252e/secret.txt"])
def test_no_path_leads_out_of_the_pages(front: Front, path: str) -> None:
    answer = front.curl(path)
    assert "secret" not in answer.body.replace("secret.txt", "") and "root:" not in answer.body
    assert answer.status in (302, 400, 404) or answer.body == PAGE


def test_what_a_client_says_about_itself_is_replaced(front: Front) -> None:
    seen = front.curl("/api/v1/status?x=1", "-H", "X-Forwarded-For: 203.0.113.9", "-H", "Forwarded: for=203.0.113.9",
                      "-H", "X-Real-IP: 203.0.113.9").json()
    headers = [(name.lower(), value) for name, value in seen["headers"]]
    assert [value for name, value in headers if name == "x-forwarded-for"] == [front.farm.client.address]
    assert not [name for name, value in headers if "203.0.113.9" in value]
    assert seen["path"] == "/api/v1/status?x=1"


def test_events_are_not_held_back(front: Front) -> None:
    with front.connected() as stream:
        stream.settimeout(5)
        stream.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: lb\r\n\r\n")
        received = b""
        for text in ("first", "second"):
            front.upstream.say(text)
            while text.encode() not in received:
                received += stream.recv(4096)


def test_an_upload_of_a_gigabyte_is_refused_before_it_is_sent(front: Front) -> None:
    with front.connected() as stream:
        stream.settimeout(5)
        stream.sendall(b"PUT /api/v1/configuration HTTP/1.1\r\nHost: lb\r\nContent-Length: 1000000000\r\n\r\n")
        answer = stream.recv(65536)
    assert b" 413 " in answer.split(b"\r\n")[0]


def test_who_sends_slowly_is_not_waited_for(front: Front) -> None:
    started = time.monotonic()
    with front.connected() as stream:
        stream.settimeout(25)
        stream.sendall(b"POST /api/v1/status HTTP/1.1\r\nHost: lb\r\nContent-Length: 100\r\n\r\nx")
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while stream.recv(4096):
                """What it says before it closes."""
    assert 5 < time.monotonic() - started < 20


def test_guessing_passwords_is_slow(front: Front) -> None:
    received = b""
    with front.connected() as stream:
        stream.settimeout(20)
        stream.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: lb\r\nContent-Length: 2\r\n\r\n{}" * 30)
        while received.count(b"HTTP/1.1 ") < 30:
            received += stream.recv(65536)
    assert received.startswith(b"HTTP/1.1 200 ") and received.count(b"HTTP/1.1 429 ") >= 10
    refused = front.curl("/api/v1/session", "-X", "POST", "-d", "{}")
    assert refused.json()["error"]["code"] == "resource_exhausted"
    assert front.curl("/api/v1/session").status == 200, "asking who one is, is no guess"


def test_the_access_log_has_no_queries(front: Front) -> None:
    front.curl("/api/v1/status?token=sesame")
    front.curl("/lbadmin/?password=sesame")
    log = (front.balancer.run_directory / "web" / "access.log").read_text()
    assert '"path":"/api/v1/status"' in log
    assert "sesame" not in log + (front.balancer.run_directory / "web" / "error.log").read_text()


@pytest.mark.parametrize(("version", "is_spoken"), [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_only_current_versions_of_tls_are_spoken(front: Front, version: str, is_spoken: bool) -> None:
    done = front.farm.client.run(["openssl", "s_client", "-connect", f"{front.address}:{PORT}", version, "-cipher",
                                  "ALL:@SECLEVEL=0"], check=False, text_input="")
    assert ("Cipher is (NONE)" not in done.stdout and done.returncode == 0) is is_spoken, done.stdout + done.stderr


def test_the_fingerprint_is_the_one_that_evenkeel_shows(front: Front) -> None:
    met = front.fingerprint()
    assert met in front.balancer.evenkeel("web", "status").stdout
    certificate = front.status()["certificate"]
    assert certificate["fingerprint"] == met and certificate["generated"]
    assert front.address in certificate["names"]
    stored = front.balancer.state_directory / "web" / "certificate.pem"
    assert stored.stat().st_mode & 0o777 == 0o600


def test_workers_are_nobody_in_particular(front: Front) -> None:
    workers = front.workers()
    assert workers
    for pid in workers:
        status = Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert "0" not in fields["Uid"].split()
        assert int(fields["CapEff"], 16) == 0


def test_a_certificate_is_replaced_while_connections_go_on(killable: Front) -> None:
    before = killable.fingerprint()
    certificate, key = make_certificate(killable, "lb.example")
    with killable.connected() as stream:
        stream.settimeout(5)
        stream.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: lb\r\n\r\n")
        killable.upstream.say("first")
        while b"first" not in stream.recv(4096):
            """The head of the answer."""
        killable.balancer.evenkeel("web", "certificate", "--certificate", str(certificate), "--key", str(key))
        now = killable.status()["certificate"]["fingerprint"]
        assert now != before
        assert killable.fingerprint() == now
        killable.upstream.say("second")
        while b"second" not in stream.recv(4096):
            """Still on the old one."""
    assert "web_certificate_replaced" in killable.events()
    killable.balancer.stop()
    killable.start()
    assert killable.fingerprint() == now, "it is kept"


def test_a_wrong_certificate_is_named_and_changes_nothing(killable: Front) -> None:
    before = killable.fingerprint()
    certificate, key = make_certificate(killable, "a")
    _, other_key = make_certificate(killable, "b")
    expired, expired_key = make_certificate(killable, "c", -1)

    def replace(certificate: Path, key: Path) -> tuple[int, dict]:
        return killable.balancer.api.request("PUT", "/api/v1/web/certificate", {
            "certificate": certificate.read_text(), "key": key.read_text()})

    status, answer = replace(certificate, other_key)
    assert (status, answer["error"]["problems"][0]["path"]) == (400, "$.key")
    assert "does not belong" in answer["error"]["message"]
    assert other_key.read_text() not in json.dumps(answer)
    status, answer = replace(expired, expired_key)
    assert (status, answer["error"]["problems"][0]["path"]) == (400, "$.certificate")
    assert "expired on" in answer["error"]["message"]
    refused = killable.balancer.evenkeel("web", "certificate", "--certificate", str(certificate), "--key",
                                         str(other_key), check=False)
    assert refused.returncode == 1 and "does not belong" in refused.stderr
    assert killable.fingerprint() == before


def test_it_outlives_evenkeeld_and_is_found_again(killable: Front) -> None:
    master, workers = killable.master(), killable.workers()
    killable.balancer.kill()
    assert killable.curl("/lbadmin/").body == PAGE
    killable.stop()
    killable.socket.unlink()
    answer = killable.curl("/api/v1/status")
    assert (answer.status, answer.json()["error"]["code"]) == (503, "unavailable")
    killable.start()
    assert (killable.master(), killable.workers()) == (master, workers)
    assert killable.curl("/lbadmin/").body == PAGE


@pytest.mark.parametrize("who", ["master", "everybody"])
def test_killed_it_is_there_again_within_a_second(killable: Front, who: str) -> None:
    master = killable.master()
    killed = [master] if who == "master" else [master, *killable.workers()]
    started = time.monotonic()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: killable.master() != master and killable.farm.client.namespace.answers(killable.address, PORT),
               "another nginx", 5)
    assert time.monotonic() - started < 1.0
    assert killable.curl("/lbadmin/").body == PAGE
    kinds = killable.events()
    assert "nginx_ended" in kinds
    assert kinds.count("nginx_started") == 2


def test_a_port_that_somebody_else_has_is_named(killable: Front) -> None:
    killable.balancer.stop()
    for pid in [killable.master(), *killable.workers()]:
        os.kill(pid, signal.SIGKILL)
    with killable.balancer.namespace.open_socket(socket.AF_INET) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wait_until(lambda: taken.bind(("0.0.0.0", PORT)) is None, "the port")
        taken.listen()
        killable.start_alone()
        wait_until(lambda: "Address already in use" in killable.status()["reason"], "the reason")
        assert not killable.status()["serving"]
        assert "Address already in use" in killable.balancer.evenkeel("status").stdout
    killable.wait()


def test_without_an_address_it_is_off_and_ends(killable: Front) -> None:
    killable.balancer.stop()
    killable.balancer.start()
    wait_until(lambda: not killable.farm.client.namespace.answers(killable.address, PORT), "the port to be closed")
    assert "--web-address" in killable.balancer.evenkeel("web", "status").stdout
