"""Whoever gets alerts: a mail server (aiosmtpd) and a web server, on one machine. Everything that arrives becomes one
line of JSON in a file.

25: in clear text, without login. 587: STARTTLS and login. 465: TLS from the start, and login. 443: HTTPS, one bearer
key. The certificate is from an authority of the lab's own, for the name `mail.lab.test` and the machine's address.
"""

import argparse
import asyncio
import email
import email.policy
import http.server
import json
import ssl
import threading
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

from lab.commands import run, wait_until
from lab.host import Host

NAME = "mail.lab.test"
LOGIN, PASSWORD = "evenkeel", "lab-pass-0815"
BEARER = "lab-bearer-0815"
PLAIN, SUBMISSION, TLS, WEB = 25, 587, 465, 443


class Mailbox:
    """The handle of a test: makes the authority and its certificate, runs the servers, reads what came."""

    def __init__(self, host: Host):
        self.address = host.address
        self._host = host
        self._file = host.directory / "mailbox.ndjson"
        self.authority = _make_certificates(host)
        self._process = host.module("mailbox", ["--file", str(self._file), "--certificate",
                                                str(host.directory / "mail.pem")])

    def start(self) -> None:
        self._process.start()
        for port in (PLAIN, SUBMISSION, TLS, WEB):
            self._process.wait_for(port, self.address)

    def stop(self) -> None:
        self._process.stop()

    def received(self, kind: str) -> list[dict]:
        """`kind`: mail or web; oldest first."""
        if not self._file.exists():
            return []
        rows = [json.loads(line) for line in self._file.read_text().splitlines()]
        return [row for row in rows if row["kind"] == kind]

    def wait_for(self, kind: str, count: int, timeout: float = 30.0) -> list[dict]:
        wait_until(lambda: len(self.received(kind)) >= count, f"{count} of {kind}", timeout)
        return self.received(kind)


def _make_certificates(host: Host) -> Path:
    authority, key = host.directory / "authority.pem", host.directory / "authority.key"
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run(["openssl", "req", "-x509", *elliptic, "-days", "30", "-subj", "/CN=the lab's authority",
         "-keyout", str(key), "-out", str(authority)])
    own, request, pem = (host.directory / f"mail.{end}" for end in ("key", "csr", "pem"))
    run(["openssl", "req", *elliptic, "-subj", f"/CN={NAME}", "-keyout", str(own), "-out", str(request)])
    extensions = host.directory / "mail.ext"
    extensions.write_text(f"subjectAltName=DNS:{NAME},IP:{host.address}\n")
    run(["openssl", "x509", "-req", "-in", str(request), "-CA", str(authority), "-CAkey", str(key), "-CAcreateserial",
         "-days", "30", "-extfile", str(extensions), "-out", str(pem)])
    pem.write_text(pem.read_text() + own.read_text())
    return authority


class _Tray:
    def __init__(self, file: Path):
        self._file = file
        self._lock = threading.Lock()

    def put(self, row: dict) -> None:
        with self._lock, open(self._file, "a") as out:
            out.write(json.dumps(row) + "\n")


class _Mails:
    def __init__(self, tray: _Tray, port: int):
        self._tray = tray
        self._port = port

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's name)
        if address.startswith("nobody@"):
            return "550 there is no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self._tray.put({"kind": "mail", "port": self._port, "from": envelope.mail_from, "to": envelope.rcpt_tos,
                        "login": session.auth_data and session.auth_data.login.decode(), "tls": bool(session.ssl),
                        "headers": {name: str(value) for name, value in mail.items()},
                        "text": mail.get_body(("plain",)).get_content()})
        return "250 taken"


def _authenticate(_server, _session, _envelope, _mechanism, data) -> AuthResult:
    if (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode()):
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False)


class _Hook(http.server.BaseHTTPRequestHandler):
    tray: _Tray

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != f"Bearer {BEARER}":
            self.send_error(403)
            return
        self.tray.put({"kind": "web", "path": self.path, "type": self.headers["Content-Type"],
                       "body": json.loads(body)})
        self.send_response(204)
        self.end_headers()


async def _serve_mails(tray: _Tray, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    login = {"authenticator": _authenticate, "auth_required": True}

    def plain() -> SMTP:
        return SMTP(_Mails(tray, PLAIN))

    def submission() -> SMTP:
        return SMTP(_Mails(tray, SUBMISSION), tls_context=context, require_starttls=True, **login)

    def secured() -> SMTP:
        return SMTP(_Mails(tray, TLS), auth_require_tls=False, **login)

    await loop.create_server(plain, "0.0.0.0", PLAIN)
    await loop.create_server(submission, "0.0.0.0", SUBMISSION)
    await loop.create_server(secured, "0.0.0.0", TLS, ssl=context)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--certificate", required=True, help="PEM with certificate and key")
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    tray = _Tray(options.file)
    hook = type("Hook", (_Hook,), {"tray": tray})
    web = http.server.ThreadingHTTPServer(("0.0.0.0", WEB), hook)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    asyncio.run(_serve_mails(tray, context))


if __name__ == "__main__":
    main()
