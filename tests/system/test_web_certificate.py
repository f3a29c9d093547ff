"""The web interface with a certificate of the store: from a real ACME server, followed through renewals, restarts,
kill -9, backup and restore."""

import contextlib
import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import running_small_farm

from lab.acme_server import AcmeServer
from lab.authority import Authority
from lab.commands import run, wait_until
from lab.small_farm import SmallFarm

PORT = 9443
NAME = "lb.example"


class Appliance:
    def __init__(self, farm: SmallFarm):
        self.farm = farm
        self.balancer = farm.balancer
        self.authority = Authority(farm.record.directory / "authority")
        self.acme = AcmeServer(farm.client, farm.record.directory / "acme", farm.balancer.address)
        self.acme.start()
        pages = farm.balancer.directory / "pages"
        pages.mkdir()
        (pages / "index.html").write_text("<!doctype html><title>Evenkeel</title>")
        self.arguments = ["--web-address", f"{self.balancer.address}:{PORT}", "--web-plain-port", "80", "--web-root",
                          str(pages), "--acme-client", str(self.acme.client())]

    def start(self) -> None:
        self.balancer.start(*self.arguments)
        wait_until(lambda: self.status()["serving"] and self.farm.client.namespace.answers(self.balancer.address, PORT),
                   "the web interface")

    def status(self) -> dict:
        return self.balancer.api.get("/api/v1/web")

    def stored(self) -> str:
        return self.status()["certificate"]["stored"]

    def use(self, label: str, check: bool = True):
        return self.balancer.evenkeel("web", "certificate", "--stored", label, check=check)

    def add(self, label: str, name: str = NAME) -> str:
        """One of the lab's authority; its fingerprint."""
        issued = self.authority.issue(name, label)
        self.balancer.evenkeel("certificate", "add", label, "--file", str(issued.bundle))
        return issued.fingerprint

    def replace(self, label: str, file: str, days: int = 20):
        issued = self.authority.issue(NAME, file, days)
        return issued.fingerprint, self.balancer.evenkeel("certificate", "replace", label, "--file", str(issued.bundle),
                                                          check=False)

    def bring(self, file: str) -> str:
        """One for the web interface alone; its fingerprint."""
        issued = self.authority.issue(NAME, file)
        self.balancer.evenkeel("web", "certificate", "--certificate", str(issued.certificate), "--key", str(issued.key))
        return issued.fingerprint

    @property
    def _passphrase(self) -> Path:
        file = self.balancer.directory / "passphrase"
        file.write_text("sesame sesame\n")
        return file

    @property
    def _backup(self) -> str:
        return str(self.balancer.directory / "lb.backup")

    def backup(self) -> None:
        Path(self._backup).unlink(missing_ok=True)
        self.balancer.evenkeel("backup", self._backup, "--passphrase-file", str(self._passphrase))

    def restore(self, *options: str, check: bool = True):
        return self.balancer.evenkeel("restore", self._backup, "--passphrase-file", str(self._passphrase), *options,
                                      check=check)

    def account(self) -> str:
        """The key by which ACME servers know this appliance."""
        return (self.balancer.state_directory / "acme" / "private" / "key.pem").read_text()

    def order(self, label: str = "own", *options: str) -> None:
        self.balancer.evenkeel("certificate", "acme", label, "--names", NAME, "--directory", self.acme.url, "--agree",
                               *options)

    def wait_until_issued(self, label: str = "own") -> None:
        wait_until(lambda: self._acme(label)["issued"] and not self._acme(label)["running"], "the certificate", 60.0)

    def _acme(self, label: str) -> dict:
        return json.loads(self.balancer.evenkeel("certificate", "show", label, "--json").stdout)["acme"]

    def handshake(self, authority: Path) -> str:
        """All that openssl says as a client that trusts this authority."""
        return self.farm.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{self.balancer.address}:{PORT}",
                                     "-servername", NAME, "-verify_hostname", NAME, "-CAfile", str(authority)],
                                    check=False, text_input="").stdout

    def fingerprint(self) -> str:
        """Of the certificate that a new connection meets."""
        shown = self.handshake(self.authority.certificate)
        return run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"],
                   text_input=shown).stdout.strip().partition("=")[2]

    def events(self) -> list[str]:
        lines = self.balancer.evenkeel("events", "--json").stdout.splitlines()
        return [json.loads(line)["kind"] for line in lines]

    @contextlib.contextmanager
    def following_events(self) -> Iterator[http.client.HTTPResponse]:
        """On one connection to the web interface, for as long as the block."""
        made = self.balancer.evenkeel("token", "add", "watcher", "--role", "viewer", "--json").stdout
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.farm.client.namespace.connect(self.balancer.address, PORT) as plain, \
                context.wrap_socket(plain) as secured:
            secured.settimeout(60.0)
            connection = http.client.HTTPConnection(self.balancer.address, PORT)
            connection.sock = secured
            connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {json.loads(made)['token']}"})
            yield connection.getresponse()


