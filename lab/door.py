"""A door into a namespace: listens on this machine's loopback, and connects from within the namespace that it was started in.
It belongs to that namespace, so whoever empties that ends it."""

import argparse
import asyncio
import ctypes
import os
import socket

_CLONE_NEWNET = 0x40000000
_CHUNK = 65536
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(descriptor)


def _listen_outside(outside: str, port: int) -> socket.socket:
    """A socket belongs to the namespace in which it was made, wherever its process is afterwards."""
    inside = "/proc/self/ns/net"
    home = os.open(inside, os.O_RDONLY | os.O_CLOEXEC)
    _enter(outside)
    try:
        return socket.create_server(("127.0.0.1", port))
    finally:
        _enter(f"/proc/self/fd/{home}")
        os.close(home)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # one side has gone: so does the other
    finally:
        writer.close()


async def _serve(listener: socket.socket, host: str, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))

    async with await asyncio.start_server(serve, sock=listener) as server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outside", default=f"/proc/{os.getppid()}/ns/net", help="where it listens")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", required=True, metavar="ADDRESS:PORT")
    options = parser.parse_args()
    host, port = options.to.rsplit(":", 1)
    asyncio.run(_serve(_listen_outside(options.outside, options.port), host, int(port)))


if __name__ == "__main__":
    main()
