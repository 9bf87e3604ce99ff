"""Bus between the processes, which publishes events immediately after their commit.

The journal is the record: a lost, duplicated or reordered message of the bus only costs delay. Only this module makes channel
names.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

MAX_MESSAGE_BYTES = 262_144  # bytes; a larger message is replaced by a wakeup, and receivers read the journal
PRESENCE_CHANNEL = "presence"  # channel on which processes exchange presence
_EVENTS_PREFIX = "events:"

MessageHandler = Callable[[str, bytes], None]
GapHandler = Callable[[str | None], None]


def events_channel(board: str) -> str:
    """Return the name of the channel of a board's events."""
    return _EVENTS_PREFIX + board


def board_of(channel: str) -> str | None:
    """Return the board of an events channel; None for a channel of another kind."""
    return channel.removeprefix(_EVENTS_PREFIX) if channel.startswith(_EVENTS_PREFIX) else None


class BusMisconfigured(Exception):
    """Unusable configuration of the bus. The message contains the reason and the remedy."""


class Bus(Protocol):
    """Publish/subscribe between processes.

    `up`: messages pass, as far as this process knows. The numbers count messages of this process since its start.
    """

    up: bool
    published: int
    dropped: int  # messages not sent because the connection was down or its queue full
    received: int
    bad_signatures: int  # messages dropped because their digest was wrong
    reconnects: int

    async def start(self, on_message: MessageHandler, on_gap: GapHandler) -> None:
        """Start, even if the bus is down. Raises BusMisconfigured.

        `on_message(channel, message)`: called for each message of a subscribed channel. `on_gap(channel)`: called when messages
        of a channel (None: of any channel) may be lost, and at every confirmation of a subscription, because earlier messages are
        lost.
        """

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel. Returns when later messages will be received; while the bus is down, returns soon without this
        guarantee."""

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from a channel."""

    def reaches_others(self, channel: str) -> bool:
        """Return False if no other process can receive messages of a channel."""

    def publish(self, channel: str, message: bytes) -> None:
        """Publish a message to all subscribers of a channel, including this process. Never waits; a full queue loses the
        message."""

    async def stop(self) -> None:
        """Send queued messages for a short time, then disconnect."""


class MemoryBroker:
    """Subscriptions that the memory buses of one process share."""

    def __init__(self) -> None:
        self.subscribers: dict[str, list[MemoryBus]] = {}


class MemoryBus:
    """Bus of a single process. Several services in one process (in tests) share a `MemoryBroker`."""

    def __init__(self, broker: MemoryBroker | None = None) -> None:
        self.up = True
        self.published = self.dropped = self.received = self.bad_signatures = self.reconnects = 0
        self._broker = broker or MemoryBroker()
        self._on_message: MessageHandler | None = None
        self._on_gap: GapHandler | None = None

    async def start(self, on_message: MessageHandler, on_gap: GapHandler) -> None:
        self._on_message, self._on_gap = on_message, on_gap

    async def subscribe(self, channel: str) -> None:
        subscribers = self._broker.subscribers.setdefault(channel, [])
        if self not in subscribers and self._on_gap is not None:
            subscribers.append(self)
            self._on_gap(channel)

    def unsubscribe(self, channel: str) -> None:
        subscribers = self._broker.subscribers.get(channel, [])
        if self in subscribers:
            subscribers.remove(self)
        if not subscribers:
            self._broker.subscribers.pop(channel, None)

    def reaches_others(self, channel: str) -> bool:
        return any(subscriber is not self for subscriber in self._broker.subscribers.get(channel, ()))

    def publish(self, channel: str, message: bytes) -> None:
        if self._on_message is None or len(message) > MAX_MESSAGE_BYTES:
            self.dropped += 1
            return
        self.published += 1
        loop = asyncio.get_running_loop()
        for subscriber in self._broker.subscribers.get(channel, ()):
            loop.call_soon(subscriber._deliver, channel, message)

    def _deliver(self, channel: str, message: bytes) -> None:
        if self._on_message is not None and self in self._broker.subscribers.get(channel, ()):
            self.received += 1
            self._on_message(channel, message)

    async def stop(self) -> None:
        self._on_message = None
        for channel in list(self._broker.subscribers):
            self.unsubscribe(channel)
