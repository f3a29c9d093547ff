"""Certificates by ACME, from a real server: the challenges are answered, the certificates are used, and what goes wrong
is said."""

import json
from collections.abc import Iterator

import layer7_web
import pytest
from layer7_web import VIP, change, service
from tls_web import TlsFarm, TlsLoad, curl, events, fingerprint, running_tls_web, shown, start, workers

from lab.acme_server import AcmeServer
from lab.commands import wait_until


class AcmeFarm(TlsFarm):
    acme: AcmeServer


@pytest.fixture
def web() -> Iterator[AcmeFarm]:
    with running_tls_web(starts=False) as farm:
        farm.acme = AcmeServer(farm.client, farm.record.directory / "acme", VIP)
        farm.acme.start()
        farm.trusted = farm.acme.root()
        start_evenkeeld(farm)
        yield farm


def start_evenkeeld(farm: AcmeFarm) -> None:
    farm.balancer.start("--acme-client", str(farm.acme.client()))


def order(farm: AcmeFarm, names: str, *options: str, label: str = "www", check: bool = True):
    return farm.balancer.evenkeel("certificate", "acme", label, "--names", names, "--directory", farm.acme.url, "--agree",
                                  *options, check=check)


def acme(farm: AcmeFarm, label: str = "www") -> dict:
    return json.loads(farm.balancer.evenkeel("certificate", "show", label, "--json").stdout)["acme"]


def wait_until_issued(farm: AcmeFarm) -> None:
    wait_until(lambda: acme(farm)["issued"] and not acme(farm)["running"], "the certificate to be issued", 60.0)


def renew(farm: AcmeFarm) -> None:
    before = fingerprint(farm)
    farm.balancer.evenkeel("certificate", "renew", "www")
    wait_until(lambda: fingerprint(farm) != before, "another certificate", 60.0)


def test_http_01_where_nothing_else_listens_on_port_80(web: AcmeFarm) -> None:
    order(web, "www.example,print.example")
    assert acme(web)["next_attempt"] is None  # nobody would answer
    start(web)
    wait_until_issued(web)
    assert json.loads(curl(web).stdout)["server"] in ("rs1", "rs2")
    assert json.loads(curl(web, name="print.example").stdout)["server"] in ("rs1", "rs2")
    assert web.client.get(VIP, 80, "/.well-known/acme-challenge/a/b").status == 404
    key = web.balancer.state_directory / "acme" / "private" / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    assert "Pebble" in web.balancer.evenkeel("certificate", "list").stdout
    # With the last one the port is closed again.
    change(web, tls={"certificates": []}, ports="8080")
    web.balancer.evenkeel("certificate", "delete", "www")
    wait_until(lambda: not web.client.namespace.answers(VIP, 80), "port 80 to be closed")


def test_http_01_on_a_port_80_that_sends_browsers_away(web: AcmeFarm) -> None:
    order(web, "www.example")
    plain = service(label="Plain", force_https=True)
    layer7_web.start(web, plain, service(ports="443", tls={"certificates": ["www"]}))
    wait_until_issued(web)
    assert curl(web).stdout
    assert web.client.get(VIP, 80, "/").status in (301, 302, 307, 308)


def test_a_renewal_is_live_without_a_failed_request(web: AcmeFarm) -> None:
    order(web, "www.example")
    start(web)
    wait_until_issued(web)
    before = workers(web)
    with TlsLoad(web, 4) as load:
        for _ in range(3):
            renew(web)
            answered = load.answered
            wait_until(lambda answered=answered: load.answered > answered + 100, "more answers", 60.0)
    assert load.failures == []
    assert workers(web) == before


def test_dns_01_by_a_hook(web: AcmeFarm) -> None:
    hook = web.balancer.state_directory / "checks" / "dns.sh"
    hook.write_text(web.acme.dns_hook())
    hook.chmod(0o755)
    order(web, "*.lab.example", "--challenge", "dns-01", "--hook", "dns.sh")
    wait_until_issued(web)  # before anybody uses it
    start(web)
    renew(web)
    assert json.loads(curl(web, name="any.lab.example").stdout)["server"] in ("rs1", "rs2")


def test_a_hook_that_fails_is_said(web: AcmeFarm) -> None:
    hook = web.balancer.state_directory / "checks" / "dns.sh"
    hook.write_text("#!/bin/sh\necho no credentials >&2\nexit 1\n")
    hook.chmod(0o755)
    order(web, "www.example", "--challenge", "dns-01", "--hook", "dns.sh")
    wait_until(lambda: "no credentials" in acme(web)["error"], "the hook's words", 60.0)
    web.balancer.evenkeel("certificate", "delete", "www")
    assert "acme_recovered" in events(web)  # nobody is to be told of it any more


def test_a_failure_is_said_in_the_servers_words_and_mended(web: AcmeFarm) -> None:
    web.acme.put_name("wrong.example", "10.77.0.21")
    order(web, "wrong.example")
    start(web)
    wait_until(lambda: acme(web)["error"], "an error", 60.0)
    assert "the ACME server says:" in acme(web)["error"] and "10.77.0.21:80" in acme(web)["error"]
    assert "the ACME server says:" in web.balancer.evenkeel("status").stdout
    assert "acme_failed" in events(web)
    assert "wrong.example" in shown(web)  # what stands in is used meanwhile
    web.acme.put_name("wrong.example", VIP)
    web.balancer.evenkeel("certificate", "renew", "www")
    wait_until_issued(web)
    assert "acme_recovered" in events(web)
    assert acme(web)["error"] == ""


def test_what_was_begun_before_kill_9_goes_on_after_it(web: AcmeFarm) -> None:
    start_plain = service(label="Plain")
    layer7_web.start(web, start_plain)
    web.acme.pause()
    order(web, "www.example")
    wait_until(lambda: acme(web)["running"], "the server to be asked")
    web.balancer.kill()
    web.acme.resume()
    start_evenkeeld(web)
    wait_until_issued(web)


def test_a_port_80_of_another_program_fails_acme_alone(web: AcmeFarm) -> None:
    other = web.balancer.module("web_server", ["--name", "other", "--port", "80"])
    other.start()
    other.wait_for(80)
    order(web, "www.example")
    start(web)
    assert json.loads(curl(web, "--insecure").stdout)["server"] in ("rs1", "rs2")
    wait_until(lambda: "ACME is not answered" in web.balancer.evenkeel("status").stdout, "a notice")
    other.stop()
    wait_until(lambda: web.client.namespace.answers(VIP, 80), "HAProxy to have the port", 90.0)
    web.balancer.evenkeel("certificate", "renew", "www")
    wait_until_issued(web)


def test_nonsense_and_disagreement_are_refused(web: AcmeFarm) -> None:
    body = {"label": "www", "names": ["www.example"], "directory": web.acme.url}
    status, answer = web.balancer.api.request("POST", "/api/v1/certificates/acme", body)
    assert status == 400 and "$.agree" in json.dumps(answer)
    refused = web.balancer.evenkeel("certificate", "acme", "www", "--names", "www.example", "--directory", "http://x",
                                    "--agree", check=False)
    assert "https:// URL" in refused.stderr
    assert "dns-01" in order(web, "*.example", check=False).stderr
    web.balancer.evenkeel("certificate", "self-signed", "own", "--names", "www.example")
    assert "not issued by ACME" in web.balancer.evenkeel("certificate", "renew", "own", check=False).stderr
