"""Somebody who asks for a page again and again, and writes down when it came and when it did not."""

import threading
import time
from dataclasses import dataclass

from lab.client import Client

EVERY = 0.05  # seconds


@dataclass(frozen=True)
class Outage:
    seconds: float  # from the last good answer to the next one
    before: str     # which server answered before, and which after
    after: str


class Watch:
    """Use as a context: it watches as long as the block runs."""

    def __init__(self, client: Client, address: str, port: int, path: str, expected: str):
        """`expected`: a part of the body of a good answer."""
        self._ask = lambda: client.get(address, port, path, timeout=1.0)
        self._expected = expected
        self._good: list[tuple[float, str]] = []
        self._failures = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def failures(self) -> int:
        return self._failures

    def last_server(self) -> str:
        return self._good[-1][1] if self._good else ""

    def longest_outage(self) -> Outage | None:
        """None: fewer than two good answers."""
        gaps = [Outage(later[0] - earlier[0], earlier[1], later[1])
                for earlier, later in zip(self._good, self._good[1:], strict=False)]
        return max(gaps, key=lambda outage: outage.seconds, default=None)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                answer = self._ask()
            except OSError:
                answer = None
            if answer and answer.status == 200 and self._expected in answer.body:
                self._good.append((time.monotonic(), answer.server))
            else:
                self._failures += 1
