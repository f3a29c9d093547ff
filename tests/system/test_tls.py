"""TLS at layer 7, with curl and openssl as clients: which certificate whom, what is refused, and that a certificate is
replaced without anybody noticing."""

import json
from collections.abc import Iterator

import pytest
from layer7_web import LABEL, VIP, change
from tls_web import (
    WEB_TLS, TlsFarm, TlsLoad, add, curl, events, fingerprint, handshake, running_tls_web, shown, start, workers,
)

from lab.authority import Authority
from lab.commands import wait_until


@pytest.fixture
def web() -> Iterator[TlsFarm]:
    with running_tls_web() as farm:
        yield farm


def test_the_name_that_a_client_asks_for_picks_the_certificate(web: TlsFarm) -> None:
    add(web, "www.example")
    add(web, "print.example", "print")
    start(web)
    assert json.loads(curl(web).stdout)["server"] in ("rs1", "rs2")
    before = workers(web)
    answer = change(web, tls={"certificates": ["www", "print"]})
    assert answer["layer7"] == "commands"
    assert "print.example" in shown(web, "-servername", "print.example")
    assert "www.example" in shown(web, "-servername", "www.example")
    assert "www.example" in shown(web, "-servername", "unknown.example")
    assert "www.example" in shown(web, "-noservername")
    change(web, tls={"certificates": ["www"]})
    assert "www.example" in shown(web, "-servername", "print.example")
    assert workers(web) == before


def test_profiles_refuse_what_is_old(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web)
    old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    cbc = ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"]
    assert "Protocol  : TLSv1.2" in handshake(web, "-tls1_2")
    assert "TLSv1.3" in handshake(web, "-tls1_3")
    assert "Cipher is (NONE)" in handshake(web, *old)
    assert "Cipher is (NONE)" in handshake(web, *cbc)
    change(web, tls={"profile": "compatible"})
    wait_until(lambda: "Cipher is ECDHE-ECDSA-AES128-SHA256" in handshake(web, *cbc), "an older cipher")
    assert "Cipher is (NONE)" in handshake(web, *old)
    change(web, tls={"profile": "custom", "minimum": "tls1.1", "ciphers": "ALL:@SECLEVEL=0"})
    wait_until(lambda: "Protocol  : TLSv1.1" in handshake(web, *old), "TLS 1.1")
    change(web, tls={"minimum": "tls1.3", "ciphers": "", "ciphersuites": "TLS_CHACHA20_POLY1305_SHA256"})
    wait_until(lambda: "Cipher is TLS_CHACHA20_POLY1305_SHA256" in handshake(web), "that suite")
    assert "Cipher is (NONE)" in handshake(web, "-tls1_2")


def test_http2_is_offered_unless_switched_off(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web)
    assert curl(web, "-o", "/dev/null", "-w", "%{http_version}").stdout == "2"
    change(web, http={"h2": False})
    wait_until(lambda: curl(web, "-o", "/dev/null", "-w", "%{http_version}").stdout == "1.1", "HTTP/1.1")


def test_clients_show_certificates_of_their_own(web: TlsFarm) -> None:
    add(web, "www.example")
    web.balancer.evenkeel("certificate", "add", "office", "--file", str(web.authority.certificate))
    start(web, tls={"certificates": ["www"], "client_certificates": "required", "client_authority": "office"})
    known = web.authority.issue("somebody", "somebody")
    stranger = Authority(web.record.directory / "strangers").issue("stranger", "stranger")
    own = ["--cert", str(known.certificate), "--key", str(known.key)]
    others = ["--cert", str(stranger.certificate), "--key", str(stranger.key)]
    assert json.loads(curl(web, *own).stdout)["server"]
    assert curl(web, check=False).returncode != 0
    assert curl(web, *others, check=False).returncode != 0
    change(web, tls={"client_certificates": "optional"})
    wait_until(lambda: curl(web, check=False).returncode == 0, "clients without")
    assert curl(web, *others, check=False).returncode != 0
    # Another authority in its place, without a reload.
    before = workers(web)
    strangers = web.record.directory / "strangers" / "ca.pem"
    web.balancer.evenkeel("certificate", "replace", "office", "--file", str(strangers))
    wait_until(lambda: curl(web, *others, check=False).returncode == 0, "the new authority's")
    assert workers(web) == before


