"""Real servers of the protocols that health checks speak, all on one machine: mail, news, directory, databases, ...
Each is the program that people run, with as little configuration as it takes."""

import shutil
from pathlib import Path

from lab.arrivals import Tray
from lab.commands import run
from lab.cups import Cups
from lab.discovery import Discovery
from lab.host import Host
from lab.process import Process
from lab.samba import Samba

LOGIN, PASSWORD = "monitor", "lab-pass-4711"
SAMBA_LOGIN = "daemon"  # Samba wants a user that the machine has
SECRET = "lab-secret-4711"
DATABASE = "lab"
DOMAIN = "dc=lab,dc=test"
MANAGER = f"cn=admin,{DOMAIN}"

_DOVECOT = """base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap pop3
listen = *, ::
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
mail_location = maildir:{home}/mail
first_valid_uid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={home}/mail
}}
"""

_VSFTPD = """listen=YES
background=NO
anonymous_enable=YES
anon_root={home}/files
secure_chroot_dir={home}/empty
seccomp_sandbox=NO
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=NO
force_anon_data_ssl=NO
force_local_logins_ssl=NO
force_local_data_ssl=NO
rsa_cert_file={certificate}
rsa_private_key_file={certificate}
"""

_SLAPD = """include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
database mdb
suffix "{domain}"
rootdn "{manager}"
rootpw {password}
directory {home}/data
"""

_LDIF = """dn: {domain}
objectClass: dcObject
objectClass: organization
dc: lab
o: The lab
"""

RADIUSD = """prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {home}
run_dir = {home}
pidfile = {home}/pid
max_requests = 256
log {{
  destination = stdout
}}
modules {{
  pap {{
  }}
}}
client lab {{
  ipaddr = 10.77.0.0/16
  secret = {secret}
}}
server lab {{
  listen {{
    type = auth
    ipaddr = *
    port = 1812
  }}
  authorize {{
    if (&User-Name == "{login}") {{
      update control {{
        &Cleartext-Password := "{password}"
      }}
    }}
    pap
  }}
  authenticate {{
    pap
  }}
}}
"""

_POSTFIX = """compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.lab.test
mydestination =
inet_interfaces = all
smtpd_tls_security_level = may
smtpd_tls_chain_files = {certificate}
maillog_file = /dev/stdout
"""

_TINYPROXY = """Port 3128
Timeout 10
MaxClients 20
"""

# An answer to every OPTIONS; nothing else is understood.
_SIPP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="OPTIONS">
  <recv request="OPTIONS"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