def read_until(stream: http.client.HTTPResponse, words: str) -> None:
    while True:
        line = stream.readline().decode()
        assert line, "the connection has ended"
        if words in line:
            return


@pytest.fixture
def appliance() -> Iterator[Appliance]:
    with running_small_farm("webc") as farm:
        made = Appliance(farm)
        made.start()
        yield made


def test_an_acme_servers_certificate_is_followed_through_its_renewals(appliance: Appliance) -> None:
    balancer = appliance.balancer
    appliance.order()  # HTTP-01, which nobody but the web interface can answer
    appliance.wait_until_issued()
    assert appliance.farm.client.get(balancer.address, 80, "/lbadmin/").status == 301
    appliance.use("own")
    trusted = appliance.acme.root()
    assert "Verify return code: 0 (ok)" in appliance.handshake(trusted)
    before = appliance.fingerprint()
    assert "follows      own" in balancer.evenkeel("web", "status").stdout
    assert "web interface" in balancer.evenkeel("certificate", "list").stdout
    with appliance.following_events() as stream:
        balancer.evenkeel("certificate", "renew", "own")
        read_until(stream, "the web interface follows the certificate own")  # told by the connection that goes on
        assert appliance.fingerprint() != before
        balancer.evenkeel("certificate", "renew", "own")
        read_until(stream, "the web interface follows the certificate own")
    renewed = appliance.fingerprint()
    assert "Verify return code: 0 (ok)" in appliance.handshake(trusted)
    for end in (balancer.stop, balancer.kill):
        end()
        appliance.start()
        assert (appliance.fingerprint(), appliance.stored()) == (renewed, "own")


def test_what_stands_in_is_not_taken(appliance: Appliance) -> None:
    appliance.acme.pause()
    appliance.order()
    before = appliance.fingerprint()
    refused = appliance.use("own", check=False)
    assert refused.returncode == 1 and "own is not issued yet" in refused.stderr
    for label, words in (("gone", "there is no certificate gone"), ("asked", "no authority has signed yet")):
        if label == "asked":
            appliance.balancer.evenkeel("certificate", "request", "asked", "--names", NAME)
        status, answer = appliance.balancer.api.request("PUT", "/api/v1/web/certificate", {"stored": label})
        assert status == 400 and words in answer["error"]["message"]
        assert answer["error"]["problems"][0]["path"] == "$.stored"
    assert appliance.fingerprint() == before
    appliance.acme.resume()
    appliance.wait_until_issued()
    appliance.use("own")


def test_one_that_is_replaced_must_do_and_is_live_when_the_command_returns(appliance: Appliance) -> None:
    first = appliance.add("office")
    appliance.use("office")
    assert appliance.fingerprint() == first
    second, done = appliance.replace("office", "second")
    assert done.returncode == 0 and appliance.fingerprint() == second
    _, refused = appliance.replace("office", "third", days=-1)
    assert refused.returncode == 1 and "the web interface uses office" in refused.stderr
    assert "expired on" in refused.stderr
    assert appliance.fingerprint() == second
    assert appliance.status()["reason"] == ""


