"""Layer 7: every way in which clients come back to their real server, each with a real client."""

import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from layer7_options import PORTS, TELLER, VIP, get, halted, running_options, servers

from lab.commands import wait_until
from lab.small_farm import SmallFarm


@pytest.fixture(scope="module")
def web() -> Iterator[SmallFarm]:
    with running_options() as farm:
        yield farm


def test_an_application_s_cookie_leads_back(web: SmallFarm) -> None:
    assert servers(web, "Application") == {"rs1", "rs2"}
    answer = get(web, "Application", "/login")
    own = json.loads(answer.body)["server"]
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert servers(web, "Application", headers={"Cookie": cookie}) == {own}


def test_a_table_that_is_full_forgets_the_oldest(web: SmallFarm) -> None:
    cookies = []
    for _ in range(2):
        answer = get(web, "Small", "/login")
        own = json.loads(answer.body)["server"]
        cookies.append({"Cookie": answer.headers["set-cookie"].partition(";")[0]})
    assert servers(web, "Small", headers=cookies[1]) == {own}
    assert servers(web, "Small", headers=cookies[0]) == {"rs1", "rs2"}


def test_a_cookie_goes_before_the_source_address(web: SmallFarm) -> None:
    by_source = servers(web, "Both")
    assert len(by_source) == 1
    other = ({"rs1", "rs2"} - by_source).pop()
    assert servers(web, "Both", headers={"Cookie": f"SERVERID={other.upper()}"}) == {other}


def test_a_cookie_s_life_ends(web: SmallFarm) -> None:
    answer = get(web, "Life")
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert servers(web, "Life", 2, headers=cookie) == {json.loads(answer.body)["server"]}
    wait_until(lambda: servers(web, "Life", 2, headers=cookie) == {"rs1", "rs2"}, "it to be over")


@pytest.mark.parametrize("label, position", [("Proxies", "198.51.100.1, {}"), ("First", "{}, 198.51.100.1")])
def test_the_forwarded_address_leads_back(web: SmallFarm, label: str, position: str) -> None:
    def who(number: int) -> set[str]:
        return servers(web, label, 3, headers={"X-Forwarded-For": position.format(f"192.0.2.{number}")})
    found = [who(number) for number in range(4)]
    assert [len(names) for names in found] == [1] * 4
    assert set().union(*found) == {"rs1", "rs2"}
    assert len(servers(web, label)) == 1, "without the header, by the client's own address"


def test_the_last_successful_server_keeps_all_clients(web: SmallFarm) -> None:
    before = servers(web, "Last")
    assert len(before) == 1
    with halted(web, "Last", before.copy().pop().upper()):
        wait_until(lambda: servers(web, "Last") == {"rs1", "rs2"} - before, "the other to take over")
    assert servers(web, "Last") == {"rs1", "rs2"} - before, "also when the first is back"


def rdp(farm: SmallFarm, label: str, cookie: str) -> str:
    """Which server gets a connection that begins as Remote Desktop's do."""
    line = f"Cookie: {cookie}\r\n".encode()
    request = struct.pack(">BBHBBHHB", 3, 0, 11 + len(line), 6 + len(line), 0xe0, 0, 0, 0) + line
    with farm.client.namespace.connect(VIP, PORTS[label]) as own:
        own.sendall(request)
        return json.loads(own.makefile("rb").readline())["server"]


def test_a_user_of_remote_desktop_comes_back(web: SmallFarm) -> None:
    found = [{rdp(web, "Desktop", f"mstshash={user}") for _ in range(3)} for user in ("ann", "bob", "cid", "dan")]
    assert [len(names) for names in found] == [1] * 4
    assert set().union(*found) == {"rs1", "rs2"}


def resumed(farm: SmallFarm, label: str, session: Path) -> bool:
    """Whether the real server to which a client comes with that session of TLS knows it."""
    said = farm.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{VIP}:{PORTS[label]}", "-tls1_2",
                            "-no_ticket", "-sess_in", str(session)], check=False).stdout
    assert "New, " in said or "Reused, " in said, said
    return "Reused, " in said


@pytest.mark.parametrize("label, leads_back", [("Session", True), ("NoSession", False)])
def test_a_session_of_tls_leads_back(web: SmallFarm, label: str, leads_back: bool) -> None:
    for number in range(4):
        session = web.record.directory / f"session-{label}-{number}"
        web.client.run(["timeout", "5", "openssl", "s_client", "-connect", f"{VIP}:{PORTS[label]}", "-tls1_2",
                        "-no_ticket", "-sess_out", str(session)], check=False)
        assert all(resumed(web, label, session) for _ in range(5)) == leads_back


@pytest.mark.parametrize("number", [21, 22])
def test_the_connection_broker_s_token_names_the_server(web: SmallFarm, number: int) -> None:
    address = int.from_bytes(socket.inet_aton(f"10.77.1.{number}"), "little")
    token = f"msts={address}.{socket.htons(TELLER)}.0000"
    assert {rdp(web, "Broker", token) for _ in range(4)} == {f"rs{number - 20}"}