def test_real_servers_are_verified(web: TlsFarm) -> None:
    add(web, "www.example")
    web.balancer.evenkeel("certificate", "add", "office", "--file", str(web.authority.certificate))
    secure = [{"label": "RS1", "address": "10.77.0.21", "port": WEB_TLS}]
    inside = {"enabled": True, "authority": "office", "server_name": "inside.example"}
    start(web, real_servers=secure, server_tls=inside)
    assert json.loads(curl(web).stdout)["asked_for"] == "inside.example"
    status = ["-o", "/dev/null", "-w", "%{http_code}"]
    change(web, server_tls={"server_name": "other.example"})
    wait_until(lambda: curl(web, *status).stdout == "503", "a certificate for another name to be refused")
    change(web, server_tls={"server_name": "", "authority": ""})
    wait_until(lambda: curl(web, *status).stdout == "503", "an authority that the system does not know to be refused")
    change(web, server_tls={"verify": False})
    wait_until(lambda: curl(web, *status).stdout == "200", "any certificate to do")


def test_rules_choose_by_what_was_encrypted_and_the_log_says_whom(web: TlsFarm) -> None:
    add(web, "www.example")
    rules = [{"label": "second", "action": "use_servers", "servers": "RS2",
              "conditions": [{"subject": "path", "comparison": "begins", "value": "/second"}]},
             {"label": "secret", "action": "deny", "status": 404,
              "conditions": [{"subject": "path", "comparison": "begins", "value": "/secret"}]}]
    start(web, rules=rules, log="all")
    assert {json.loads(curl(web, path="second/a").stdout)["server"] for _ in range(6)} == {"rs2"}
    assert {json.loads(curl(web).stdout)["server"] for _ in range(6)} == {"rs1", "rs2"}
    assert curl(web, "-o", "/dev/null", "-w", "%{http_code}", path="secret").stdout == "404"

    def noted(path: str) -> set[tuple[str, str, int]]:
        lines = web.balancer.api.get("/api/v1/logs/haproxy")["lines"]
        return {(line["virtual_service"], line["real_server"], line["status"]) for line in lines
                if path in line["request"]}

    wait_until(lambda: noted("/secret") == {(LABEL, "", 404)}, "the log to have the refusal")
    assert noted("/second/a") == {(LABEL, "RS2", 200)}


def test_tcp_mode_ends_tls_too(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web, mode="tcp")
    assert json.loads(curl(web).stdout)["server"] in ("rs1", "rs2")


def test_a_certificate_is_replaced_under_load_without_a_reload(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web)
    before = workers(web)
    with TlsLoad(web, 32) as load:
        for round_ in range(5):
            issued = web.authority.issue("www.example", f"www{round_}")
            done = web.balancer.evenkeel("certificate", "replace", "www", "--file", str(issued.bundle))
            assert "without a reload" in done.stdout
            wait_until(lambda issued=issued: issued.fingerprint in fingerprint(web), "the new certificate")
            answered = load.answered
            wait_until(lambda answered=answered: load.answered > answered + 100, "more answers", 60.0)
    assert load.failures == []
    assert workers(web) == before
    # It is what a start and a reload by hand find, too.
    change(web, client_timeout=50)
    wait_until(lambda: workers(web) != before, "a reload")
    assert issued.fingerprint in fingerprint(web)


def test_certificates_outlive_evenkeeld_and_haproxy(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web)
    web.balancer.kill()
    assert json.loads(curl(web).stdout)["server"]
    before = workers(web)
    web.balancer.start()
    wait_until(lambda: web.balancer.api.virtual_service(LABEL)["state"] == "up", "it to be up")
    assert workers(web) == before
    web.balancer.evenkeel("certificate", "replace", "www", "--file",
                          str(web.authority.issue("www.example", "newer").bundle))
    assert workers(web) == before
    keys = list((web.balancer.run_directory / "haproxy" / "tls").rglob("*.pem"))
    assert len(keys) == 1 and keys[0].stat().st_mode & 0o777 == 0o600


def test_a_responder_that_is_down_is_said(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web, tls={"certificates": ["www"], "ocsp_stapling": True})
    wait_until(lambda: "ocsp_failed" in events(web), "an event")
    assert "does not answer" in web.balancer.evenkeel("status").stdout
    assert json.loads(curl(web).stdout)["server"]