def test_one_that_is_used_cannot_be_deleted(appliance: Appliance) -> None:
    fingerprint = appliance.add("office")
    appliance.use("office")
    refused = appliance.balancer.evenkeel("certificate", "delete", "office", check=False)
    assert refused.returncode == 1 and "the web interface uses the certificate office" in refused.stderr
    assert "evenkeel web certificate" in refused.stderr
    other = appliance.bring("brought")
    assert (appliance.fingerprint(), appliance.stored()) == (other, "")
    assert other != fingerprint
    appliance.balancer.evenkeel("certificate", "delete", "office")


def test_a_backup_brings_it_back_with_the_account(appliance: Appliance) -> None:
    balancer = appliance.balancer
    appliance.order()
    appliance.wait_until_issued()
    appliance.use("own")
    fingerprint, account = appliance.fingerprint(), appliance.account()
    appliance.backup()
    balancer.stop()
    balancer.state_directory.rename(appliance.farm.record.directory / "state before")
    appliance.start()
    assert appliance.fingerprint() != fingerprint and appliance.account() != account
    for option in (["--dry-run"], []):
        said = appliance.restore(*option).stdout
        assert "~ the web interface's certificate" in said and "~ the key of the ACME account" in said
    assert "~ the" not in appliance.restore("--dry-run").stdout
    assert (appliance.fingerprint(), appliance.stored(), appliance.account()) == (fingerprint, "own", account)
    with appliance.following_events() as stream:
        balancer.evenkeel("certificate", "renew", "own")  # by the account of before, which is answered for at once
        read_until(stream, "the web interface follows the certificate own")
    fingerprint = appliance.fingerprint()
    balancer.kill()
    appliance.start()
    assert (appliance.fingerprint(), appliance.stored()) == (fingerprint, "own")


def test_one_that_was_brought_comes_back_and_stays_where_a_backup_has_none(appliance: Appliance) -> None:
    appliance.backup()  # with one that evenkeeld has made
    other = appliance.bring("brought")
    appliance.restore()
    assert (appliance.fingerprint(), appliance.stored()) == (other, "")
    appliance.backup()
    appliance.bring("another")
    appliance.restore()
    assert appliance.fingerprint() == other


def test_killed_in_a_restore_it_is_all_or_nothing(appliance: Appliance) -> None:
    balancer = appliance.balancer
    office = appliance.add("office")
    appliance.use("office")
    appliance.backup()
    log = balancer.state_directory / "evenkeel.db-wal"
    for number in range(3):
        brought = appliance.bring(f"brought{number}")
        balancer.evenkeel("certificate", "delete", "office")
        written = log.stat().st_mtime_ns
        restoring = threading.Thread(target=appliance.restore, kwargs={"check": False})
        restoring.start()
        wait_until(lambda written=written: log.stat().st_mtime_ns != written, "the restore to be written", 30, interval=0)
        balancer.kill()
        restoring.join()
        appliance.start()
        is_restored = "office" in balancer.evenkeel("certificate", "list").stdout
        expected = (office, "office") if is_restored else (brought, "")
        assert (appliance.fingerprint(), appliance.stored()) == expected
        if not is_restored:
            appliance.restore()


def test_one_that_a_restored_backup_does_not_have_goes_on_and_is_missed(appliance: Appliance) -> None:
    balancer = appliance.balancer
    appliance.backup()
    fingerprint = appliance.add("office")
    appliance.use("office")
    words = "there is no certificate office any more"
    assert words in appliance.restore("--dry-run").stdout
    assert words in appliance.restore().stdout
    assert appliance.fingerprint() == fingerprint
    assert words in appliance.status()["reason"] and "web_certificate_failed" in appliance.events()
    balancer.kill()
    appliance.start()
    assert (appliance.fingerprint(), appliance.stored()) == (fingerprint, "office")
    assert words in balancer.evenkeel("status").stdout
    again = appliance.add("office")  # there is one of that label again
    assert appliance.fingerprint() == again
    assert appliance.status()["reason"] == "" and "web_certificate_recovered" in appliance.events()
