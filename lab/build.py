"""Where the built programs are: build/release, or what EVENKEEL_BUILD names."""

import os
from pathlib import Path

from lab.commands import PROJECT, LabError


def program(name: str) -> Path:
    """A file below the build directory."""
    path = Path(os.environ.get("EVENKEEL_BUILD", PROJECT / "build" / "release"), name).resolve()
    if not path.exists():
        raise LabError(f"{path} is not there: build it first with ./dev build")
    return path


def daemon() -> Path:
    return program("src/daemon/evenkeeld")


def command_line() -> Path:
    return program("src/cli/evenkeel")


def bpf_object(name: str) -> Path:
    """One of the lab's own XDP programs."""
    return program(f"lab/{name}.bpf.o")
