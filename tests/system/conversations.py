"""Open connections whose real server is known, and how they end."""

import errno

import pytest

from lab.small_farm import Conversation, SmallFarm

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
