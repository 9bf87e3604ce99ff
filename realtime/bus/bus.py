"""Bus between the processes: publishes events to them as soon as they are committed.

The journal is the record: a message that the bus loses, duplicates or reorders costs delay only. Channel names are made in this
module only.
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
    """Return the name of the channel that carries a board's events."""
    return _EVENTS_PREFIX + board


def board_of(channel: str) -> str | None:
    """Return the board whose events a channel carries; None for a channel of another kind."""
    return channel.removeprefix(_EVENTS_PREFIX) if channel.startswith(_EVENTS_PREFIX) else None


class BusMisconfigured(Exception):
    """The bus can't be used as configured. The message says why, and what to do."""


class Bus(Protocol):
    """Publish/subscribe between processes.

    `up` is true while messages pass, as far as this process knows. The numbers count messages of this process since its start.
    """

    up: bool
    published: int
    dropped: int  # messages not sent because the connection was down or its queue full
    received: int
    bad_signatures: int  # messages dropped because their digest was wrong
    reconnects: int

    async def start(self, on_message: MessageHandler, on_gap: GapHandler) -> None:
        """Start, also while the bus is down. Raises BusMisconfigured.

        `on_message(channel, message)` is called for each message of a subscribed channel. `on_gap(channel)` is called when
        messages of a channel (None: of any channel) may have been missed: at every confirmation of a subscription, because what
        was published before it is lost.
        """

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel. Returns when messages published from now on will be received; returns soon, without that
        promise, while the bus is down."""

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from a channel."""

    def reaches_others(self, channel: str) -> bool:
        """Return false if no other process can receive what is published on a channel."""

    def publish(self, channel: str, message: bytes) -> None:
        """Publish a message to all subscribers of a channel, this process included. Never waits; the queue is bounded, so the
        message may be lost."""

    async def stop(self) -> None:
        """Send queued messages for a moment, then disconnect."""


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
