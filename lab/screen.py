"""What a person sees while something goes on: steps, ticks, tables. Colour and moving lines only on a terminal."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence


class Screen:
    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._colour = self._terminal and "NO_COLOR" not in os.environ
        self._moving = False
        self._step = 0

    def heading(self, text: str) -> None:
        self._line(self._paint("1", text))

    def step(self, text: str) -> None:
        self._step += 1
        self._line("")
        self._line(self._paint("1;36", f"{self._step:2}  {text}"))

    def good(self, text: str) -> None:
        self._line(f"    {self._paint('32', '✓')} {text}")

    def bad(self, text: str) -> None:
        self._line(f"    {self._paint('1;31', '✗')} {self._paint('31', text)}")

    def note(self, text: str) -> None:
        self._line(f"      {self._paint('2', text)}")

    def command(self, text: str) -> None:
        self._line(f"    {self._paint('35', '$')} {text}")

    def plain(self, text: str) -> None:
        for line in text.splitlines():
            self._line(f"      {line}")

    def moving(self, text: str) -> None:
        """Progress: each replaces the one before. Nothing where there is no terminal."""
        if self._terminal:
            sys.stdout.write(f"\r\033[K    {self._paint('2', '…')} {text}")
            sys.stdout.flush()
            self._moving = True

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Numbers to the right, words to the left."""
        body = list(rows)
        texts = [[str(cell) for cell in row] for row in body]
        widths = [max(len(cell) for cell in column) for column in zip(headings, *texts, strict=True)]
        numeric = [all(isinstance(row[i], (int, float)) for row in body) for i in range(len(headings))]
        def line(cells: Sequence[str]) -> str:
            return "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(cells, widths, numeric, strict=True))
        self._line(f"      {self._paint('2', line(headings).rstrip())}")
        for cells in texts:
            self._line(f"      {line(cells).rstrip()}")

    def run(self, argv: list[str]) -> int:
        """A program of its own that writes where we write: it sees the same terminal."""
        self._end_moving()
        sys.stdout.flush()
        return subprocess.run(argv, stdin=subprocess.DEVNULL).returncode

    def _line(self, text: str) -> None:
        self._end_moving()
        print(text, flush=True)

    def _end_moving(self) -> None:
        if self._moving:
            sys.stdout.write("\r\033[K")
            self._moving = False

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colour else text
