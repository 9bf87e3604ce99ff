"""What the hub is handed: something that reads a journal, and knows who may see what."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Position = tuple[str, int]  # epoch, seq


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event of a channel, encoded once for everybody. `group` is the same for events that were committed together;
    `about` is what the source needs in order to say who may see it."""

    seq: int
    wire: bytes
    group: object
    subject: Any


class TemporarilyUnavailable(Exception):
    """The source can't be read now."""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One consistent view of a channel, for all who asked for it: the same for every reader, who are judged afterwards.

    `seq` is the head as the database had it at the time `at`. `records` are the events after `since`. `entities` are there if
    somebody needs a snapshot: each by what the source needs to say who may see it, and encoded. `changed` tells where the
    rights of a reader changed after `since`, by whatever the source knows readers by."""

    epoch: str
    seq: int
    at: str
    since: int
    records: list[EventRecord]
    entities: list[tuple[Any, bytes]] | None
    access_changes: Mapping[str, int] = field(default_factory=dict)

    def covers(self, position: Position | None) -> bool:
        """Whether the events after a position are all here."""
        return position is not None and position[0] == self.epoch and self.since <= position[1] <= self.seq


class EventSource(Protocol):
    """What the hub is handed. All that it says of readers is as far as this process knows now; and it knows at least what
    was true when it last answered."""

    async def read_channel(self, channel: str, asked: Collection[Position | None]) -> ChannelView | None:
        """A view of a channel for whoever stands at these positions; None where there is no such channel. Raises
        TemporarilyUnavailable."""

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        """The next events after a position, as many as are read at once, in order. Raises TemporarilyUnavailable, also where the
        channel is in another life by now."""

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        """The time of the database's answer, and (epoch, seq) for each channel. Raises TemporarilyUnavailable."""

    def can_see(self, reader: Any, channel: str) -> bool:
        """Whether this reader may see the channel."""

    def can_resume(self, reader: Any, opening: ChannelView, seq: int) -> bool:
        """Whether what a reader has of a channel up to a seq is still what it may see."""

    def visibility_key(self, reader: Any, channel: str) -> Hashable:
        """Readers with the same view of a channel have the same of its past."""

    def entities(self, reader: Any, channel: str, opening: ChannelView) -> Iterable[bytes]:
        """The entities of an opening that this reader may see, one after the other: others are heard in between."""

    def audience_key(self, reader: Any, channel: str) -> Hashable:
        """Readers who may see the channel and are alike are shown the same of each event; None: nobody is like this reader."""

    def has_cards(self, channel: str) -> bool:
        """Whether a person on the channel may be at one of its cards."""

    def render(self, reader: Any, channel: str, record: EventRecord, live: bool) -> bytes:
        """The event as this reader may see it now: the record's own wire where all of it is seen."""

    def history_renderer(self, reader: Any, channel: str) -> Callable[[EventRecord], bytes]:
        """How this reader is shown what happened, by the rights of this moment, whenever that is called."""

    def decode_record(self, channel: str, wire: bytes) -> EventRecord:
        """The record of an event that another process encoded. Raises ValueError."""

    def changes_rights(self, record: EventRecord) -> bool:
        """Whether somebody may gain or lose sight of something by this event: then no other process is believed, and the
        journal is read."""