def test_an_end_that_is_near_is_told(web: TlsFarm) -> None:
    issued = web.authority.issue("www.example", "www", days=5)
    web.balancer.evenkeel("certificate", "add", "www", "--file", str(issued.bundle))
    assert "certificate_expires" not in events(web)  # nobody uses it
    start(web)
    assert events(web).count("certificate_expires") == 1
    assert "it expires in" in web.balancer.evenkeel("status").stdout
    add_longer = web.authority.issue("www.example", "longer", days=300)
    web.balancer.evenkeel("certificate", "replace", "www", "--file", str(add_longer.bundle))
    assert events(web).count("certificate_valid") == 1


def test_a_request_is_made_signed_and_used(web: TlsFarm) -> None:
    made = web.balancer.evenkeel("certificate", "request", "www", "--names", "www.example", "--organisation", "Us")
    request = web.record.directory / "www.csr"
    request.write_text("-----BEGIN" + made.stdout.partition("-----BEGIN")[2])
    signed = web.authority.sign(request, "www.example", "signed")
    refused = web.balancer.evenkeel("layer7-service", "add", LABEL, "--address", VIP, "--ports", "443",
                                    "--tls-certificates", "www", check=False)
    assert "no authority has signed yet" in refused.stderr
    web.balancer.evenkeel("certificate", "add", "www", "--file", str(signed), "--file", str(web.authority.certificate))
    start(web)
    assert json.loads(curl(web).stdout)["server"]


def test_self_signed_and_pfx(web: TlsFarm) -> None:
    web.balancer.evenkeel("certificate", "self-signed", "www", "--names", f"www.example,{VIP}")
    start(web)
    assert "www.example" in shown(web)
    issued = web.authority.issue("pfx.example", "pfx")
    pfx, password = web.record.directory / "bundle.pfx", web.record.directory / "password"
    web.client.run(["openssl", "pkcs12", "-export", "-in", str(issued.certificate), "-inkey", str(issued.key),
                    "-certfile", str(web.authority.certificate), "-out", str(pfx), "-passout", "pass:sesame"])
    password.write_text("wrong\n")
    arguments = ["certificate", "replace", "www", "--file", str(pfx), "--password-file", str(password)]
    assert "password of the PFX file is wrong" in web.balancer.evenkeel(*arguments, check=False).stderr
    password.write_text("sesame\n")
    web.balancer.evenkeel(*arguments)
    assert "pfx.example" in shown(web)


def test_keys_are_seen_nowhere(web: TlsFarm) -> None:
    add(web, "www.example")
    start(web)
    key = web.record.directory / "authority" / "www.key"
    secret = key.read_text().splitlines()[2]
    for answer in ("certificates", "certificates/www", "configuration?secrets=plain", "status", "revisions/1"):
        assert secret not in json.dumps(web.balancer.api.request("GET", f"/api/v1/{answer}")[1])
    assert secret not in web.balancer.evenkeel("events", "--json").stdout
    assert secret not in web.balancer.daemon.log.read_text()
    assert secret not in (web.balancer.run_directory / "haproxy" / "haproxy.log").read_text()


def test_one_that_is_used_stays_and_what_does_not_fit_is_refused(web: TlsFarm) -> None:
    add(web, "www.example")
    add(web, "print.example", "print")
    start(web)
    assert "Web uses" in web.balancer.evenkeel("certificate", "delete", "www", check=False).stderr
    assert "there is no certificate gone" in json.dumps(change(web, 400, tls={"certificates": ["gone"]}))
    mixed = web.record.directory / "mixed.pem"
    authority = web.authority.directory
    mixed.write_text((authority / "www.crt").read_text() + (authority / "print.key").read_text())
    refused = web.balancer.evenkeel("certificate", "replace", "www", "--file", str(mixed), check=False)
    assert "does not belong to the certificate of CN=www.example" in refused.stderr
    assert json.loads(curl(web).stdout)["server"]
    web.balancer.evenkeel("certificate", "delete", "print")
    listed = json.loads(web.balancer.evenkeel("certificate", "list", "--json").stdout)["certificates"]
    assert [(one["label"], one["used_by"]) for one in listed] == [("www", [LABEL])]
