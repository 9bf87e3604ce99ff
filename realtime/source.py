"""What the hub is handed: something that reads a journal, and knows who may see what."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One event of a channel, encoded once for everybody. `group` is the same for events that were committed together;
    `about` is what the source needs in order to say who may see it."""

    seq: int
    wire: bytes
    group: object
    about: Any


class Later(Exception):
    """The source can't be read now."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer to a subscribe: a snapshot (entities encoded) at `seq`, or the events from the asked position up to it.
    `seq` is the head as the database had it at the time `at`."""

    epoch: str
    seq: int
    at: str
    entities: list[bytes] | None
    records: list[Record]


class Source(Protocol):
    """What the hub is handed."""

    async def open(self, reader: Any, channel: str, position: tuple[str, int] | None) -> Opening | None:
        """None where the reader may not see the channel, or there is none. Raises Later."""

    async def after(self, channel: str, seq: int) -> list[Record]:
        """The next events after a seq, as many as are read at once, in order. Raises Later."""

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        """The time of the database's answer, and (epoch, seq) for each channel. Raises Later."""

    def may_see(self, reader: Any, channel: str) -> bool:
        """Whether this reader may see the channel, as far as this process knows now."""

    def has_cards(self, channel: str) -> bool:
        """Whether a person on the channel may be at one of its cards."""

    def show(self, reader: Any, channel: str, record: Record, live: bool) -> bytes:
        """The event as this reader may see it now: the record's own wire where all of it is seen."""
