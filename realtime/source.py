"""Interface between the hub and the application: reading the journal, and deciding who may see what."""

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

Position = tuple[str, int]  # epoch, seq
Viewer = TypeVar("Viewer")  # type of the viewers, by whom the source decides rights; the hub passes them on
_Viewer = TypeVar("_Viewer", contravariant=True)


class Subject(NamedTuple):
    """Subject of an event, as far as rights depend on it."""

    kind: str
    entity: str
    type: str


class EventRecord(NamedTuple):
    """Event of a channel, encoded once for all. `group` is equal for events that were committed together."""

    seq: int
    wire: bytes
    group: object
    subject: Subject


class TemporarilyUnavailable(Exception):
    """The source can't be read now."""


@dataclass(frozen=True, slots=True)
class ChannelView:
    """Consistent read of a channel, before rights are applied, for all who asked for it.

    `seq` is the head in the database at the time `at`. `records` are the events after `since`. `entities` are there if somebody
    needs a snapshot: the id of each, and the entity encoded. `access_changes` maps viewers, by the
    source's key, to the seq after `since` at which their rights changed. `snapshots` keeps the frames built of `entities`, by
    visibility key, each built once for all views with the same entities.
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
    """The application as the hub needs it. Rights are as this process knows them now, at least as new as its last answer."""

    async def read_channel(self, channel: str, positions: Collection[Position | None]) -> ChannelView | None:
        """Return a view of a channel for clients at these positions; None if there is no such channel. Raises
        TemporarilyUnavailable."""

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        """Return the next events after a position in order, as many as one read takes. Raises TemporarilyUnavailable, also if the
        channel has another epoch by now."""

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        """Return the time of the database's answer, and (epoch, seq) by channel. Raises TemporarilyUnavailable."""

    @property
    def form(self) -> str:
        """A code that changes when another version of the program gives old entities other fields. A client that has entities of
        another form needs a snapshot."""

    @property
    def rights_version(self) -> Hashable:
        """A value, never None, that changes whenever `can_see`, `audience_key` or `render` may answer otherwise for the same
        viewer because of rights."""

    def can_see(self, viewer: _Viewer, channel: str) -> bool:
        """Return whether this viewer may see the channel."""

    def can_resume(self, viewer: _Viewer, view: ChannelView, seq: int) -> bool:
        """Return whether what a viewer has of a channel up to `seq` is still what it may see."""

    def on_opened(self, viewer: _Viewer, channel: str) -> None:
        """Record that a viewer is sent a channel, its snapshot or the events after a position, and follows it. Never waits."""

    def on_refused(self, viewer: _Viewer, channel: str) -> None:
        """Record that a viewer asked for a channel that there is not, or that it may not see. Never waits."""

    def visibility_key(self, viewer: _Viewer, channel: str) -> Hashable:
        """Return a key of the viewer's view of a channel: viewers with equal keys see the same of its past."""

    def entities(self, viewer: _Viewer, channel: str, view: ChannelView) -> Iterable[bytes]:
        """Yield the encoded entities of a view that this viewer may see; the consumer lets other tasks run in between."""

    def audience_key(self, viewer: _Viewer, channel: str) -> Hashable:
        """Return a key: viewers who may see the channel and have equal keys see the same of each event. None: no other viewer
        sees the same."""

    def has_cards(self, channel: str) -> bool:
        """Return whether presence on this channel may name a card."""

    def render(self, viewer: _Viewer, channel: str, record: EventRecord, live: bool) -> bytes:
        """Return the event as this viewer may see it now: the record's own encoding if all of it is visible."""

    def history_renderer(self, viewer: _Viewer, channel: str) -> Callable[[EventRecord], bytes]:
        """Return a function that renders past events for this viewer, by the rights of this moment, whenever it is called."""

    def decode_record(self, channel: str, wire: bytes) -> EventRecord:
        """Return the record of an event that another process encoded. Raises ValueError."""

    def changes_rights(self, record: EventRecord) -> bool:
        """Return whether an event may change what somebody can see: then the journal is read, instead of trusting another
        process."""
