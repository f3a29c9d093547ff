"""What goes on in threads beside a test, until a block ends."""

import threading
from collections.abc import Callable
from typing import Self


class Background:
    """Each of these is done again and again, in a thread of its own."""

    def __init__(self, acts: list[Callable[[], None]]):
        self.failures: list[str] = []
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(act,), daemon=True) for act in acts]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(60)

    def _is_over(self) -> bool:
        return self._ends.is_set()

    def _go_on(self, act: Callable[[], None]) -> None:
        while not self._is_over():
            act()
