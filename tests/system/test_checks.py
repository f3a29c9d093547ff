"""Every kind of health check against the real thing: the servers that people run, each seen up, and each seen down for
the reason that is named."""

from collections.abc import Iterator

import pytest

from lab import cups, discovery, guide, samba
from lab.application_server import Fault
from lab.commands import LabError, wait_until
from lab.farm import Farm, remove
from lab.load_balancer import LoadBalancer
from lab.method import Method
from lab.namespaces import leftovers
from lab.record import Record
from lab.services import DATABASE, DOMAIN, LOGIN, MANAGER, PASSWORD, SAMBA_LOGIN, SECRET, Services
from lab.topology import RealServer, build
from conftest import prefix_for

SERVER = "10.77.0.21"
LOGGED_IN = {"login": LOGIN, "password": PASSWORD}
WRONG = {"login": LOGIN, "password": "wrong-password"}


def negotiate(protocol: str, port: int, **fields: object) -> dict:
    return {"type": "negotiate", "protocol": protocol, "check_port": port, **fields}


# Name: the check, the state it must find, and words of its reason.
CHECKS: dict[str, tuple[dict, str, str]] = {
    "smtp": (negotiate("smtp", 25), "up", "SMTP greeting from"),
    "smtp-expected": (negotiate("smtp", 25, response_expected="Postfix"), "up", "matches \"Postfix\""),
    "smtp-other": (negotiate("smtp", 25, response_expected="Exim"), "down", "mail.lab.test ESMTP"),
    "smtp-starttls": (negotiate("smtp", 25, starttls=True), "up", "warning: the certificate ends in 4 days"),
    "smtp-starttls-verified": (negotiate("smtp", 25, starttls=True, verify_certificate=True), "down",
                               "self-signed certificate"),
    "ftp-starttls": (negotiate("ftp", 21, starttls=True, login="anonymous", password="a@lab.test"), "up",
                     "FTP login from"),
    "imap-starttls": (negotiate("imap", 143, starttls=True, **LOGGED_IN), "up", "warning: the certificate ends in"),
    "pop-starttls": (negotiate("pop", 110, starttls=True, **LOGGED_IN), "up", "warning: the certificate ends in"),
    "nntp-starttls": (negotiate("nntp", 119, starttls=True), "down", "as the answer to STARTTLS"),
    "ldap-starttls": (negotiate("ldap", 389, starttls=True, login=MANAGER, password=PASSWORD), "up",
                      "warning: the certificate ends in"),
    "ldap-starttls-verified": (negotiate("ldap", 389, starttls=True, verify_certificate=True), "down",
                               "self-signed certificate"),
    "mysql-starttls": (negotiate("mysql", 3306, starttls=True, **LOGGED_IN), "up", "MySQL row from"),
    "mysql-starttls-verified": (negotiate("mysql", 3306, starttls=True, verify_certificate=True, **LOGGED_IN), "down",
                                "cannot log in to"),
    "postgresql-starttls": (negotiate("postgresql", 5432, starttls=True, database=DATABASE, **LOGGED_IN), "up",
                            "PostgreSQL row from"),
    "postgresql-starttls-verified": (negotiate("postgresql", 5432, starttls=True, verify_certificate=True,
                                               database=DATABASE, **LOGGED_IN), "down", "certificate verify failed"),
    "ftp": (negotiate("ftp", 21, login="anonymous", password="a@lab.test"), "up", "FTP login from"),
    "ftp-wrong": (negotiate("ftp", 21, **WRONG), "down", "FTP 530"),
    "imap": (negotiate("imap", 143, **LOGGED_IN), "up", "IMAP login from"),
    "imap-wrong": (negotiate("imap", 143, **WRONG), "down", "AUTHENTICATIONFAILED"),
    "imaps": (negotiate("imaps", 993, **LOGGED_IN), "up", "warning: the certificate ends in 4 days"),
    "imaps-verified": (negotiate("imaps", 993, verify_certificate=True), "down", "self-signed certificate"),
    "pop": (negotiate("pop", 110, **LOGGED_IN), "up", "POP3 login from"),
    "pops": (negotiate("pops", 995), "up", "POP3 greeting from"),
    "nntp": (negotiate("nntp", 119), "up", "NNTP answer from"),
    "ldap": (negotiate("ldap", 389), "up", "LDAP entry from"),
    "ldap-entry": (negotiate("ldap", 389, request=DOMAIN, login=MANAGER, password=PASSWORD,
                             response_expected="(?m)^o: The lab$"), "up", "LDAP entry"),
    "ldap-wrong": (negotiate("ldap", 389, login=MANAGER, password="wrong-password"), "down", "Invalid credentials"),
    "ldap-nothing": (negotiate("ldap", 389, request="dc=nothing"), "down", "No such object"),
    "ldaps": (negotiate("ldaps", 636), "up", "LDAP entry"),
    "radius": (negotiate("radius", 1812, secret=SECRET, **LOGGED_IN), "up", "RADIUS accept from"),
    "radius-wrong": (negotiate("radius", 1812, secret=SECRET, **WRONG), "down", "RADIUS reject from"),
    "mysql": (negotiate("mysql", 3306, database=DATABASE, **LOGGED_IN), "up", "MySQL row from"),
    "mysql-empty": (negotiate("mysql", 3306, database=DATABASE, request="SELECT a FROM empty", **LOGGED_IN), "down",
                    "no row from"),
    "mysql-wrong": (negotiate("mysql", 3306, **WRONG), "down", "Access denied for user"),
    "postgresql": (negotiate("postgresql", 5432, database=DATABASE, **LOGGED_IN), "up", "PostgreSQL row from"),
    "postgresql-wrong": (negotiate("postgresql", 5432, database=DATABASE, **WRONG), "down", "authentication failed"),
    "postgresql-refused": (negotiate("postgresql", 5432, database=DATABASE, request="SELECT * FROM nothing",
                                     **LOGGED_IN), "down", "does not exist"),
    "smb": (negotiate("smb", 445), "up", "SMB 2.1 from"),
    "smb-share": (negotiate("smb", 445, share=samba.SHARE), "up", "SMB connection to share printer (a printer)"),
    "smb-login": (negotiate("smb", 445, share=samba.SHARE, login=SAMBA_LOGIN, password=PASSWORD), "up",
                  "SMB connection to share printer"),
    "smb-wrong": (negotiate("smb", 445, share=samba.SHARE, login=SAMBA_LOGIN, password="wrong-password"), "down",
                  "STATUS_LOGON_FAILURE"),
    "smb-nothing": (negotiate("smb", 445, share="nothing"), "down", "STATUS_BAD_NETWORK_NAME"),
    "ipp": (negotiate("ipp", cups.PORT, request=f"/printers/{cups.QUEUE}"), "up", "accepts jobs"),
    "ipp-nothing": (negotiate("ipp", cups.PORT, request="/printers/Nope"), "down", "client-error-not-found"),
    "ipps": (negotiate("ipps", cups.TLS_PORT, request=f"/printers/{cups.QUEUE}"), "up", "accepts jobs"),
    "http-proxy": (negotiate("http_proxy", 3128, request=f"http://{SERVER}:{cups.PORT}/printers/{cups.QUEUE}"), "up",
                   "HTTP 200 from"),
    "tls": ({"type": "tls", "check_port": 993}, "up", "TLS handshake from"),
    "tls-plain": ({"type": "tls", "check_port": 25}, "down", "TLS handshake with"),
    "syn": ({"type": "syn", "check_port": 445}, "up", "no connection made"),
    "syn-closed": ({"type": "syn", "check_port": 4}, "down", "connection refused by"),
    "mixed": ({"type": "connects_then_negotiate", "protocol": "smtp", "check_port": 25, "connects_per_negotiate": 2},
              "up", ":25 in"),
    "simple-tcp": (negotiate("simple_tcp", 119, request="DATE\\r\\n", response_expected="^20[01] "), "up", "answer from"),
    "dns-closed": (negotiate("dns", 54, request=discovery.SERVER_NAME), "down", "connection refused"),
}
# Those of services that are UDP, or both.
UDP_CHECKS: dict[str, tuple[str, dict, str, str]] = {
    "dns": ("tcp_udp", negotiate("dns", 53, request=discovery.SERVER_NAME, response_expected=f"^{SERVER}$"), "up",
            "over TCP in"),
    "dns-many": ("udp", negotiate("dns", 53, request=discovery.MANY, record_type="ptr"), "up", "printer-with-a-long"),
    "dns-srv": ("udp", negotiate("dns", 53, request=discovery.INSTANCE, record_type="srv"), "up",
                f"0 0 {cups.PORT} {discovery.SERVER_NAME}"),
    "dns-nothing": ("udp", negotiate("dns", 53, request="nothing.lab.test"), "down", "DNS NXDOMAIN"),
    "udp-closed": ("udp", negotiate("simple_udp", 5), "down", "port unreachable"),
    "udp-silent": ("udp", negotiate("simple_udp", 1812), "unknown", "its state is unknown"),
    "udp-silent-accepted": ("udp", negotiate("simple_udp", 1812, accept_silence=True), "up", "accepted"),
    "sip-udp": ("udp", negotiate("sip", 5060), "up", "SIP 200 from"),
    "sip-tcp": ("tcp", negotiate("sip", 5060), "up", "SIP 200 from"),
    "radius-udp": ("udp", negotiate("radius", 1812, secret="another", **LOGGED_IN), "down", "wrong secret"),
}


