"""The web socket as attackers and users meet it: evenkeeld itself, its store, its log."""

import os
import stat
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from conftest import running_small_farm
from lab.browser import Browser
from lab.commands import run
from lab.load_balancer import LoadBalancer

PASSWORD = "four quiet green boats"
OTHER = "five quiet green boats"
GUESS = "a guess that is noted nowhere"


@pytest.fixture
def balancer() -> Iterator[LoadBalancer]:
    with running_small_farm("access") as farm:
        farm.balancer.start()
        yield farm.balancer


def set_up(balancer: LoadBalancer, password: str = PASSWORD, check: bool = True):
    return run(balancer.command_line("setup", "--password-stdin"), text_input=password + "\n", check=check)


def browser(balancer: LoadBalancer, address: str = "192.0.2.1") -> Browser:
    return Browser(balancer.run_directory / "web.sock", address)


def ask_as(user: str, group: str, balancer: LoadBalancer):
    """From within the directory: the lab's is closed to others."""
    return run(["sh", "-c", f"cd {balancer.run_directory} && exec setpriv --reuid {user} --regid {group} --clear-groups "
                            "curl -sS --unix-socket web.sock http://localhost/api/v1/status"], check=False)


def signed_in(balancer: LoadBalancer) -> Browser:
    made = browser(balancer)
    assert made.sign_in("loadbalancer", PASSWORD)[0] == 200
    return made


def test_nobody_gets_in_before_the_setup(balancer: LoadBalancer) -> None:
    status, answer = browser(balancer).sign_in("loadbalancer", "loadbalancer")
    assert status == 403 and "evenkeel setup" in answer["error"]["message"]
    weak = set_up(balancer, "loadbalancer", check=False)
    assert weak.returncode == 1 and "user's name" in weak.stderr
    set_up(balancer)
    again = set_up(balancer, check=False)
    assert again.returncode == 1 and "set up already" in again.stderr
    assert signed_in(balancer).request("GET", "/api/v1/status")[0] == 200


def test_only_the_web_servers_group_may_connect(balancer: LoadBalancer) -> None:
    status = os.stat(balancer.run_directory / "web.sock")
    assert stat.S_IMODE(status.st_mode) == 0o660
    refused = ask_as("nobody", "nogroup", balancer)
    assert refused.returncode != 0 and not refused.stdout
    allowed = ask_as("www-data", "www-data", balancer)
    assert "sign in first" in allowed.stdout


def test_a_session_that_was_signed_out_cannot_be_replayed(balancer: LoadBalancer) -> None:
    set_up(balancer)
    user = signed_in(balancer)
    assert user.request("DELETE", "/api/v1/session")[0] == 200
    assert user.request("GET", "/api/v1/status")[0] == 401
    balancer.kill()
    balancer.start()
    assert user.request("GET", "/api/v1/status")[0] == 401


def test_another_sessions_csrf_token_does_not_count(balancer: LoadBalancer) -> None:
    set_up(balancer)
    user, other = signed_in(balancer), signed_in(balancer)
    user.csrf_token = other.csrf_token
    status, answer = user.request("POST", "/api/v1/tokens", {"label": "x", "role": "administrator"})
    assert status == 403 and "X-CSRF-Token" in answer["error"]["message"]


def test_a_token_that_has_expired_opens_nothing(balancer: LoadBalancer) -> None:
    made = balancer.evenkeel("token", "add", "short", "--role", "viewer", "--expires", "3s")
    token = made.stdout.split()[0]
    program = browser(balancer)
    statuses = [program.request("GET", "/api/v1/status", Authorization=f"Bearer {token}")[0]]
    while statuses[-1] == 200:
        statuses.append(program.request("GET", "/api/v1/status", Authorization=f"Bearer {token}")[0])
    assert statuses[0] == 200 and statuses[-1] == 401


