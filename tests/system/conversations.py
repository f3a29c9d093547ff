"""Open connections whose real server is known, and how they end."""

import errno
import threading

import pytest

from lab.commands import wait_until
from lab.small_farm import Conversation, SmallFarm

THREADS = 2
SILENCE = 1.0  # seconds; answers take a thousandth of that


def conversation_with(farm: SmallFarm, server: str, address: str = "", timeout: float = 2.0) -> Conversation:
    """An open connection that this server has got. `address`: the virtual one, if not the farm's own."""
    for _ in range(50):
        conversation = Conversation(farm.client, address or farm.address, timeout=timeout)
        if conversation.ask()["server"] == server:
            return conversation
        conversation.close()
    raise AssertionError(f"no connection in 50 went to {server}")


def assert_is_reset(conversation: Conversation) -> None:
    """By a RST: neither by silence, nor by an orderly end, which has no error number."""
    with pytest.raises(ConnectionResetError) as reset:
        conversation.ask()
    assert reset.value.errno == errno.ECONNRESET, reset.value


def assert_is_dropped(conversation: Conversation) -> None:
    """Nothing comes back, not even a RST."""
    conversation.socket.settimeout(SILENCE)
    with pytest.raises(TimeoutError):
        conversation.ask()


class Talk:
    """Conversations that ask again and again until the block ends."""

    def __init__(self, conversations: list[Conversation]):
        self.failures: list[str] = []
        self._rounds = [0] * THREADS
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(index, conversations[index::THREADS]), daemon=True)
                         for index in range(THREADS)]

    def __enter__(self) -> "Talk":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(60)

    def hear_all(self) -> None:
        """Until every conversation has asked after now and got its answer; none has failed."""
        before = list(self._rounds)
        # The round that is going on may have begun before now.
        wait_until(lambda: self.failures or all(now >= then + 2 for now, then in zip(self._rounds, before, strict=True)),
                   "every conversation to be answered")
        assert self.failures == []

    def _go_on(self, index: int, own: list[Conversation]) -> None:
        while not self._ends.is_set() and not self.failures:
            for conversation in own:
                self._ask(conversation)
            self._rounds[index] += 1

    def _ask(self, conversation: Conversation) -> None:
        try:
            conversation.ask()
        except OSError as error:
            self.failures.append(f"{conversation.name}: {error!r}")
