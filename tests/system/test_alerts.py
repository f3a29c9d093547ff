"""Who is told what happens: by mail, to a real SMTP server with STARTTLS or TLS and a login, and by HTTPS."""

import json
import stat
from collections.abc import Iterator

import pytest

from lab.commands import wait_until
from lab.mailbox import BEARER, LOGIN, PASSWORD, PLAIN, SUBMISSION, TLS, Mailbox
from lab.small_farm import LABEL, SmallFarm, service

OTHER = "Other"


@pytest.fixture
def mailbox(small: SmallFarm) -> Iterator[Mailbox]:
    """On the client's machine; evenkeeld trusts its authority."""
    made = Mailbox(small.client)
    made.start()
    small.balancer.trusted = made.authority
    yield made


def email(mailbox: Mailbox, **changes: object) -> dict:
    return {"smarthost": mailbox.address, "login": LOGIN, "password": PASSWORD, "from": "lb@print.example",
            "to": "admin@print.example, help@print.example"} | changes


def webhook(mailbox: Mailbox, **changes: object) -> dict:
    return {"url": f"https://{mailbox.address}/hooks/T0-secret", "bearer": BEARER} | changes


def alerts(**settings: object) -> dict:
    """Gathers for longer than two services with one check a second need to notice the same death."""
    return {"gather": 4, "interval": 4} | settings


def two_services(**changes: object) -> list[dict]:
    return [service(), service(OTHER, ports="7001", **changes)]


def start(farm: SmallFarm, **settings: object) -> None:
    farm.balancer.start()
    farm.apply({"virtual_services": two_services(), "alerts": alerts(**settings)})
    farm.wait_until_up(LABEL, OTHER)


def channel(farm: SmallFarm, beginning: str) -> dict:
    return next(row for row in farm.balancer.api.status()["alerts"] if row["channel"].startswith(beginning))


def test_a_dead_machine_is_one_message_for_everybody(small: SmallFarm, mailbox: Mailbox) -> None:
    start(small, email=email(mailbox), webhook=webhook(mailbox))
    small.servers[0].kill_all()
    mail = mailbox.wait_for("mail", 1)[0]
    assert mail["headers"]["Subject"].endswith(": 2 servers down on 2 services"), mail
    assert mail["headers"]["From"] == "lb@print.example" and mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert (mail["from"], mail["to"]) == ("lb@print.example", ["admin@print.example", "help@print.example"])
    assert (mail["port"], mail["tls"], mail["login"]) == (SUBMISSION, True, LOGIN)
    assert f"RS1 of {LABEL} is down: connection refused" in mail["text"], mail["text"]
    assert f"RS1 of {OTHER} is down: connection refused" in mail["text"]
    told = mailbox.wait_for("web", 1)[0]
    assert (told["path"], told["type"]) == ("/hooks/T0-secret", "application/json")
    assert told["body"]["summary"] == "2 servers down on 2 services"
    assert {row["object"] for row in told["body"]["begun"]["list"]} == \
        {f"virtual_service/{label}/real_server/RS1" for label in (LABEL, OTHER)}

    small.servers[0].start()
    assert mailbox.wait_for("mail", 2)[1]["headers"]["Subject"].endswith(": all well again")
    wait_until(lambda: channel(small, "e-mail")["last_subject"] == "all well again", "the status to say so")
    assert channel(small, "e-mail")["waiting"] == 0
    assert len(mailbox.received("mail")) == 2, "no more than two"


def test_one_server_of_a_service_with_recipients_of_its_own(small: SmallFarm, mailbox: Mailbox) -> None:
    small.balancer.start()
    small.apply({"virtual_services": two_services(alert_to="print@print.example", alert_from="print-lb@print.example"),
                 "alerts": alerts(email=email(mailbox, security="tls", verify_certificate=True))})
    small.wait_until_up(LABEL, OTHER)
    small.servers[0].kill_all()
    by_recipient = {mail["to"][0]: mail for mail in mailbox.wait_for("mail", 2)}
    assert set(by_recipient) == {"admin@print.example", "print@print.example"}
    own = by_recipient["print@print.example"]
    assert own["from"] == "print-lb@print.example" and own["port"] == TLS
    assert f"RS1 of {OTHER} is down: connection refused" in own["headers"]["Subject"]
    assert f"RS1 of {LABEL} is down" in by_recipient["admin@print.example"]["headers"]["Subject"]


def test_what_cannot_be_delivered_is_shown_kept_over_kill_9_and_sent_later(small: SmallFarm, mailbox: Mailbox) -> None:
    mailbox.stop()
    start(small, email=email(mailbox))
    with small.balancer.api.follow() as events:
        small.servers[0].kill_all()
        assert "mail server" in events.wait_for("alert_failed", "alerts/e-mail").message
    assert channel(small, "e-mail")["waiting"] == 2
    assert "alerts by e-mail" in small.balancer.evenkeel("status").stdout
    assert "2 waiting" in small.balancer.evenkeel("alerts", "status").stdout
    memory = small.balancer.state_directory / "alerts.json"
    wait_until(lambda: memory.exists() and "real_server/RS1" in memory.read_text(), "it to be remembered")
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    small.balancer.kill()
    mailbox.start()
    small.balancer.start()
    assert mailbox.wait_for("mail", 1)[0]["headers"]["Subject"].endswith(": 2 servers down on 2 services")
    small.servers[0].start()
    assert mailbox.wait_for("mail", 2)[1]["headers"]["Subject"].endswith(": all well again")