def service(number: int, label: str, protocol: str, check: dict) -> dict:
    """The server carries none of the virtual addresses: this is about the checks of its own one."""
    rhythm = {"interval": 1, "timeout": 3, "failure_count": 1, "path_check": False}
    return {"label": label, "address": f"10.77.0.{100 + number}", "ports": "7", "protocol": protocol,
            "persistence": {"enabled": False}, "health_check": rhythm | check,
            "real_servers": [{"label": "S", "address": SERVER}]}


class Bench:
    def __init__(self, prefix: str):
        self.record = Record(prefix)
        self.record.start()
        topology = build(self.record, Method.DR)
        self.balancer: LoadBalancer = topology.balancer
        self.server = RealServer(self.record, topology, "srv", 21, [])
        self.services = Services(self.server)

    def start(self) -> None:
        self.services.start()
        self.balancer.start()
        rows = [(name, "tcp", check) for name, (check, _, _) in CHECKS.items()]
        rows += [(name, protocol, check) for name, (protocol, check, _, _) in UDP_CHECKS.items()]
        configured = [service(number, *row) for number, row in enumerate(rows)]
        status, answer = self.balancer.api.request("PUT", "/api/v1/configuration", {"virtual_services": configured})
        assert status == 200, answer

    def health(self, label: str) -> tuple[str, str]:
        server = self.balancer.api.real_server(label, "S")
        return server["state"], server["reason"]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    prefix = prefix_for("chk")
    try:
        made = Bench(prefix)
        made.start()
        yield made
    finally:
        remove(prefix)
        assert leftovers(prefix) == []


