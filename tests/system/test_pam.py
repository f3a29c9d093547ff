"""Users whose passwords PAM knows: a RADIUS server and a directory, each the real one."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import running_small_farm
from lab.browser import Browser
from lab.commands import run, wait_until
from lab.services import LOGIN, PASSWORD, RADIUSD, SECRET
from lab.small_farm import SmallFarm

_SLAPD = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/pid
database mdb
suffix "dc=lab,dc=test"
rootdn "cn=admin,dc=lab,dc=test"
rootpw admin
directory {home}/data
"""

_LDIF = f"""dn: dc=lab,dc=test
objectClass: dcObject
objectClass: organization
dc: lab
o: The lab

dn: uid={LOGIN},dc=lab,dc=test
objectClass: account
objectClass: posixAccount
cn: Monitor
uid: {LOGIN}
uidNumber: 5000
gidNumber: 5000
homeDirectory: /nonexistent
userPassword: {PASSWORD}
"""

_NSLCD = """uid nslcd
gid nslcd
uri ldap://{address}/
base dc=lab,dc=test
bind_timelimit 2
timelimit 2
"""


@pytest.fixture
def farm() -> Iterator[SmallFarm]:
    with running_small_farm("pam") as made:
        yield made


def start_with_files(farm: SmallFarm, files: dict[str, str], before: str = "") -> None:
    """evenkeeld in a mount namespace of its own, in which these files of /etc are others. `before`: run there first."""
    directory = farm.record.directory / "etc"
    directory.mkdir()
    commands = ["set -e"]
    pam = directory / "pam.d"
    shutil.copytree("/etc/pam.d", pam)
    commands.append(f"mount --bind {shlex.quote(str(pam))} /etc/pam.d")
    for path, text in files.items():
        file = pam / Path(path).name if path.startswith("/etc/pam.d/") else directory / Path(path).name
        file.write_text(text)
        file.chmod(0o600)
        if not path.startswith("/etc/pam.d/"):
            commands.append(f"mount --bind {shlex.quote(str(file))} {path}")
    balancer = farm.balancer
    inner = " ".join(shlex.quote(word) for word in balancer.daemon_arguments())
    commands += [before or ":", f"exec {inner}"]
    balancer.start_as(["unshare", "-m", "sh", "-c", "; ".join(commands)])
    run(balancer.command_line("setup", "--password-stdin"), text_input="four quiet green boats\n")
    balancer.evenkeel("user", "add", LOGIN, "--pam", "--role", "operator")
    balancer.evenkeel("user", "add", "stranger", "--pam")


def check_sign_ins(farm: SmallFarm) -> None:
    browser = Browser(farm.balancer.run_directory / "web.sock")
    status, answer = browser.sign_in(LOGIN, PASSWORD)
    assert (status, answer.get("role")) == (200, "operator"), answer
    assert browser.sign_in(LOGIN, "wrong")[0] == 401
    assert browser.sign_in(LOGIN, "")[0] == 401
    assert browser.sign_in("stranger", PASSWORD)[0] == 401
    assert browser.sign_in("loadbalancer", "four quiet green boats")[0] == 200


def check_silence(farm: SmallFarm) -> None:
    """The server does not answer any more: PAM's users are told so, the others do not notice."""
    browser = Browser(farm.balancer.run_directory / "web.sock", "192.0.2.7")
    status, answer = browser.sign_in(LOGIN, PASSWORD)
    assert status == 503 and "PAM cannot tell" in answer["error"]["message"], answer
    assert browser.sign_in("loadbalancer", "four quiet green boats")[0] == 200


def test_users_of_a_radius_server_sign_in(farm: SmallFarm) -> None:
    server = farm.servers[0]
    home = server.directory / "freeradius"
    home.mkdir(mode=0o755)
    (home / "radiusd.conf").write_text(RADIUSD.format(home=home, secret=SECRET, login=LOGIN, password=PASSWORD))
    (home / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
    radius = server.process("freeradius", ["freeradius", "-f", "-d", str(home), "-n", "radiusd"])
    radius.start()
    start_with_files(farm, {
        "/etc/pam_radius_auth.conf": f"{server.address}:1812 {SECRET} 1\n",
        "/etc/pam.d/evenkeel": "auth required pam_radius_auth.so\naccount required pam_permit.so\n"})
    check_sign_ins(farm)
    radius.kill()
    check_silence(farm)


def test_users_of_a_directory_sign_in(farm: SmallFarm) -> None:
    server = farm.servers[0]
    home = server.directory / "slapd"
    (home / "data").mkdir(mode=0o755, parents=True)
    (home / "slapd.conf").write_text(_SLAPD.format(home=home))
    run(["slapadd", "-f", str(home / "slapd.conf")], text_input=_LDIF)
    slapd = server.process("slapd", ["slapd", "-d", "0", "-f", str(home / "slapd.conf"), "-h", "ldap:///"])
    slapd.start()
    slapd.wait_for(389, server.address)
    # nslcd belongs to PAM's module, and to this machine: its socket is in the same mount namespace.
    start_with_files(farm, {
        "/etc/nslcd.conf": _NSLCD.format(address=server.address),
        "/etc/pam.d/evenkeel": "auth required pam_ldap.so\naccount required pam_permit.so\n"},
        before="mount -t tmpfs none /run; mkdir /run/nslcd; chown nslcd /run/nslcd; nslcd")
    wait_until(lambda: Browser(farm.balancer.run_directory / "web.sock").sign_in(LOGIN, PASSWORD)[0] == 200,
               "nslcd to answer", 20.0)
    check_sign_ins(farm)
    slapd.kill()
    check_silence(farm)
