"""Running programs, and waiting for what they do by looking at it."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


class LabError(Exception):
    """Something in the lab is not as it should be; the message is for a person."""


class CommandFailed(LabError):
    def __init__(self, argv: Sequence[str], code: int, output: str):
        super().__init__(f"`{' '.join(argv)}` ended with {code}: {output.strip() or 'no output'}")
        self.code = code
        self.output = output


def run(argv: Sequence[str], *, check: bool = True, text_input: str | None = None, timeout: float = 60.0,
        environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end. Output is captured; stderr is kept apart."""
    child = None
    try:
        with _signals_wait() as mask:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL if text_input is None else subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                     env=environment,
                                     preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask))
        output, errors = child.communicate(text_input, timeout)
    except BaseException as reason:
        # Gone before anybody cleans up: what it was about to make, it may still make until then.
        if child:
            child.kill()
            child.wait()
        if isinstance(reason, subprocess.TimeoutExpired):
            raise LabError(f"`{' '.join(argv)}` has not ended after {timeout:.0f} s") from reason
        raise
    if check and child.returncode != 0:
        raise CommandFailed(argv, child.returncode, errors + output)
    return subprocess.CompletedProcess(argv, child.returncode, output, errors)


@contextlib.contextmanager
def _signals_wait() -> Iterator[set]:
    """An interruption while a program is being started would leave it running with nobody who knows of it."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield mask
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0, interval: float = 0.02) -> object:
    """Looks again and again until `condition` holds; what it returned comes back. `what` completes "waited for ...".

    A LabError or OSError in between counts as "not yet"; the last one is part of the failure's message.
    """
    deadline = time.monotonic() + timeout
    last: Exception | None = None
    while True:
        try:
            if value := condition():
                return value
            last = None
        except (LabError, OSError) as error:
            last = error
        if time.monotonic() >= deadline:
            raise LabError(f"waited {timeout:.0f} s for {what}" + (f"; last: {last}" if last else ""))
        time.sleep(interval)