def expect(bench: Bench, name: str, state: str, words: str) -> None:
    def found() -> bool:
        seen = bench.health(name)
        assert PASSWORD not in seen[1] and SECRET not in seen[1]
        if seen[0] == state and words in seen[1]:
            return True
        raise LabError(f"{name} is {seen}")
    wait_until(found, f"{name} to be {state} because of \"{words}\"", 12.0, 0.1)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_of_the_real_server(bench: Bench, name: str) -> None:
    _, state, words = CHECKS[name]
    expect(bench, name, state, words)


@pytest.mark.parametrize("name", UDP_CHECKS)
def test_a_check_over_udp(bench: Bench, name: str) -> None:
    _, _, state, words = UDP_CHECKS[name]
    expect(bench, name, state, words)


def test_a_dead_print_queue_is_noticed_where_the_port_still_answers(bench: Bench) -> None:
    queue = bench.services.samba.spool
    hidden = queue.with_name("gone")
    queue.rename(hidden)
    try:
        expect(bench, "smb-share", "down", "STATUS_BAD_NETWORK_NAME")
        expect(bench, "smb", "up", "SMB 2.1")
    finally:
        hidden.rename(queue)
    expect(bench, "smb-share", "up", "connection to share")


def test_a_stopped_printer_and_one_that_accepts_nothing(bench: Bench) -> None:
    server = ["-h", f"{SERVER}:{cups.PORT}"]
    bench.server.run(["cupsdisable", *server, cups.QUEUE])
    expect(bench, "ipp", "down", "is stopped")
    bench.server.run(["cupsenable", *server, cups.QUEUE])
    expect(bench, "ipp", "up", "accepts jobs")
    bench.server.run(["cupsreject", *server, cups.QUEUE])
    expect(bench, "ipp", "down", "accepts no jobs")
    bench.server.run(["cupsaccept", *server, cups.QUEUE])
    expect(bench, "ipp", "up", "accepts jobs")


def test_servers_that_die_are_noticed(bench: Bench) -> None:
    for name, check in (("postfix", "smtp"), ("slapd", "ldap"), ("mariadb", "mysql"), ("postgresql", "postgresql"),
                        ("sipp-udp", "sip-udp")):
        bench.services.stop(name)
        expect(bench, check, "down", "")


def test_papercut_knows_the_active_from_the_passive_server(papercut: Farm) -> None:
    """The stand-in for PaperCut, with either page of a passive server."""
    check = {"type": "papercut", "secret": papercut.key, "request": None}
    change = {"health_check": {**check, "response_expected": None}}
    status, answer = papercut.balancer.api.request("PATCH", f"/api/v1/virtual-services/{guide.APPLICATION_SERVICE}",
                                                   change)
    assert status == 200, answer

    def reason(label: str) -> str:
        return papercut.balancer.api.real_server(guide.APPLICATION_SERVICE, label)["reason"]

    names = {"active": "PaperCut active", "passive": "PaperCut passive"}
    for host, label in zip(papercut.application_servers, ("App_Svr1", "App_Svr2"), strict=True):
        wait_until(lambda host=host, label=label: names[host.role()] in reason(label), f"{label} to be told apart")
    active = papercut.application_servers.index(papercut.active())
    papercut.active().fail(Fault.DISK)
    wait_until(lambda: "PaperCut error: HTTP 500" in reason(f"App_Svr{active + 1}"), "the full disk to be named")
    papercut.application_servers[active].fail(Fault.NONE)


def test_the_logs_of_the_load_balancer_hold_no_password(bench: Bench) -> None:
    log = (bench.balancer.directory / "log" / "evenkeeld.log").read_text(errors="replace")
    assert "smtp" in log
    for secret in (PASSWORD, SECRET):
        assert secret not in log
