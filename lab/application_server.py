"""Stand-in for a PaperCut Application Server in an active/passive pool.

It does what a load balancer can see of the real one: the health API with its key, the pages of an active and of a
passive server, a take-over that is as long as a start, and the job log. It is no print management.

Roles: passive -> (the active one has not been heard for a while) -> taking over, all ports refused -> active.
An active server that finds another one active ends: as the real one, it comes back only when somebody restarts it.
Faults, set over the control socket: none, hung (HTTP accepts and never answers), database, disk.
"""

import argparse
import contextlib
import enum
import http.server
import json
import secrets
import socket
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse
import xmlrpc.client
from pathlib import Path

from lab.database import Database

HTTP_PORT, TLS_PORT, DEVICE_PORT = 9191, 9192, 9193
PORTS = (HTTP_PORT, TLS_PORT, DEVICE_PORT)
RPC_PATH = "/rpc/api/xmlrpc"
BEAT_EVERY = 0.2  # seconds
PASSIVE_PAGE = "<html><h1>High availability activated</h1><p>Server in passive monitoring mode</p></html>"
LOGIN_PAGE = "<html><title>PaperCut stand-in: Login</title><form method=post>Username <input name=u></form></html>"


class Role(enum.Enum):
    PASSIVE = "passive"
    TAKING_OVER = "taking over"
    ACTIVE = "active"


class Fault(enum.Enum):
    NONE = "none"
    HUNG = "hung"
    DATABASE = "database"
    DISK = "disk"