class Services:
    """`start()` starts all of them, and waits until they answer."""

    def __init__(self, host: Host):
        self.host = host
        self.certificate = _self_signed(host.directory)
        tray = Tray(host.name, host.directory)
        self.samba, self.cups = Samba(host, tray), Cups(host, tray)
        run(["smbpasswd", "-c", str(host.directory / "smb" / "smb.conf"), "-s", "-a", SAMBA_LOGIN],
            text_input=f"{PASSWORD}\n{PASSWORD}\n")
        self.discovery = Discovery(host, [host.address])
        self.processes: dict[str, tuple[Process, int]] = {}
        for prepare in (self._dovecot, self._vsftpd, self._slapd, self._freeradius, self._postfix, self._tinyproxy,
                        self._postgresql, self._mariadb, self._sipp, self._leafnode):
            prepare()

    def start(self) -> None:
        parts = [self.samba, self.cups, self.discovery]
        for part in parts:
            part.start()
        for process, _ in self.processes.values():
            process.start()
        for part in parts:
            part.wait()
        for process, port in self.processes.values():
            process.wait_for(port, self.host.address)
        self._fill_databases()

    def stop(self, name: str) -> None:
        self.processes[name][0].kill()

    def _home(self, name: str, *directories: str) -> Path:
        home = self.host.directory / name
        for directory in ("", *directories):
            (home / directory).mkdir(mode=0o755)
        return home

    def _add(self, name: str, port: int, argv: list[str]) -> None:
        self.processes[name] = (self.host.process(name, argv), port)

    def _dovecot(self) -> None:
        home = self._home("dovecot", "run", "state", "mail")
        shutil.chown(home / "mail", "nobody", "nogroup")
        file = home / "dovecot.conf"
        file.write_text(_DOVECOT.format(home=home, certificate=self.certificate, password=PASSWORD))
        self._add("dovecot", 143, ["dovecot", "-F", "-c", str(file)])

    def _vsftpd(self) -> None:
        home = self._home("vsftpd", "files", "empty")
        file = home / "vsftpd.conf"
        file.write_text(_VSFTPD.format(home=home, certificate=self.certificate))
        self._add("vsftpd", 21, ["vsftpd", str(file)])

    def _slapd(self) -> None:
        home = self._home("slapd", "data")
        file = home / "slapd.conf"
        file.write_text(_SLAPD.format(home=home, certificate=self.certificate, domain=DOMAIN, manager=MANAGER,
                                      password=PASSWORD))
        run(["slapadd", "-f", str(file)], text_input=_LDIF.format(domain=DOMAIN))
        self._add("slapd", 389, ["slapd", "-d", "0", "-f", str(file), "-h", "ldap:/// ldaps:///"])

    def _freeradius(self) -> None:
        home = self._home("freeradius")
        (home / "radiusd.conf").write_text(RADIUSD.format(home=home, secret=SECRET, login=LOGIN, password=PASSWORD))
        (home / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
        self._radius = self.host.process("freeradius", ["freeradius", "-f", "-d", str(home), "-n", "radiusd"])

    def _postfix(self) -> None:
        home = self._home("postfix", "queue", "data", "etc")
        for directory in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
                          "saved", "trace"):
            (home / "queue" / directory).mkdir(mode=0o700)
            shutil.chown(home / "queue" / directory, "postfix")
        for directory, mode in (("maildrop", 0o1730), ("public", 0o2710)):
            (home / "queue" / directory).mkdir()
            shutil.chown(home / "queue" / directory, "postfix", "postdrop")
            (home / "queue" / directory).chmod(mode)
        (home / "queue" / "pid").mkdir()
        shutil.chown(home / "data", "postfix")
        (home / "etc" / "main.cf").write_text(_POSTFIX.format(home=home, certificate=self.certificate))
        # Without the jails, which would need copies of files of /etc.
        lines = Path("/usr/share/postfix/master.cf.dist").read_text().splitlines()
        jailed = [line.split() for line in lines if line and line[0] not in "# \t"]
        (home / "etc" / "master.cf").write_text("".join(
            " ".join([*fields[:4], "n", *fields[5:]]) + "\n" for fields in jailed))
        self._add("postfix", 25, ["/usr/lib/postfix/sbin/master", "-d", "-s", "-c", str(home / "etc")])

    def _tinyproxy(self) -> None:
        file = self._home("tinyproxy") / "tinyproxy.conf"
        file.write_text(_TINYPROXY)
        self._add("tinyproxy", 3128, ["tinyproxy", "-d", "-c", str(file)])

    def _postgresql(self) -> None:
        home = self._home("postgresql")
        shutil.chown(home, "postgres")
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        run([*as_postgres, str(programs / "initdb"), "--pgdata", str(home / "data"), "--auth-local=trust",
             "--auth-host=scram-sha-256", "--no-sync"])
        with open(home / "data" / "pg_hba.conf", "a") as rules:
            rules.write("host all all 10.77.0.0/16 scram-sha-256\n")
        key = _copy_for("postgres", self.certificate, home / "services.pem")
        with open(home / "data" / "postgresql.conf", "a") as settings:
            settings.write(f"ssl = on\nssl_cert_file = '{key}'\nssl_key_file = '{key}'\n")
        self._sql = [*as_postgres, str(programs / "psql"), "-h", str(home), "-d", "postgres", "-q", "-c"]
        self._add("postgresql", 5432, [*as_postgres, str(programs / "postgres"), "-D", str(home / "data"), "-h", "*",
                                       "-k", str(home)])

    def _mariadb(self) -> None:
        home = self._home("mariadb", "data")
        shutil.chown(home / "data", "mysql")
        shutil.chown(home, "mysql")
        run(["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={home}/data", "--skip-test-db"])
        key = _copy_for("mysql", self.certificate, home / "services.pem")
        self._my = ["mariadb", "--no-defaults", "--user=root", f"--socket={home}/socket", "-e"]
        self._add("mariadb", 3306, ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={home}/data",
                                    f"--socket={home}/socket", f"--pid-file={home}/pid", "--bind-address=*",
                                    f"--ssl-cert={key}", f"--ssl-key={key}"])

    def _sipp(self) -> None:
        home = self._home("sipp")
        (home / "options.xml").write_text(_SIPP)
        for transport, code in (("udp", "u1"), ("tcp", "t1")):
            self.processes[f"sipp-{transport}"] = (self.host.process(f"sipp-{transport}", [
                "sipp", "-sf", str(home / "options.xml"), "-t", code, "-i", self.host.address, "-p", "5060",
                "-nostdin", "-trace_err", "-error_file", str(home / f"errors-{transport}")]), 5060)

    def _leafnode(self) -> None:
        """It expects to be started for each connection, and its configuration at one place, which is shown to it alone:
        it refuses to run on a machine without a name that is unique in the world."""
        home = self._home("leafnode")
        (home / "config").write_text("server = upstream.lab.test\nexpire = 20\nhostname = news.lab-evenkeel.org\n"
                                     "allowSTRANGERS = 42\n")
        program = home / "start"
        # It asks for its clients' names, and there is no resolver here.
        (home / "hosts").write_text("127.0.0.1 localhost\n10.77.0.2 lb.lab.test\n10.77.0.21 news.lab-evenkeel.org\n")
        program.write_text(f"#!/bin/sh\nmount --bind {home}/config /etc/news/leafnode/config && "
                           f"mount --bind {home}/hosts /etc/hosts && exec leafnode\n")
        program.chmod(0o755)
        self._add("leafnode", 119, ["unshare", "--mount", "socat", "-t", "10", "TCP-LISTEN:119,fork,reuseaddr",
                                    f"EXEC:{program}"])

    def _fill_databases(self) -> None:
        self._radius.start()
        self._radius.wait_while_running(lambda: "1812" in self.host.run(["ss", "-Hlun"]).stdout, "UDP port 1812")
        run([*self._sql, f"CREATE ROLE {LOGIN} LOGIN PASSWORD '{PASSWORD}'"])
        run([*self._sql, f"CREATE DATABASE {DATABASE}"])
        run([*self._my, f"CREATE DATABASE {DATABASE}; CREATE USER {LOGIN} IDENTIFIED BY '{PASSWORD}'; "
                        f"GRANT SELECT ON {DATABASE}.* TO {LOGIN}; CREATE TABLE {DATABASE}.empty (a INT)"])


def _self_signed(directory: Path) -> Path:
    file = directory / "services.pem"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(file), "-out",
         str(directory / "certificate.pem"), "-days", "5", "-subj", "/CN=services.lab.test"])
    file.write_text(file.read_text() + (directory / "certificate.pem").read_text())
    return file


def _copy_for(user: str, file: Path, copy: Path) -> Path:
    """Some servers want their key to be theirs alone."""
    shutil.copy(file, copy)
    shutil.chown(copy, user)
    copy.chmod(0o600)
    return copy


__all__ = ["DATABASE", "DOMAIN", "LOGIN", "MANAGER", "PASSWORD", "SAMBA_LOGIN", "SECRET", "Services"]
