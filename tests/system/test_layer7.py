"""Layer 7: what HAProxy does for clients, and that it is changed, killed and left alone without their noticing."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from layer7_web import (
    LABEL, VIP, WEB, WEB_PROXIED, Load, ask, ask_on, change, haproxy, proxy_events, running_web, servers, service,
    start,
)

from lab.commands import wait_until
from lab.small_farm import SmallFarm


@pytest.fixture
def web() -> Iterator[SmallFarm]:
    """Two web servers and evenkeeld, not configured yet."""
    with running_web() as farm:
        yield farm


def test_http_requests_go_to_both_and_carry_the_clients_address(web: SmallFarm) -> None:
    start(web, service())
    assert servers(web) == {"rs1", "rs2"}
    seen = ask(web)
    assert seen["headers"]["x-forwarded-for"] == web.client.address
    assert seen["client"] == web.balancer.address
    change(web, x_forwarded_for=False)
    wait_until(lambda: "x-forwarded-for" not in ask(web)["headers"], "no header any more")


def test_weights_are_shares_and_change_without_a_reload(web: SmallFarm) -> None:
    start(web, service())
    master, workers = haproxy(web)
    web.balancer.evenkeel("layer7-server", "edit", LABEL, "RS1", "--weight", "50")
    wait_until(lambda: sum(ask(web)["server"] == "rs2" for _ in range(30)) == 20, "a third for rs1")
    web.balancer.evenkeel("layer7-server", "edit", LABEL, "RS1", "--weight", "0")
    wait_until(lambda: servers(web) == {"rs2"}, "nothing for rs1")
    assert haproxy(web) == (master, workers)


def test_servers_come_and_go_without_a_reload(web: SmallFarm) -> None:
    start(web, service())
    before = haproxy(web)
    web.balancer.evenkeel("layer7-server", "delete", LABEL, "RS1")
    wait_until(lambda: servers(web) == {"rs2"}, "rs1 to be gone")
    web.balancer.evenkeel("layer7-server", "add", LABEL, "RS1", "--address", "10.77.0.21", "--port", str(WEB))
    wait_until(lambda: servers(web) == {"rs1", "rs2"}, "rs1 to be back")
    assert haproxy(web) == before


def test_a_server_that_dies_costs_no_request(web: SmallFarm) -> None:
    start(web, service())
    with Load(web) as load:
        wait_until(lambda: load.answered > 50, "some answers")
        web.servers[0].kill_all()  # its network answers with resets
        web.balancer.wait_for_state(LABEL, "RS1", "down")
        answered = load.answered
        wait_until(lambda: load.answered > answered + 50, "more answers")
    # What was under way at that moment is lost: at most one request of each client.
    assert len(load.failures) <= 4, load.failures
    assert servers(web) == {"rs2"}


def test_drain_halt_and_online_hold_over_a_restart_and_a_reload(web: SmallFarm) -> None:
    start(web, service())
    web.balancer.evenkeel("real-server", "drain", LABEL, "RS1", "--reason", "new toner")
    assert web.balancer.api.real_server(LABEL, "RS1")["state"] == "drained"
    wait_until(lambda: servers(web) == {"rs2"}, "rs1 to be drained")
    change(web, client_timeout=50)  # takes a reload
    wait_until(lambda: proxy_events(web, "proxy_reloaded") == 1, "a reload")
    assert servers(web) == {"rs2"}
    web.balancer.kill()
    assert servers(web) == {"rs2"}
    web.balancer.start()
    assert servers(web) == {"rs2"}
    web.balancer.evenkeel("real-server", "online", LABEL, "RS1")
    wait_until(lambda: servers(web) == {"rs1", "rs2"}, "rs1 to be back")


def test_halt_cuts_connections_also_those_of_old_workers(web: SmallFarm) -> None:
    start(web, service(mode="tcp"))
    with contextlib.ExitStack() as stack:
        held: dict[str, socket.socket] = {}
        for _ in range(20):
            own = stack.enter_context(web.client.namespace.connect(VIP, 80))
            held.setdefault(ask_on(own), own)
        assert sorted(held) == ["rs1", "rs2"]
        change(web, client_timeout=50)
        wait_until(lambda: web.balancer.api.status()["layer7"]["old_workers"] == 1, "the old worker to stay for them")
        web.balancer.evenkeel("real-server", "halt", LABEL, "RS1")
        with pytest.raises(ConnectionError):
            ask_on(held["rs1"])
        assert ask_on(held["rs2"]) == "rs2"


def test_source_ip_persistence_survives_reloads(web: SmallFarm) -> None:
    start(web, service(persistence="source_ip"))
    assert len(servers(web)) == 1
    first = servers(web)
    for timeout in range(50, 53):
        change(web, client_timeout=timeout)
        wait_until(lambda count=timeout - 49: proxy_events(web, "proxy_reloaded") == count, "a reload")
        assert servers(web, 4) == first


def test_a_cookie_leads_back_to_its_server(web: SmallFarm) -> None:
    start(web, service(persistence="http_cookie", cookie_name="LAB"))
    answer = web.client.get(VIP, 80, "/")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "LAB" and "HttpOnly" in rest
    cookie = {"Cookie": f"LAB={rest.split(';')[0]}"}
    own = json.loads(answer.body)["server"]
    assert servers(web, headers=cookie) == {own}
    assert "LAB" not in ask(web, headers=cookie)["headers"].get("Cookie", ""), "it is the load balancer's own"
    # Drained, it keeps those it knows; down, it does not.
    label = own.upper()
    web.balancer.evenkeel("real-server", "drain", LABEL, label)
    wait_until(lambda: own not in servers(web), "new clients to go elsewhere")
    assert servers(web, headers=cookie) == {own}
    web.balancer.evenkeel("real-server", "halt", LABEL, label)
    wait_until(lambda: own not in servers(web, headers=cookie), "known clients to go elsewhere")


@pytest.mark.parametrize("port, location", [(443, "https://print.lab/a?b=c"), (9192, "https://print.lab:9192/a?b=c")])
def test_force_https_redirects_with_its_code(web: SmallFarm, port: int, location: str) -> None:
    start(web, service(force_https=True, https_port=port, redirect_code=308, real_servers=[]))
    answer = web.client.get(VIP, 80, "/a?b=c", {"Host": "print.lab:80"})
    assert (answer.status, answer.headers["location"]) == (308, location)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_proxy_protocol_in_and_out(web: SmallFarm, version: str) -> None:
    proxied = [{"label": one["label"], "address": one["address"], "port": WEB_PROXIED}
               for one in service()["real_servers"]]
    start(web, service(send_proxy=version, real_servers=proxied))
    seen = ask(web)
    assert (seen["proxy"], seen["proxied_client"]) == (version, web.client.address)
    change(web, accept_proxy=True)

    def spoken() -> dict:
        with web.client.namespace.connect(VIP, 80) as own:
            own.sendall(b"PROXY TCP4 192.0.2.7 10.77.0.110 4711 80\r\nGET / HTTP/1.0\r\n\r\n")
            return json.loads(b"".join(iter(lambda: own.recv(65536), b"")).partition(b"\r\n\r\n")[2])

    wait_until(lambda: spoken()["proxied_client"] == "192.0.2.7", "what the header says")
    with pytest.raises(OSError):
        ask(web)  # without a header


def test_the_source_address_may_be_the_virtual_one(web: SmallFarm) -> None:
    start(web, service())
    for source in (VIP, "10.77.0.111"):
        change(web, source_address=source)
        wait_until(lambda source=source: ask(web)["client"] == source, f"{source} as the source")


def test_the_fallback_answers_while_nobody_else_does(web: SmallFarm) -> None:
    fallback = {"fallback_address": "10.77.0.22", "fallback_port": WEB}
    start(web, service(real_servers=service()["real_servers"][:1], **fallback))
    assert servers(web) == {"rs1"}
    web.servers[0].kill_all()
    web.balancer.wait_for_state(LABEL, "RS1", "down")
    wait_until(lambda: servers(web) == {"rs2"}, "the fallback to answer")
    found = web.balancer.api.virtual_service(LABEL)
    assert found["fallback_active"] and found["state"] == "down"
    change(web, fallback_address=None, fallback_port=0)
    wait_until(lambda: web.client.get(VIP, 80, "/").status == 503, "nobody to answer")


@pytest.mark.parametrize("limits", [{"maximum_connections": 1}, {"minimum_connections": 1, "maximum_connections": 50}],
                         ids=["maximum", "minimum"])
def test_connections_beyond_a_servers_limit_wait(web: SmallFarm, limits: dict) -> None:
    start(web, service(real_servers=[service()["real_servers"][0] | limits]))
    with contextlib.ExitStack() as stack:
        slow = stack.enter_context(web.client.namespace.connect(VIP, 80))
        slow.sendall(b"GET /slow?4 HTTP/1.0\r\n\r\n")
        wait_until(lambda: web.balancer.api.real_server(LABEL, "RS1")["traffic"]["connections"] == 1, "it to be busy")
        waiting = stack.enter_context(web.client.namespace.connect(VIP, 80))
        waiting.sendall(b"GET / HTTP/1.0\r\n\r\n")
        wait_until(lambda: web.balancer.api.virtual_service(LABEL)["traffic"]["queued"] == 1, "it to queue")
        assert b"200" in slow.recv(4096)[:20]
        assert b"200" in waiting.recv(4096)[:20]


def test_clients_beyond_the_maximum_of_the_service_wait(web: SmallFarm) -> None:
    start(web, service(maximum_connections=1))
    first = web.client.namespace.connect(VIP, 80)
    first.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200" in first.recv(4096)[:20]
    with web.client.namespace.connect(VIP, 80) as second:
        second.sendall(b"GET / HTTP/1.0\r\n\r\n")
        second.settimeout(0.5)
        with pytest.raises(TimeoutError):
            second.recv(1)
        first.close()
        second.settimeout(5)
        assert b"200" in second.recv(4096)[:20]


def test_source_hash_leads_a_client_to_one_server(web: SmallFarm) -> None:
    start(web, service(scheduler="source_hash"))
    own = servers(web)
    assert len(own) == 1
    web.balancer.evenkeel("real-server", "halt", LABEL, own.copy().pop().upper())
    assert servers(web) == {"rs1", "rs2"} - own


def test_a_client_is_forgotten_after_the_persistence_timeout(web: SmallFarm) -> None:
    start(web, service(persistence="source_ip", persistence_timeout=1))
    own = servers(web)
    assert len(own) == 1
    wait_until(lambda: servers(web, 1) != own, "another server", interval=1.5)


def test_who_does_not_accept_within_the_time_is_passed_over_only_with_redispatch(web: SmallFarm) -> None:
    nowhere = {"label": "Nowhere", "address": "10.77.0.250", "port": WEB}
    start(web, service(persistence="http_cookie", connect_timeout=0.2, health_check={"type": "always_on"},
                       real_servers=[service()["real_servers"][0], nowhere]))
    cookie = {"Cookie": "SERVERID=Nowhere"}
    assert ask(web, headers=cookie)["server"] == "rs1"
    change(web, redispatch=False)
    asked = time.monotonic()
    assert web.client.get(VIP, 80, "/", cookie).status == 503
    assert time.monotonic() - asked < 4.0


def test_a_client_that_never_ends_its_request_is_sent_away(web: SmallFarm) -> None:
    start(web, service(request_timeout=1))
    with web.client.namespace.connect(VIP, 80) as own:
        own.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert b" 408 " in own.recv(4096)


@pytest.mark.parametrize("timeout, status", [("server_timeout", 504), ("client_timeout", None)])
def test_timeouts_end_what_is_too_slow(web: SmallFarm, timeout: str, status: int | None) -> None:
    if status:
        start(web, service(**{timeout: 1}))
        assert web.client.get(VIP, 80, "/slow?3").status == status
    else:
        start(web, service(mode="tcp", client_timeout=1, server_timeout=1, tunnel_timeout=1))
        with web.client.namespace.connect(VIP, 80) as own:
            assert own.recv(10) == b"", "silent on both sides"


def test_a_hundred_changes_under_load_cost_no_request(web: SmallFarm) -> None:
    start(web, service())
    with Load(web) as load:
        for index in range(100):
            kind = index % 4
            if kind == 0:
                web.balancer.evenkeel("layer7-server", "edit", LABEL, "RS1", "--weight", str(index + 1))
            elif kind == 1:
                change(web, client_timeout=50 + index)  # a reload
            elif kind == 2:
                web.balancer.evenkeel("real-server", "drain" if index % 8 == 2 else "online", LABEL, "RS2")
            else:
                change(web, maximum_connections=1000 + index)
    assert load.failures == []
    assert load.answered > 100


def test_evenkeeld_may_be_killed_and_takes_haproxy_up_again(web: SmallFarm) -> None:
    start(web, service())
    before = haproxy(web)
    with Load(web) as load:
        for _ in range(3):
            web.balancer.kill()
            web.balancer.start()
            web.balancer.wait_for_service(LABEL, "up")
        web.balancer.evenkeel("layer7-server", "edit", LABEL, "RS1", "--weight", "0")
        wait_until(lambda: servers(web, 4) == {"rs2"}, "the change to be in force")
    assert load.failures == []
    assert haproxy(web) == before, "neither started anew nor reloaded"


@pytest.mark.parametrize("which", ["master", "worker"])
def test_haproxy_killed_is_back_within_a_second(web: SmallFarm, which: str) -> None:
    start(web, service())
    web.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
    wait_until(lambda: servers(web, 4) == {"rs2"}, "the drain")
    master, workers = haproxy(web)
    with web.balancer.api.follow() as events:
        killed = time.monotonic()
        os.kill(master if which == "master" else workers[0], signal.SIGKILL)
        events.wait_for("proxy_ended", since=killed)
        events.wait_for("proxy_started", since=killed)
        assert time.monotonic() - killed < 1.0
    assert servers(web) == {"rs2"}, "what was drained still is"


def test_a_port_that_is_taken_fails_that_service_alone(web: SmallFarm) -> None:
    start(web, service())
    with web.balancer.namespace.open_socket() as taken:
        taken.bind(("0.0.0.0", 8888))
        taken.listen()
        with Load(web) as load:
            status, answer = web.balancer.api.request(
                "POST", "/api/v1/layer7-services", service(label="Other", ports="8888"))
            assert status == 200, answer
            web.balancer.wait_for_service("Other", "failed")
            change(web, client_timeout=77)
            wait_until(lambda: proxy_events(web, "proxy_reloaded") >= 1, "the rest to be in force")
        assert load.failures == []
        assert "8888" in web.balancer.api.virtual_service("Other")["reason"]
        assert web.balancer.api.virtual_service(LABEL)["state"] == "up"
    web.balancer.wait_for_service("Other", "up", timeout=90)
    assert servers(web, port=8888) == {"rs1", "rs2"}


def test_what_layer_7_cannot_do_is_refused_with_the_way_out(web: SmallFarm) -> None:
    refused = web.apply({"layer7_services": [service(protocol="tcp_udp")]}, check=False)
    assert refused.returncode != 0 and "snat" in refused.stderr
    breaking = service(cookie_name="A insert\n  server evil 192.0.2.1:80")
    assert "cookie" in web.apply({"layer7_services": [breaking]}, check=False).stderr
    clash = {"label": "L4", "address": VIP, "ports": "80", "forwarding_method": "snat",
             "real_servers": [{"label": "RS1", "address": "10.77.0.21"}]}
    answer = web.apply({"layer7_services": [service()], "virtual_services": [clash]}, check=False)
    assert "already has tcp" in answer.stderr
    shared = web.apply({"layer7_services": [service(ports="81")],
                        "virtual_services": [clash | {"real_servers": [{"label": "RS1", "address": "10.77.0.21",
                                                                        "port": WEB}]}]}, check=False)
    assert "would collide" in shared.stderr


def test_rolling_back_takes_layer_7_along(web: SmallFarm) -> None:
    start(web, service())
    web.balancer.evenkeel("layer7-service", "delete", LABEL)
    wait_until(lambda: not web.client.namespace.answers(VIP, 80), "the service to be gone")
    web.balancer.evenkeel("revisions", "restore", "1")
    web.balancer.wait_for_service(LABEL, "up")
    wait_until(lambda: servers(web) == {"rs1", "rs2"}, "it to be back")


def test_haproxy_runs_without_privileges_in_an_empty_directory(web: SmallFarm) -> None:
    start(web, service())
    _, workers = haproxy(web)
    status = Path(f"/proc/{workers[0]}/status").read_text()
    assert "Uid:\t0" not in status and "CapEff:\t0000000000000000" in status
    assert os.listdir(f"/proc/{workers[0]}/root/") == ["log.sock"]
