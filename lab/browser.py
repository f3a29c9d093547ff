"""Somebody on evenkeeld's web socket, as nginx lets a browser through: with a cookie, a CSRF token, an address."""

import contextlib
import http.client
import http.cookies
import json
from pathlib import Path

from lab.api import Api, _UnixConnection


class Browser:
    def __init__(self, socket: Path, address: str = "192.0.2.1"):
        self._socket = socket
        self.address = address
        self.cookie = ""
        self.csrf_token = ""

    def exchange(self, method: str, target: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Status and answer. `headers`: besides those that a browser sends by itself."""
        sent = {"X-Forwarded-For": self.address}
        if self.cookie:
            sent["Cookie"] = f"evenkeel_session={self.cookie}"
        if self.csrf_token and method != "GET":
            sent["X-CSRF-Token"] = self.csrf_token
        return Api(self._socket).exchange(method, target, body, headers=sent | headers)

    def request(self, method: str, target: str, body: object = None, **headers: str) -> tuple[int, object]:
        """Status and parsed JSON."""
        status, text = self.exchange(method, target, body, **headers)
        return status, json.loads(text) if text else None

    def sign_in(self, user: str, password: str) -> tuple[int, dict]:
        """Keeps what the answer brings, if it is a success."""
        connection = _UnixConnection(self._socket, 15.0)
        with contextlib.closing(connection):
            connection.request("POST", "/api/v1/session", json.dumps({"user": user, "password": password}),
                               {"X-Forwarded-For": self.address})
            answer = connection.getresponse()
            body = json.loads(answer.read())
        if answer.status == 200:
            self.cookie = http.cookies.SimpleCookie(answer.getheader("Set-Cookie"))["evenkeel_session"].value
            self.csrf_token = body["csrf_token"]
        return answer.status, body

    def guess(self, user: str, passwords: list[str]) -> list[int]:
        """The statuses of many sign-ins over one connection."""
        connection = _UnixConnection(self._socket, 30.0)
        statuses = []
        with contextlib.closing(connection):
            for password in passwords:
                connection.request("POST", "/api/v1/session", json.dumps({"user": user, "password": password}),
                                   {"X-Forwarded-For": self.address})
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
        return statuses
