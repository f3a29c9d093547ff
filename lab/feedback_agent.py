"""A feedback agent: says to everybody who connects what stands in a file at that moment, as a line over TCP and as a page
over HTTP."""

import argparse
import http.server
import socketserver
import threading
from pathlib import Path

PORT = 3333
PAGE_PORT = 8033


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, handler: type, file: Path):
        self.file = file
        super().__init__(("", port), handler)


class _Line(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.wfile.write(self.server.file.read_bytes())


class _Page(http.server.BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:  # noqa: N802 (the library's name)
        words = self.server.file.read_bytes()
        self.send_response(200 if self.path == "/load" else 404)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    for port, handler in ((PORT, _Line), (PAGE_PORT, _Page)):
        threading.Thread(target=_Server(port, handler, options.file).serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
