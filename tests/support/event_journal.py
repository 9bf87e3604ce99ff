"""A journal in memory for tests of the hub, and clients that record what they receive: no database, no sockets, no clock."""

import asyncio
import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import Any

from realtime.bus.bus import MemoryBus
from realtime.delivery.send_queue import SendQueue
from realtime.hub import Hub
from realtime.source import ChannelView, EventRecord, Position, Subject, TemporarilyUnavailable
from realtime.wire.text_frames import TextFrames


def event(seq: int) -> EventRecord:
    return EventRecord(seq, b'{"seq":%d}' % seq, None, Subject("note", "n", "note.added"))


def nothing() -> None:
    """Default of the hooks: do nothing."""


class EventJournal:
    """Source of one channel. A viewer is a name. Tests change the journal, and hook into its reads and renderings."""

    def __init__(self, head: int = 0) -> None:
        self.epoch, self.events = "e", [event(seq) for seq in range(1, head + 1)]
        self.exists = True
        self.hidden_from: set[str] = set()
        self.changed: Mapping[str, int] = {}  # by viewer: the seq at which its rights changed
        self.form = "1"
        self.oldest = 0  # clients cannot resume from positions before this one
        self.withholds_entities = False
        self.fault: Exception | None = None
        self.while_reading = self.while_reading_events = self.while_rendering = nothing
        self.audience: Callable[[str], Hashable] = lambda viewer: "all"
        self.visibility: dict[str, int] = {}  # by viewer: a number that changes with its rights
        self.about_rights: set[int] = set()  # seqs of events that change rights
        self.erasures: set[int] = set()  # seqs of events that record an erasure
        self.page_size = 10**9  # events per read
        self.reads = 0  # of events
        self.opened: list[tuple[str, str]] = []  # viewer and channel
        self.closed: list[object] = []
        self.records, self.while_recording = True, nothing
        self.refused: list[tuple[str, str]] = []

    @property
    def head(self) -> int:
        return self.events[-1].seq if self.events else 0

    def append(self, number: int = 1) -> list[EventRecord]:
        """Commit more events, without publishing them."""
        new = [event(self.head + 1 + each) for each in range(number)]
        self.events += new
        return new

    async def read_channel(self, channel: str, positions: Collection[Position | None]) -> ChannelView | None:
        if self.fault is not None:
            raise self.fault
        if not self.exists:
            return None
        reachable = [
            each[1] for each in positions if each is not None and each[0] == self.epoch and self.oldest <= each[1] <= self.head
        ]
        since = min(reachable, default=self.head)
        records = [each for each in self.events if each.seq > since]
        needs_entities = len(reachable) < len(positions) and not self.withholds_entities
        view = ChannelView(
            self.epoch, self.head, "now", since, records, [("n", b'{"id":"n"}')] if needs_entities else None, self.changed
        )
        self.withholds_entities = False
        self.while_reading()
        return view

    async def events_after(self, channel: str, position: Position) -> list[EventRecord]:
        if self.fault is not None or position[0] != self.epoch:
            raise TemporarilyUnavailable
        self.reads += 1
        found = [each for each in self.events if each.seq > position[1]][: self.page_size]
        self.while_reading_events()
        return found

    async def heads(self, channels: Iterable[str]) -> tuple[str, dict[str, tuple[str, int]]]:
        if self.fault is not None:
            raise self.fault
        return "now", dict.fromkeys(channels, (self.epoch, self.head))

    @property
    def rights_version(self) -> Hashable:
        return frozenset(self.hidden_from), tuple(self.visibility.items()), self.audience

    def can_see(self, viewer: str, channel: str) -> bool:
        return viewer not in self.hidden_from

    def gets_broadcasts(self, viewer: str) -> bool:
        return True

    def can_resume(self, viewer: str, view: ChannelView, seq: int) -> bool:
        return view.access_changes.get(viewer, 0) <= seq

    async def on_opened(self, viewer: str, channel: str) -> object:
        if not self.records:
            raise TemporarilyUnavailable
        self.opened.append((viewer, channel))
        self.while_recording()
        return viewer, channel

    def on_closed(self, opened: object) -> None:
        self.closed.append(opened)

    def on_refused(self, viewer: str, channel: str) -> None:
        self.refused.append((viewer, channel))

    def visibility_key(self, viewer: str, channel: str) -> Hashable:
        return self.visibility.get(viewer, 0)

    def entities(self, viewer: str, channel: str, view: ChannelView) -> Iterator[bytes]:
        self.while_rendering()
        yield from (encoded for _, encoded in view.entities or ())

    def audience_key(self, viewer: str, channel: str) -> Hashable:
        return self.audience(viewer)

    def has_cards(self, channel: str) -> bool:
        return False

    def render(self, viewer: str, channel: str, record: EventRecord, live: bool) -> bytes:
        return record.wire

    def history_renderer(self, viewer: str, channel: str) -> Callable[[EventRecord], bytes]:
        return lambda record: record.wire

    def decode_record(self, channel: str, wire: bytes) -> EventRecord:
        return event(json.loads(wire)["seq"])

    def drop_erased(self, channel: str, records: Iterable[EventRecord]) -> bool:
        return any(record.seq in self.erasures for record in records)

    def changes_rights(self, record: EventRecord) -> bool:
        return record.seq in self.about_rights