class Application:
    """The state that the listeners answer from, and the loop that plays the fail-over."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.database = Database(options.database)
        self.role = Role.PASSIVE
        self.fault = Fault.NONE
        self.no_longer_hung = threading.Event()
        self.no_longer_hung.set()
        self._servers: list[socketserver.BaseServer] = []

    def run(self) -> None:
        before = self.database.claim(self.options.name, self.options.patience)
        self._become(Role.ACTIVE if before == self.options.name else Role.PASSIVE)
        if before not in (None, self.options.name):
            self._take_over(before)
        else:
            self._open()
        while self._step():
            time.sleep(BEAT_EVERY)

    def _step(self) -> bool:
        if self.fault is Fault.DATABASE:
            return True  # cannot be heard, cannot hear
        if self.role is Role.ACTIVE:
            if not self.database.beat(self.options.name):
                print("another server is active: ending", flush=True)
                return False
        elif before := self.database.claim(self.options.name, self.options.patience):
            self._close()
            self._take_over(before)
        return True

    def _take_over(self, before: str) -> None:
        """A normal start of the application: long, and deaf meanwhile. Only the heartbeat goes on."""
        print(f"{before} is not heard any more", flush=True)
        self._become(Role.TAKING_OVER)
        ready_at = time.monotonic() + self.options.take_over_time
        while time.monotonic() < ready_at:
            self.database.beat(self.options.name)
            time.sleep(BEAT_EVERY)
        self._become(Role.ACTIVE)
        self._open()

    def _become(self, role: Role) -> None:
        self.role = role
        print(role.value, flush=True)

    def set_fault(self, fault: Fault) -> None:
        self.fault = fault
        if fault is Fault.HUNG:
            self.no_longer_hung.clear()
        else:
            self.no_longer_hung.set()

    def _open(self) -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.options.certificate)
        web = _HttpServer(HTTP_PORT, self)
        secure = _HttpServer(TLS_PORT, self)
        secure.socket = tls.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
        self._servers = [web, secure, _DeviceServer(DEVICE_PORT)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def _close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def health(self) -> tuple[int, dict]:
        if self.fault is Fault.DATABASE:
            return 500, {"status": "ERROR", "message": "The database cannot be reached"}
        if self.fault is Fault.DISK:
            return 500, {"status": "ERROR", "message": "Not enough free disk space"}
        return 200, {"status": "OK", "message": ""}


class _DualStack:
    """One listener for IPv4 and IPv6, which a restart can take over at once."""
    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address) -> None:
        """A client that goes away, or a check that only connects, is nothing to report."""


class _HttpServer(_DualStack, http.server.ThreadingHTTPServer):
    def __init__(self, port: int, application: Application):
        self.application = application
        super().__init__(("::", port), _Pages)


class _DeviceServer(_DualStack, socketserver.ThreadingTCPServer):
    def __init__(self, port: int):
        super().__init__(("::", port), _Device)


class _Device(socketserver.StreamRequestHandler):
    """The real protocol is not public: this says so, and gives every line back."""

    def handle(self) -> None:
        self.wfile.write(b"stand-in, not the device protocol\n")
        for line in self.rfile:
            self.wfile.write(line)


class _Pages(http.server.BaseHTTPRequestHandler):
    server_version = "application-server-stand-in"
    timeout = 30
    server: _HttpServer

    @property
    def _application(self) -> Application:
        return self.server.application

    def do_GET(self) -> None:
        self._application.no_longer_hung.wait()
        url = urllib.parse.urlsplit(self.path)
        if self._application.role is not Role.ACTIVE:
            self._page(self._application.options.passive_status, PASSIVE_PAGE)
        elif url.path.startswith("/api/health"):
            self._health(url)
        elif url.path == "/":
            self._redirect("/user")
        elif url.path in ("/user", "/admin", "/app"):
            self._page(200, LOGIN_PAGE, {"Set-Cookie": f"JSESSIONID={secrets.token_hex(8)}; Path=/; HttpOnly"})
        else:
            self._page(404, "<html>Not found</html>")

    def do_POST(self) -> None:
        self._application.no_longer_hung.wait()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._application.role is not Role.ACTIVE:
            self._page(503, PASSIVE_PAGE)
        elif self._application.fault is Fault.DATABASE:
            self._page(500, "<html>Database</html>")
        elif self.path == RPC_PATH:
            self._log_job(body)
        else:
            self._page(404, "<html>Not found</html>")

    def _health(self, url: urllib.parse.SplitResult) -> None:
        keys = urllib.parse.parse_qs(url.query).get("Authorization", []) + [self.headers.get("Authorization")]
        if self._application.options.key not in keys:
            return self._json(401, {"status": "ERROR", "message": "The authorization key is missing or wrong"})
        if url.path in ("/api/health", "/api/health/"):
            return self._json(200, {"applicationServer": {"systemInfo": {"version": "stand-in"}},
                                    "database": {"status": self._application.health()[1]["status"]}})
        if url.path in ("/api/health/status", "/api/health/application-server/status", "/api/health/database/status"):
            return self._json(*self._application.health())
        return self._json(404, {"status": "ERROR", "message": "No such item"})

    def _log_job(self, body: bytes) -> None:
        try:
            (facts,), method = xmlrpc.client.loads(body)
            if method != "job.printed" or "id" not in facts:
                raise ValueError(method)
        except Exception:  # whatever the parser does not like
            return self._page(400, "<html>Not a job</html>")
        self._application.database.log_job(facts)
        self._answer(200, xmlrpc.client.dumps((True,), methodresponse=True), "text/xml", {})

    def _redirect(self, path: str) -> None:
        host = self.headers.get("Host", self._application.options.name)
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        self._page(302, "", {"Location": f"{scheme}://{host}{path}"})

    def _page(self, status: int, page: str, headers: dict[str, str] | None = None) -> None:
        self._answer(status, page, "text/html", headers or {})

    def _json(self, status: int, value: dict) -> None:
        self._answer(status, json.dumps(value), "application/json", {})

    def _answer(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        # Not the real one's: it lets a client in the lab see who has answered.
        self.send_header("X-Lab-Server", self._application.options.name)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Health checks come every few seconds; the log is for changes of role."""


def _serve_control(application: Application, path: Path) -> None:
    """One line in: a fault's name, or nothing. One line out: the state."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()
    while True:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rw") as stream:
            if word := stream.readline().strip():
                application.set_fault(Fault(word))
            stream.write(json.dumps({"role": application.role.value, "fault": application.fault.value}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--key", required=True, help="health API key, 32 characters")
    parser.add_argument("--certificate", required=True, help="PEM with key and certificate for the TLS port")
    parser.add_argument("--database", required=True, type=Path, help="the directory that all servers share")
    parser.add_argument("--control", required=True, type=Path, help="Unix socket")
    parser.add_argument("--passive-status", type=int, choices=(200, 503), default=200)
    parser.add_argument("--patience", type=float, default=2.0, help="seconds without a heartbeat before taking over")
    parser.add_argument("--take-over-time", type=float, default=3.0, help="seconds that a take-over refuses everybody")
    application = Application(parser.parse_args())
    threading.Thread(target=_serve_control, args=(application, application.options.control), daemon=True).start()
    application.run()
    sys.exit(1)


if __name__ == "__main__":
    main()
