"""Interface between the hub and the application: reading the journal, and deciding rights."""

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

Position = tuple[str, int]  # epoch, seq
Viewer = TypeVar("Viewer")  # type of the viewers, whose rights the source decides; opaque to the hub
_Viewer = TypeVar("_Viewer", contravariant=True)


class Subject(NamedTuple):
    """Subject of an event: the fields on which rights depend."""

    kind: str
    entity: str
    type: str


class EventRecord(NamedTuple):
    """Event of a channel, encoded once for all. `group`: equal for events of one commit."""

    seq: int
    wire: bytes
    group: object
    subject: Subject


class TemporarilyUnavailable(Exception):
    """Temporary failure to read the source."""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """Consistent read of a channel, before rights are applied.

    `seq`: head in the database at the time `at`. `records`: events after `since`. `entities`: (id, encoded entity) of each, if a
    snapshot is needed. `access_changes`: seqs after `since` at which viewers' rights changed, by the source's key. `snapshots`:
    frames built from `entities`, by visibility key, each built once for all views with the same entities.
    """

    epoch: str
    seq: int
    at: str
    since: int
    records: list[EventRecord]
    entities: list[tuple[str, bytes]] | None
    access_changes: Mapping[str, int] = field(default_factory=dict)
    snapshots: dict[Hashable, "asyncio.Task[list[bytes]]"] = field(default_factory=dict)

    def covers(self, position: Position) -> bool:
        """Return whether all events after a position are in `records`."""
        return position[0] == self.epoch and self.since <= position[1] <= self.seq


class EventSource(Protocol[_Viewer]):
    """Interface of the application for the hub. Rights are as this process knows them, at least as new as its last answer."""

    async def read_channel(self, channel: str, positions: Collection[Position | None]) -> ChannelView | None:
        """Return a view of a channel for clients at these positions; None if the channel does not exist.

        Raises TemporarilyUnavailable.
        """

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        """Return the next events after a position in order, up to the limit of one read.

        Raises TemporarilyUnavailable, also if the channel has another epoch.
        """

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        """Return the time of the database's answer, and (epoch, seq) by channel. Raises TemporarilyUnavailable."""

    @property
    def form(self) -> str:
        """Code of the entities' fields, which may change with the version of the program. A client with another form needs a
        snapshot."""

    @property
    def rights_version(self) -> Hashable:
        """Value, never None, that changes whenever rights may change the results of `can_see`, `audience_key` or `render`."""

    def can_see(self, viewer: _Viewer, channel: str) -> bool:
        """Return whether this viewer may see the channel."""

    def gets_broadcasts(self, viewer: _Viewer) -> bool:
        """Return whether the viewer gets the frames that are not of a channel."""

    def can_resume(self, viewer: _Viewer, view: ChannelView, seq: int) -> bool:
        """Return whether a viewer may keep its entities of a channel up to `seq`."""

    async def on_opened(self, viewer: _Viewer, channel: str) -> object:
        """Record that a viewer follows a channel, before anything is sent. Return the argument of `on_closed`, never None.

        Raises TemporarilyUnavailable if it can't be recorded; then nothing must be sent.
        """

    def on_closed(self, opened: object) -> None:
        """Record that a viewer no longer follows a channel. Never waits."""

    def on_refused(self, viewer: _Viewer, channel: str) -> None:
        """Record that a viewer requested a channel that does not exist, or that it may not see. Never waits."""

    def visibility_key(self, viewer: _Viewer, channel: str) -> Hashable:
        """Return a key of the viewer's view of a channel: viewers with equal keys see the same past."""

    def entities(self, viewer: _Viewer, channel: str, view: ChannelView) -> Iterable[bytes]:
        """Yield the encoded entities of a view that this viewer may see. The consumer lets other tasks run in between."""

    def audience_key(self, viewer: _Viewer, channel: str) -> Hashable:
        """Return a key: viewers of the channel with equal keys see the same events. None: no other viewer sees the same."""

    def has_cards(self, channel: str) -> bool:
        """Return whether presence on this channel may name a card."""

    def render(self, viewer: _Viewer, channel: str, record: EventRecord, live: bool) -> bytes:
        """Return the event as this viewer may see it now; the record's encoding if all of it is visible."""

    def history_renderer(self, viewer: _Viewer, channel: str) -> Callable[[EventRecord], bytes]:
        """Return a function that renders past events for this viewer, with the rights at the time of this call."""

    def decode_record(self, channel: str, wire: bytes) -> EventRecord:
        """Return the record of an event that another process encoded. Raises ValueError."""

    def drop_erased(self, channel: str, records: Iterable[EventRecord]) -> bool:
        """Return whether one of these events records that content of earlier events was erased. Drops what is cached of it."""

    def changes_rights(self, record: EventRecord) -> bool:
        """Return whether an event may change rights. Then the hub reads the journal instead of trusting another process."""
