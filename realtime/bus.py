"""The bus between processes: a wake-up with the payload along. The journal is the record, so whatever the bus loses, doubles
or brings out of order only costs delay.

The names of channels are made here and nowhere else.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

MAX_MESSAGE_BYTES = 262_144  # bytes; what is larger is left to the journal, and followers are told to read it there
PRESENCE_CHANNEL = "presence"  # who is where, of all processes
_EVENTS_PREFIX = "events:"

MessageHandler = Callable[[str, bytes], None]
GapHandler = Callable[[str | None], None]


def events_channel(board: str) -> str:
    """The channel on which a board's events are passed on."""
    return _EVENTS_PREFIX + board


def board_of(channel: str) -> str | None:
    """The board whose events this channel carries."""
    return channel.removeprefix(_EVENTS_PREFIX) if channel.startswith(_EVENTS_PREFIX) else None


class BusMisconfigured(Exception):
    """What the bus was pointed at can't serve as one: one sentence why."""


class Bus(Protocol):
    """`up`: messages pass, as far as it knows. The counts are of messages of this process, since it was made."""

    up: bool
    published: int
    dropped: int  # not sent: the line was down, or too much was waiting
    received: int
    bad_signatures: int  # dropped, as their digest was wrong
    reconnects: int

    async def start(self, on_message: MessageHandler, on_gap: GapHandler) -> None:
        """`heard` is told each message of a channel that is followed; `gap` each channel (None: any) of which messages may
        have been missed: at every confirmation that it is followed, as what was said before that is lost. Starts also
        where the bus is down. Raises BusMisconfigured."""

    async def subscribe(self, channel: str) -> None:
        """Returns when it is sure that messages said from now on are heard; soon, without that, where the bus is down."""

    def unsubscribe(self, channel: str) -> None:
        """No more of this channel."""

    def publish(self, channel: str, message: bytes) -> None:
        """Passes a message on to all who follow the channel, this process too. Never waits, is bounded, and may lose it."""

    async def stop(self) -> None:
        """Sends what is waiting, for a moment, and lets go."""


class MemoryBroker:
    """What the memory buses of one process share."""

    def __init__(self) -> None:
        self.subscribers: dict[str, list[MemoryBus]] = {}


class MemoryBus:
    """The bus of a single process; several desks of one (in tests) share an `Air`."""

    def __init__(self, broker: MemoryBroker | None = None) -> None:
        self.up = True
        self.published = self.dropped = self.received = self.bad_signatures = self.reconnects = 0
        self._broker = broker or MemoryBroker()
        self._on_message: MessageHandler | None = None
        self._on_gap: GapHandler | None = None

    async def start(self, heard: MessageHandler, gap: GapHandler) -> None:
        self._on_message, self._on_gap = heard, gap

    async def subscribe(self, channel: str) -> None:
        followers = self._broker.subscribers.setdefault(channel, [])
        if self not in followers and self._on_gap is not None:
            followers.append(self)
            self._on_gap(channel)

    def unsubscribe(self, channel: str) -> None:
        followers = self._broker.subscribers.get(channel, [])
        if self in followers:
            followers.remove(self)
        if not followers:
            self._broker.subscribers.pop(channel, None)

    def publish(self, channel: str, message: bytes) -> None:
        if self._on_message is None or len(message) > MAX_MESSAGE_BYTES:
            self.dropped += 1
            return
        self.published += 1
        loop = asyncio.get_running_loop()
        for follower in self._broker.subscribers.get(channel, ()):
            loop.call_soon(follower._deliver, channel, message)

    def _deliver(self, channel: str, message: bytes) -> None:
        if self._on_message is not None and self in self._broker.subscribers.get(channel, ()):
            self.received += 1
            self._on_message(channel, message)

    async def stop(self) -> None:
        self._on_message = None
        for channel in list(self._broker.subscribers):
            self.unsubscribe(channel)
