"""Accepts TCP connections on one port, at every address of its machine, and closes them: a server that thousands of checks
ask."""

import argparse
import socket

BACKLOG = 65535


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    with socket.create_server(("", options.port), backlog=BACKLOG, reuse_port=True) as server:
        while True:
            server.accept()[0].close()


if __name__ == "__main__":
    main()
