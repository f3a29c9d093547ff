"""evenkeeld's API over its Unix socket: requests, and the event stream as it comes."""

import contextlib
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lab.commands import LabError


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float):
        super().__init__("localhost", timeout=timeout)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api:
    def __init__(self, path: Path):
        self.path = path

    def exchange(self, method: str, target: str, body: object = None, timeout: float = 15.0,
                 headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and answer. `body`: a value, or bytes to send as they are."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = _UnixConnection(self.path, timeout)
        with contextlib.closing(connection):
            try:
                content = {"Content-Type": "application/json"} if sent else {}
                connection.request(method, target, sent, content | (headers or {}))
                answer = connection.getresponse()
                return answer.status, answer.read()
            except http.client.HTTPException as error:
                raise ConnectionError(f"the API broke off: {error!r}") from error

    def request(self, method: str, target: str, body: object = None, timeout: float = 15.0,
                headers: dict[str, str] | None = None) -> tuple[int, object]:
        """Status and parsed JSON."""
        status, text = self.exchange(method, target, body, timeout, headers)
        return status, json.loads(text) if text else None

    def get(self, target: str) -> dict:
        status, answer = self.request("GET", target)
        if status != 200:
            raise LabError(f"GET {target}: {status} {answer}")
        return answer

    def status(self) -> dict:
        return self.get("/api/v1/status")

    def virtual_service(self, label: str) -> dict:
        """Of either layer."""
        status = self.status()
        services = status["virtual_services"] + status["layer7"]["services"]
        return next(service for service in services if service["label"] == label)

    def real_server(self, service: str, label: str) -> dict:
        return next(server for server in self.virtual_service(service)["real_servers"] if server["label"] == label)

    def follow(self) -> "Events":
        return Events(self.path)


@dataclass(frozen=True)
class Event:
    kind: str
    object: str
    message: str
    received: float  # monotonic seconds


class Events:
    """Reads the event stream in a thread of its own, so that the time of arrival is right. Close it when done."""

    def __init__(self, path: Path):
        self._connection = _UnixConnection(path, timeout=None)
        self._connection.request("GET", "/api/v1/events", headers={"Accept": "text/event-stream"})
        self._stream = self._connection.getresponse()
        self._socket = self._connection.sock or self._stream.fp.raw._sock
        self._arrived: list[Event] = []
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5.0)
        self._connection.close()

    def all(self) -> list[Event]:
        with self._change:
            return list(self._arrived)

    def wait_for(self, kind: str, object_part: str = "", since: float = 0.0, timeout: float = 30.0) -> Event:
        """The first event of that kind, about an object whose name contains `object_part`, received after `since`."""
        deadline = time.monotonic() + timeout
        with self._change:
            while True:
                for event in self._arrived:
                    if event.kind == kind and object_part in event.object and event.received > since:
                        return event
                if not self._change.wait(deadline - time.monotonic()):
                    raise LabError(f"no event {kind} about {object_part or 'anything'} in {timeout:.0f} s; "
                                   f"there were: {[(e.kind, e.object) for e in self._arrived]}")

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException, AttributeError):
            while line := self._stream.readline():
                if line.startswith(b"data:"):
                    self._take(json.loads(line[5:]))

    def _take(self, data: dict) -> None:
        with self._change:
            self._arrived.append(Event(data["kind"], data["object"], data["message"], time.monotonic()))
            self._change.notify_all()
