"""How soon a verdict is felt by the next packet."""

import threading
import time

from lab.small_farm import LABEL, SmallFarm

BOUND = 0.050  # seconds, from the verdict to the data plane


class Knocking:
    """Connects again and again, and writes down when each attempt began and who answered ("": nobody)."""

    def __init__(self, farm: SmallFarm):
        self._farm = farm
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.attempts: list[tuple[float, str]] = []

    def __enter__(self) -> "Knocking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                server = self._farm.ask(timeout=1.0)
            except OSError:
                server = ""
            self.attempts.append((began, server))


def test_a_server_that_fails_its_check_gets_no_new_client_50_ms_later(balanced: SmallFarm) -> None:
    with balanced.balancer.api.follow() as events, Knocking(balanced) as knocking:
        balanced.servers[0].kill_all()
        down = events.wait_for("real_server_down", "RS1")
        events_end = time.monotonic() + 1.0
        while time.monotonic() < events_end:
            time.sleep(0.05)
    late = [began - down.received for began, server in knocking.attempts
            if not server and began > down.received + BOUND]
    assert late == []


def test_a_server_that_passes_its_check_again_gets_clients_at_once(balanced: SmallFarm) -> None:
    victim = balanced.servers[0]
    victim.kill_all()
    balanced.balancer.wait_for_state(LABEL, "RS1", "down")
    with balanced.balancer.api.follow() as events, Knocking(balanced) as knocking:
        victim.start()
        up = events.wait_for("real_server_up", "RS1")
        first = knocking_until(knocking, "rs1", timeout=2.0)
    assert first - up.received < BOUND + 0.1  # every second attempt goes to the other server


def knocking_until(knocking: Knocking, server: str, timeout: float) -> float:
    """When the first attempt that this server answered began."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        for began, answered in list(knocking.attempts):
            if answered == server:
                return began
        time.sleep(0.005)
    raise AssertionError(f"{server} got no client in {timeout:.0f} s")


def test_a_drained_server_gets_no_new_client_once_the_command_has_returned(balanced: SmallFarm) -> None:
    balanced.balancer.evenkeel("real-server", "drain", LABEL, "RS1")
    assert set(balanced.ask_many(20)) == {"rs2"}
