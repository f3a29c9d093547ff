"""OCSP stapling with a real responder: what a client is given with the handshake, and when that changes."""

import json
from collections.abc import Iterator

import pytest
from tls_web import TlsFarm, add, events, fingerprint, handshake, running_tls_web, start, workers

from lab.commands import wait_until

STAPLED = {"tls": {"certificates": ["www"], "ocsp_stapling": True}}


@pytest.fixture
def web() -> Iterator[TlsFarm]:
    with running_tls_web() as farm:
        yield farm


def stapled(farm: TlsFarm) -> str:
    """The authority's word as the client is given it: "good", "revoked"; empty: none."""
    said = handshake(farm, "-status")
    if "OCSP Response Status: successful" not in said:
        return ""
    return next(line.split(":")[1].strip() for line in said.splitlines() if "Cert Status:" in line)


def state(farm: TlsFarm) -> dict:
    return json.loads(farm.balancer.evenkeel("certificate", "show", "www", "--json").stdout)["stapling"]


def test_the_authoritys_word_is_stapled_and_kept(web: TlsFarm) -> None:
    add(web, "www.example")
    responder = web.authority.start_responder(web.balancer)
    start(web, **STAPLED)
    wait_until(lambda: stapled(web) == "good", "a stapled response")
    # Without the responder, what is known stays, also over a restart.
    responder.stop()
    web.balancer.kill()
    web.balancer.start()
    web.balancer.wait_for_service("Web", "up")
    assert stapled(web) == "good"
    assert state(web)["error"] == ""


def test_one_that_is_replaced_has_its_own_word_from_the_start(web: TlsFarm) -> None:
    add(web, "www.example")
    next_one = web.authority.issue("www.example", "next")
    web.authority.start_responder(web.balancer)
    start(web, **STAPLED)
    wait_until(lambda: stapled(web) == "good", "a stapled response")
    before = workers(web)
    web.balancer.evenkeel("certificate", "replace", "www", "--file", str(next_one.bundle))
    assert next_one.fingerprint in fingerprint(web)
    assert stapled(web) == "good"
    assert workers(web) == before


def test_a_revocation_reaches_clients(web: TlsFarm) -> None:
    add(web, "www.example")
    responder = web.authority.start_responder(web.balancer, minutes=6)  # asked again after 30 s
    start(web, **STAPLED)
    wait_until(lambda: stapled(web) == "good", "a stapled response")
    before = workers(web)
    responder.stop()
    web.authority.revoke(2)  # the first one is the real servers'
    web.authority.start_responder(web.balancer)
    wait_until(lambda: stapled(web) == "revoked", "the authority's other word", 90.0, 0.5)
    assert workers(web) == before
    assert "ocsp_failed" in events(web)
    assert "revoked" in state(web)["error"]
    assert "revoked" in web.balancer.evenkeel("status").stdout