async def hub_on(journal: EventJournal) -> Hub[str]:
    """Return a hub that publishes and receives, without the loops that a clock drives."""
    hub: Hub[str] = Hub(journal, MemoryBus())
    await hub.bus_link.start()
    return hub


class Client:
    """Connection of a client that reads only when `received` is called."""

    def __init__(self, hub: Hub[str], viewer: str = "Alice", display: dict[str, Any] | None = None) -> None:
        self.hub, self.viewer, self.display = hub, viewer, display
        self.account = {"id": viewer, "name": viewer}
        self.closed_with = 0
        self.asked_for: set[str] = set()
        self.followed: set[str] = set()
        self.send_queue = SendQueue()
        self.lagging: dict[str, None] = {}
        self._written: list[bytes] = []
        hub.connections.add(self)

    def send(self, frame: bytes, channel: str | None = None) -> None:
        self.send_queue.put(frame, channel)

    def send_all(self, frames: list[bytes], channel: str) -> None:
        for frame in frames:
            self.send(frame, channel)

    def write_now(self, frames: TextFrames) -> bool:
        if self.send_queue:
            return False
        self._written += frames.texts
        return True

    @property
    def has_room(self) -> bool:
        return not self.send_queue

    def lag(self, channel: str) -> None:
        self.lagging[channel] = None

    def update_viewer(self, viewer: str, account: dict[str, str], display: dict[str, Any] | None = None) -> None:
        self.viewer, self.account, self.display = viewer, account, display
        self.hub.subscriptions.viewer_changed(self)

    def close(self, code: int) -> None:
        self.closed_with = code

    async def received(self) -> list[dict[str, Any]]:
        """Let events in transit arrive; take everything that is queued, as frames."""
        while any(each.sweep or each.timer for each in self.hub.channels.values()):
            await asyncio.sleep(0.001)
        frames: list[bytes] = []
        while self._written or self.send_queue or self.lagging or self._is_read_for():
            await asyncio.sleep(0)
            frames += self._written + (self.send_queue.take(10**9) if self.send_queue else [])
            self._written = []
            for channel in list(self.lagging):
                del self.lagging[channel]
                self.hub.send_missed(self, channel)
        return [json.loads(frame) for frame in frames]

    def _is_read_for(self) -> bool:
        """Return True while the journal is being read for this client."""
        return any(each.connection is self for channel in self.hub.channels.values() for each in channel.waiting)

    async def kinds(self) -> list[str]:
        """Take everything that is queued; return the types of the frames."""
        return [frame["type"] for frame in await self.received()]

    async def seqs(self) -> list[int]:
        """Take everything that is queued; return the numbers of the events in it."""
        return [each["seq"] for frame in await self.received() if frame["type"] == "events" for each in frame["events"]]
