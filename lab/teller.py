"""Says who it is: a TCP and UDP service for tests that are about the load balancer and not about printing.

Every line over TCP, and every datagram over UDP, is answered with one line of JSON: this server's name, the port that
was asked, how many bytes came, their SHA-256, and from whom. A TCP line "send N" is answered with N bytes instead. On
the greeting port the line comes unasked.
"""

import argparse
import hashlib
import json
import socket
import socketserver
import threading

from lab.namespaces import family_of

BIGGEST_DATAGRAM = 65535


def answer(name: str, port: int, data: bytes, peer: tuple) -> bytes:
    facts = {"server": name, "port": port, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
             "peer": peer[0].removeprefix("::ffff:")}
    return json.dumps(facts).encode() + b"\n"


class _Connections(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, name: str, port: int, handler: type | None = None):
        self.name = name
        super().__init__(("::", port), handler or _Lines)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is nothing to report."""


class _Lines(socketserver.StreamRequestHandler):
    server: _Connections

    def handle(self) -> None:
        for line in self.rfile:
            words = line.split()
            if len(words) == 2 and words[0] == b"send":
                self.wfile.write(b"x" * int(words[1]))
            else:
                port = self.server.server_address[1]
                self.wfile.write(answer(self.server.name, port, line.rstrip(b"\n"), self.client_address))


class _Greetings(socketserver.StreamRequestHandler):
    """Speaks first, as SMTP and MySQL do."""
    server: _Connections

    def handle(self) -> None:
        self.wfile.write(answer(self.server.name, self.server.server_address[1], b"", self.client_address))
        self.rfile.read()


def serve_datagrams(name: str, address: str, port: int) -> None:
    """One socket per address: an answer must come from the address that was asked."""
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as own:
        own.bind((address, port))
        while True:
            data, peer = own.recvfrom(BIGGEST_DATAGRAM)
            own.sendto(answer(name, port, data, peer), peer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, action="append", required=True, help="again for more of them")
    parser.add_argument("--greeting-port", type=int, help="TCP: says who it is before it is asked")
    parser.add_argument("--datagrams-at", action="append", default=[], metavar="ADDRESS", help="again for more of them")
    options = parser.parse_args()
    for port in options.port:
        for address in options.datagrams_at:
            threading.Thread(target=serve_datagrams, args=(options.name, address, port), daemon=True).start()
        threading.Thread(target=_Connections(options.name, port).serve_forever, daemon=True).start()
    if options.greeting_port:
        greetings = _Connections(options.name, options.greeting_port, _Greetings)
        threading.Thread(target=greetings.serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
