"""The bus between processes: a wake-up with the payload along. The journal is the record, so whatever the bus loses, doubles
or brings out of order only costs delay.

The names of channels are made here and nowhere else.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

MAX_MESSAGE = 262_144  # bytes; what is larger is left to the journal, and followers are told to read it there
PRESENCE = "presence"  # who is where, of all processes
_EVENTS = "events:"

Heard = Callable[[str, bytes], None]
Gap = Callable[[str | None], None]


def events(board: str) -> str:
    """The channel on which a board's events are passed on."""
    return _EVENTS + board


def board_of(channel: str) -> str | None:
    """The board whose events this channel carries."""
    return channel.removeprefix(_EVENTS) if channel.startswith(_EVENTS) else None


class BusMisconfigured(Exception):
    """What the bus was pointed at can't serve as one: one sentence why."""


class Bus(Protocol):
    """`up`: messages pass, as far as it knows. The counts are of messages of this process, since it was made."""

    up: bool
    published: int
    dropped: int  # not sent: the line was down, or too much was waiting
    heard: int
    forged: int  # dropped, as their digest was wrong
    reconnects: int

    async def start(self, heard: Heard, gap: Gap) -> None:
        """`heard` is told each message of a channel that is followed; `gap` each channel (None: any) of which messages may
        have been missed: at every confirmation that it is followed, as what was said before that is lost. Starts also
        where the bus is down. Raises BusMisconfigured."""

    async def follow(self, channel: str) -> None:
        """Returns when it is sure that messages said from now on are heard; soon, without that, where the bus is down."""

    def leave(self, channel: str) -> None:
        """No more of this channel."""

    def publish(self, channel: str, message: bytes) -> None:
        """Passes a message on to all who follow the channel, this process too. Never waits, is bounded, and may lose it."""

    async def stop(self) -> None:
        """Sends what is waiting, for a moment, and lets go."""


class MemoryBroker:
    """What the memory buses of one process share."""

    def __init__(self) -> None:
        self.followers: dict[str, list[MemoryBus]] = {}


class MemoryBus:
    """The bus of a single process; several desks of one (in tests) share an `Air`."""

    def __init__(self, air: MemoryBroker | None = None) -> None:
        self.up = True
        self.published = self.dropped = self.heard = self.forged = self.reconnects = 0
        self._air = air or MemoryBroker()
        self._heard: Heard | None = None
        self._gap: Gap | None = None

    async def start(self, heard: Heard, gap: Gap) -> None:
        self._heard, self._gap = heard, gap

    async def follow(self, channel: str) -> None:
        followers = self._air.followers.setdefault(channel, [])
        if self not in followers and self._gap is not None:
            followers.append(self)
            self._gap(channel)

    def leave(self, channel: str) -> None:
        followers = self._air.followers.get(channel, [])
        if self in followers:
            followers.remove(self)
        if not followers:
            self._air.followers.pop(channel, None)

    def publish(self, channel: str, message: bytes) -> None:
        if self._heard is None or len(message) > MAX_MESSAGE:
            self.dropped += 1
            return
        self.published += 1
        loop = asyncio.get_running_loop()
        for follower in self._air.followers.get(channel, ()):
            loop.call_soon(follower._hear, channel, message)

    def _hear(self, channel: str, message: bytes) -> None:
        if self._heard is not None and self in self._air.followers.get(channel, ()):
            self.heard += 1
            self._heard(channel, message)

    async def stop(self) -> None:
        self._heard = None
        for channel in list(self._air.followers):
            self.leave(channel)
