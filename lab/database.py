"""The database that the Application Servers share, as far as fail-over needs it: who is active, since when it has been
heard, and the jobs that were logged. A directory with a lock; times are the machine's monotonic clock."""

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator
from pathlib import Path


class Database:
    def __init__(self, directory: Path):
        self._directory = directory
        self._heartbeat = directory / "heartbeat.json"
        self._jobs = directory / "jobs.jsonl"

    def create(self, first_active: str) -> None:
        self._directory.mkdir()
        self._write(first_active)

    def beat(self, name: str) -> bool:
        """The active server says that it is alive. False: another one has become active meanwhile."""
        with self.locked():
            mine = self._read()["active"] == name
            if mine:
                self._write(name)
            return mine

    def claim(self, name: str, patience: float) -> str | None:
        """Makes `name` the active server if nobody else has been heard for `patience` seconds. Who was active before
        comes back, or None: somebody else is active."""
        with self.locked():
            before = self._read()
            if before["active"] != name and time.monotonic() - before["heard"] < patience:
                return None
            self._write(name)
            return before["active"]

    def active(self) -> str:
        with self.locked():
            return self._read()["active"]

    def log_job(self, facts: dict) -> None:
        """A job that is logged already is not logged twice: its sender may have missed the answer."""
        with self.locked():
            if facts["id"] not in {job["id"] for job in self._read_jobs()}:
                with open(self._jobs, "a") as jobs:
                    jobs.write(json.dumps(facts) + "\n")

    def jobs(self) -> list[dict]:
        with self.locked():
            return self._read_jobs()

    def _read(self) -> dict:
        return json.loads(self._heartbeat.read_text())

    def _write(self, active: str) -> None:
        # In one step: a server may be killed at any moment, and the others must still be able to read.
        fresh = self._heartbeat.with_suffix(".new")
        fresh.write_text(json.dumps({"active": active, "heard": time.monotonic()}))
        fresh.rename(self._heartbeat)

    def _read_jobs(self) -> list[dict]:
        return [json.loads(line) for line in self._jobs.read_text().splitlines()] if self._jobs.exists() else []

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else is in the middle of anything."""
        with open(self._directory / "lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
