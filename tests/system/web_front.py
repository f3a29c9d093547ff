"""The front of the web interface with a stand-in for evenkeeld behind it, and what a client gets from it."""

import contextlib
import http.server
import json
import os
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from lab.commands import run, wait_until
from lab.load_balancer import LoadBalancer
from lab.small_farm import SmallFarm

PORT = 9443
PAGE = "<!doctype html><title>Evenkeel</title>"
ASSET = "console.log('hello')"


class Upstream(socketserver.ThreadingUnixStreamServer):
    """In evenkeeld's place: says what it was sent; at /api/v1/events, what the test says, when it says it."""

    daemon_threads = True

    def __init__(self, path: Path):
        self.events: list[str] = []
        self.more = threading.Condition()
        super().__init__(str(path), _Answers)
        path.chmod(0o666)

    def say(self, text: str) -> None:
        with self.more:
            self.events.append(text)
            self.more.notify_all()


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def address_string(self) -> str:
        return "nginx"

    def log_message(self, *_: object) -> None:
        """The lab's own noise."""

    def do_GET(self) -> None:
        if self.path == "/api/v1/events":
            return self._follow()
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        body = json.dumps({"path": self.path, "headers": self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET

    def _follow(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = 0
        with self.server.more:
            while True:
                for text in self.server.events[sent:]:
                    data = f"data: {text}\n\n".encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    sent += 1
                self.server.more.wait(20)


class Front:
    def __init__(self, farm: SmallFarm):
        self.farm = farm
        self.balancer: LoadBalancer = farm.balancer
        self.address = farm.balancer.address
        self.root = farm.balancer.directory / "pages"
        self.socket = farm.balancer.directory / "web.sock"
        self.upstream: Upstream | None = None
        (self.root / "assets").mkdir(parents=True)
        (self.root / "index.html").write_text(PAGE)
        (self.root / "assets" / "index-4f3a.js").write_text(ASSET)
        (farm.balancer.directory / "secret.txt").write_text("the secret")

    def start(self) -> None:
        self.start_alone()
        self._answer_for_evenkeeld()
        self.wait()

    def start_alone(self) -> None:
        self.stop()
        self.balancer.start("--web-address", f"0.0.0.0:{PORT}", "--web-root", str(self.root),
                            "--web-socket", str(self.socket))

    # evenkeeld listens there itself, and would want sign-in: here it is nginx that is tested.
    def _answer_for_evenkeeld(self) -> None:
        self.socket.unlink(missing_ok=True)
        self.upstream = Upstream(self.socket)
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()

    def wait(self) -> None:
        wait_until(lambda: self.status()["serving"] and not self.status()["reason"]
                   and self.farm.client.namespace.answers(self.address, PORT), "the web interface")

    def stop(self) -> None:
        if self.upstream:
            self.upstream.shutdown()
            self.upstream.server_close()
            self.upstream = None

    def status(self) -> dict:
        return self.balancer.api.get("/api/v1/web")

    def curl(self, path: str, *options: str) -> "Answer":
        done = self.farm.client.run(["curl", "-sk", "--max-time", "20", "--path-as-is", "-D-", *options,
                                     f"https://{self.address}:{PORT}{path}"], check=False)
        return Answer(done.stdout)

    def master(self) -> int:
        return int((self.balancer.run_directory / "web" / "master.pid").read_text())

    def workers(self) -> list[int]:
        return [pid for pid in self.balancer.namespace.pids()
                if pid != self.master() and os.getpgid(pid) == self.master()]

    @contextlib.contextmanager
    def connected(self) -> Iterator[ssl.SSLSocket]:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.farm.client.namespace.connect(self.address, PORT) as plain, context.wrap_socket(plain) as secured:
            yield secured

    def fingerprint(self) -> str:
        """Of the certificate that a new connection meets."""
        with self.connected() as secured:
            der = self.balancer.directory / "met.der"
            der.write_bytes(secured.getpeercert(binary_form=True))
        said = run(["openssl", "x509", "-inform", "DER", "-in", str(der), "-noout", "-fingerprint", "-sha256"]).stdout
        return said.strip().split("=", 1)[1]

    def events(self) -> list[str]:
        lines = self.balancer.evenkeel("events", "--json").stdout.splitlines()
        return [json.loads(line)["kind"] for line in lines]


class Answer:
    def __init__(self, text: str):
        head, _, self.body = text.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        self.version, self.status = first.split()[0], int(first.split()[1]) if first else 0
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    def json(self) -> dict:
        return json.loads(self.body)