def test_its_death_signs_nobody_out_and_nobody_in(balancer: LoadBalancer) -> None:
    set_up(balancer)
    user = signed_in(balancer)
    balancer.kill()
    balancer.start()
    assert user.request("GET", "/api/v1/status")[0] == 200
    assert browser(balancer).request("GET", "/api/v1/status")[0] == 401
    assert browser(balancer).sign_in("loadbalancer", OTHER)[0] == 401
    stored = b"".join(path.read_bytes() for path in balancer.state_directory.glob("access.db*"))
    assert user.cookie.encode() not in stored


def test_a_new_password_ends_the_sessions_with_the_old_one(balancer: LoadBalancer) -> None:
    set_up(balancer)
    user = signed_in(balancer)
    run(balancer.command_line("user", "password", "loadbalancer", "--password-stdin"), text_input=OTHER + "\n")
    assert user.request("GET", "/api/v1/status")[0] == 401
    assert user.sign_in("loadbalancer", PASSWORD)[0] == 401
    assert user.sign_in("loadbalancer", OTHER)[0] == 200


def test_ten_thousand_guesses_are_slowed_down_while_the_api_answers(balancer: LoadBalancer) -> None:
    set_up(balancer)
    statuses: list[int] = []
    guessers = [threading.Thread(target=lambda number=number: statuses.extend(
        browser(balancer, f"198.51.100.{number}").guess("loadbalancer", [GUESS] * 2500))) for number in range(4)]
    for guesser in guessers:
        guesser.start()
    answered = 0
    while any(guesser.is_alive() for guesser in guessers):
        assert balancer.api.request("GET", "/api/v1/status", timeout=5.0)[0] == 200
        answered += 1
    counted = Counter(statuses)
    assert counted[401] + counted[429] == 10_000 and counted[401] <= 20
    assert answered > 10
    failed = [entry for entry in balancer.api.get("/api/v1/audit?limit=1000")["audit"]
              if entry["what"].startswith("sign-in failed")]
    assert len(failed) == counted[401]


def test_roles_hold_over_the_web(balancer: LoadBalancer) -> None:
    set_up(balancer)
    run(balancer.command_line("user", "add", "ann", "--role", "viewer", "--password-stdin"), text_input=OTHER + "\n")
    ann = browser(balancer)
    assert ann.sign_in("ann", OTHER)[1]["role"] == "viewer"
    assert ann.request("PUT", "/api/v1/configuration", {"virtual_services": []})[0] == 403
    balancer.evenkeel("user", "role", "ann", "administrator")
    status, answer = ann.request("PUT", "/api/v1/configuration", {"virtual_services": []})
    assert status == 200, answer
    balancer.evenkeel("user", "delete", "ann")
    assert ann.request("GET", "/api/v1/status")[0] == 401


def test_secrets_are_in_no_log_and_not_in_the_audit_trail(balancer: LoadBalancer) -> None:
    set_up(balancer)
    user = signed_in(balancer)
    token = user.request("POST", "/api/v1/tokens", {"label": "ci", "role": "viewer"})[1]["token"]
    secret = user.request("POST", "/api/v1/users/loadbalancer/totp")[1]["secret"]
    user.sign_in("loadbalancer", GUESS)
    user.sign_in(GUESS, "x")
    user.request("POST", "/api/v1/users", {"name": GUESS, "role": "viewer", "password": OTHER})
    said = balancer.daemon.log.read_text() + balancer.evenkeel("audit", "--json").stdout
    for path in balancer.state_directory.glob("access.db*"):
        said += path.read_bytes().decode(errors="replace")
    for hidden in (PASSWORD, OTHER, GUESS, token, user.cookie, user.csrf_token, secret):
        assert hidden not in said


def test_a_damaged_store_of_users_stops_nothing_but_signing_in(balancer: LoadBalancer) -> None:
    set_up(balancer)
    balancer.stop()
    for path in balancer.state_directory.glob("access.db*"):
        path.write_bytes(b"x" * 8192)
    balancer.start()
    assert any(notice["object"] == "access" for notice in balancer.api.status()["notices"])
    assert not (balancer.run_directory / "web.sock").exists()
    assert balancer.evenkeel("user", "list", check=False).returncode == 1
