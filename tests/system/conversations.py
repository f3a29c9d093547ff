"""Open connections whose real server is known, and how they end."""

import errno
import functools

import pytest
from background import Background

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


class Talk(Background):
    """Conversations that ask again and again until the block ends."""

    def __init__(self, conversations: list[Conversation]):
        super().__init__([functools.partial(self._ask_each, index, conversations[index::THREADS])
                          for index in range(THREADS)])
        self._rounds = [0] * THREADS

    def hear_all(self) -> None:
        """Until every conversation has asked after now and got its answer; none has failed."""
        before = list(self._rounds)
        # The round that is going on may have begun before now.
        wait_until(lambda: self.failures or all(now >= then + 2 for now, then in zip(self._rounds, before, strict=True)),
                   "every conversation to be answered")
        assert self.failures == []

    def _is_over(self) -> bool:
        return super()._is_over() or bool(self.failures)

    def _ask_each(self, index: int, own: list[Conversation]) -> None:
        for conversation in own:
            self._ask(conversation)
        self._rounds[index] += 1

    def _ask(self, conversation: Conversation) -> None:
        try:
            conversation.ask()
        except OSError as error:
            self.failures.append(f"{conversation.name}: {error!r}")