@pytest.mark.parametrize("changes, said", [
    ({"password": "wrong"}, "refuses the login"),
    ({"smarthost": "127.0.0.2"}, "Failed to connect"),
    ({"port": PLAIN}, "does not offer STARTTLS"),
    ({"to": "nobody@print.example"}, "550"),
], ids=["password", "nobody-listens", "no-starttls", "recipient"])
def test_a_test_message_says_what_is_wrong(small: SmallFarm, mailbox: Mailbox, changes: dict, said: str) -> None:
    small.start_balancer({"virtual_services": [service()], "alerts": alerts(email=email(mailbox, **changes))})
    tested = small.balancer.evenkeel("alerts", "test", check=False)
    assert tested.returncode != 0 and said in tested.stdout, tested.stdout
    assert "wrong" not in tested.stdout, "no secret in it"
    assert mailbox.received("mail") == []
    small.apply({"virtual_services": [service()], "alerts": alerts(email=email(mailbox))})
    tested = small.balancer.evenkeel("alerts", "test")
    assert "to admin@print.example, help@print.example: sent" in tested.stdout
    assert "test message, asked for by root" in mailbox.wait_for("mail", 1)[0]["headers"]["Subject"]


def test_an_unknown_authority_is_not_trusted(small: SmallFarm, mailbox: Mailbox) -> None:
    small.balancer.trusted = None
    settings = alerts(email=email(mailbox), webhook=webhook(mailbox))
    small.start_balancer({"virtual_services": [service()], "alerts": settings})
    tested = small.balancer.evenkeel("alerts", "test", check=False)
    assert tested.stdout.count("certificate is not trusted") == 2, tested.stdout
    unverified = alerts(email=email(mailbox, verify_certificate=False),
                        webhook=webhook(mailbox, verify_certificate=False))
    small.apply({"virtual_services": [service()], "alerts": unverified})
    assert small.balancer.evenkeel("alerts", "test").stdout.count(": sent") == 2
    assert mailbox.received("web")[0]["body"]["test"] is True


def test_secrets_are_shown_nowhere_and_survive_an_edit(small: SmallFarm, mailbox: Mailbox) -> None:
    settings = alerts(email=email(mailbox), webhook=webhook(mailbox, bearer="wrong-bearer"))
    small.start_balancer({"virtual_services": [service()], "alerts": settings})
    tested = small.balancer.evenkeel("alerts", "test", check=False)
    assert "HTTP status 403" in tested.stdout
    shown = json.loads(small.balancer.evenkeel("configuration").stdout)
    assert shown["alerts"]["webhook"] | {"verify_certificate": True} == {
        "url": f"https://{mailbox.address}/****", "bearer": "****", "verify_certificate": True}
    log = small.balancer.daemon.log.read_text()
    for text in (json.dumps(shown), json.dumps(small.balancer.api.status()), tested.stdout, log):
        for secret in (PASSWORD, "wrong-bearer", "T0-secret"):
            assert secret not in text
    shown["alerts"]["webhook"]["bearer"] = BEARER
    small.apply(shown)
    assert small.balancer.evenkeel("alerts", "test").stdout.count(": sent") == 2
    assert mailbox.received("web")[0]["path"] == "/hooks/T0-secret", "what was masked is still there"


def test_the_command_line_sets_everything(small: SmallFarm, mailbox: Mailbox) -> None:
    small.start_balancer({"virtual_services": [service()]})
    balancer = small.balancer
    balancer.evenkeel("alerts", "edit", "--email-smarthost", mailbox.address, "--email-login", LOGIN, "--email-password",
                      PASSWORD, "--email-from", "lb@print.example", "--email-to", "admin@print.example",
                      "--minimum-severity", "problem", "--interval", "60")
    balancer.evenkeel("alerts", "edit", "--webhook-url", f"https://{mailbox.address}/hooks/T0-secret",
                      "--webhook-bearer", BEARER, "--reset", "minimum-severity")
    shown = balancer.evenkeel("alerts", "show").stdout
    assert "60 seconds" in shown and "admin@print.example" in shown
    assert PASSWORD not in shown and "T0-secret" not in shown and BEARER not in shown
    assert json.loads(balancer.evenkeel("configuration").stdout)["alerts"]["minimum_severity"] == "warning"
    assert balancer.evenkeel("alerts", "test").stdout.count(": sent") == 2
    refused = balancer.evenkeel("alerts", "edit", "--email-to", "nobody", check=False)
    assert refused.returncode != 0 and "alerts.email.to" in refused.stderr


def test_without_recipients_a_test_says_what_to_set(balanced: SmallFarm) -> None:
    refused = balanced.balancer.evenkeel("alerts", "test", check=False)
    assert refused.returncode != 0 and "alerts.email" in refused.stderr
    assert "Nobody gets alerts" in balanced.balancer.evenkeel("alerts", "status").stdout
