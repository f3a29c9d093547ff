"""A web server that says who it is and what it was sent, in JSON. With --proxy-port it also listens where connections
begin with a PROXY protocol header, and says what was in it; with --tls-port it speaks TLS there.

    /            {"server", "client", "client_port", "method", "path", "headers", "proxy", "proxied_client"}
    /slow?N      the same, N seconds later
    /login       the same, with a session's cookie of this server
"""

import argparse
import json
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    address_family = socket.AF_INET6

    def __init__(self, name: str, port: int, is_proxied: bool):
        self.name = name
        self.is_proxied = is_proxied
        super().__init__(("::", port), _Handler)

    def speak_tls(self, certificate: str) -> None:
        """`certificate`: a file with chain and key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = _remember_name
        # The handshake is the handler's, in its own thread.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is nothing to report."""


def _remember_name(connection: ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
    connection.asked_for = name or ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.proxy = self.proxied_client = ""
        if self.server.is_proxied:
            self.proxy, self.proxied_client = _read_header(self.rfile)

    def do_GET(self) -> None:
        if self.path.startswith("/slow?"):
            time.sleep(float(self.path.partition("?")[2]))
        headers = {name: ", ".join(self.headers.get_all(name, [])) for name in self.headers}
        body = json.dumps({"server": self.server.name, "client": self.client_address[0].removeprefix("::ffff:"),
                           "client_port": self.client_address[1], "method": self.command, "path": self.path,
                           "asked_for": getattr(self.connection, "asked_for", None), "headers": headers, "proxy": self.proxy,
                           "proxied_client": self.proxied_client}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path == "/login":
            self.send_header("Set-Cookie", f"JSESSIONID={self.server.name}-session; Path=/")
        self.send_header("X-Lab-Server", self.server.name)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _read_header(stream) -> tuple[str, str]:
    """Version and the client's address."""
    first = stream.read(6)
    if first == b"PROXY ":
        return "v1", stream.readline().split()[1].decode()
    if _SIGNATURE.startswith(first):
        family, length = struct.unpack("!7xBH", stream.read(10))
        addresses = stream.read(length)
        kind, size = (socket.AF_INET, 4) if family >> 4 == 1 else (socket.AF_INET6, 16)
        return "v2", socket.inet_ntop(kind, addresses[:size])
    raise ConnectionError("no PROXY header")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--proxy-port", type=int)
    parser.add_argument("--tls-port", type=int)
    parser.add_argument("--certificate", help="for --tls-port: a file with certificate, chain and key")
    options = parser.parse_args()
    if options.proxy_port:
        threading.Thread(target=_Server(options.name, options.proxy_port, True).serve_forever, daemon=True).start()
    if options.tls_port:
        secure = _Server(options.name, options.tls_port, False)
        secure.speak_tls(options.certificate)
        threading.Thread(target=secure.serve_forever, daemon=True).start()
    _Server(options.name, options.port, False).serve_forever()


if __name__ == "__main__":
    main()
