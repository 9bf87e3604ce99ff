"""What a connection still owes its reader: bounded, and rendered only when it is written.

Events wait here as records, not as bytes: what a reader may see is decided at the moment of writing, so a right that ended
in between is honoured, and what piled up while the line was slow goes as one frame.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from realtime.source import EventRecord

MAX_QUEUED_BYTES = 16 * 1_048_576  # bytes; a reader that owes itself more is let go


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events for one subscription, which are shown to its reader when they are written."""

    subscription: object
    records: list[EventRecord]


class QueueFull(Exception):
    """More is owed than a reader may owe itself."""


class Outbox:
    def __init__(self) -> None:
        self.queued_bytes = 0
        self._items: deque[tuple[str | None, bytes | EventBatch, int]] = deque()
        self._not_empty = asyncio.Event()

    def put(self, item: bytes | EventBatch, channel: str | None = None) -> None:
        """Adds a frame, or a delivery that becomes one. Raises QueueFull."""
        size = len(item) if isinstance(item, bytes) else sum(len(record.wire) for record in item.records)
        if self.queued_bytes + size > MAX_QUEUED_BYTES:
            raise QueueFull
        self.queued_bytes += size
        self._items.append((channel, item, size))
        self._not_empty.set()

    def discard(self, channel: str) -> None:
        """Forgets what is owed of a channel: its reader may not have it any more."""
        self._items = deque(entry for entry in self._items if entry[0] != channel)
        self.queued_bytes = sum(size for _, _, size in self._items)

    def holds_frames(self, channel: str) -> bool:
        """Whether frames of a channel that were rendered already wait to be written."""
        return any(of == channel and isinstance(item, bytes) for of, item, _ in self._items)

    async def get(self) -> bytes | EventBatch:
        """The next frame or delivery; deliveries of one subscription that wait in a row come as one."""
        while not self._items:
            self._not_empty.clear()
            await self._not_empty.wait()
        item = self._pop()
        if isinstance(item, bytes):
            return item
        records = list(item.records)
        while len(records) < 1_000 and (more := self._peek_same_subscription(item)):
            self._pop()
            records += more.records
        return EventBatch(item.subscription, records)

    def take_frames(self, most: int) -> list[bytes]:
        """Takes the frames that wait in a row now, of so many bytes in all."""
        taken: list[bytes] = []
        while self._items and isinstance(item := self._items[0][1], bytes) and (most := most - len(item)) >= 0:
            self._pop()
            taken.append(item)
        return taken

    def _pop(self) -> bytes | EventBatch:
        _, item, size = self._items.popleft()
        self.queued_bytes -= size
        return item

    def _peek_same_subscription(self, delivery: EventBatch) -> EventBatch | None:
        if not self._items:
            return None
        item = self._items[0][1]
        return item if isinstance(item, EventBatch) and item.subscription is delivery.subscription else None


def split_into_frames(parts: list[tuple[bytes, object]], limit: int) -> Iterator[list[bytes]]:
    """Splits encoded pieces, each with its group, into runs of at most `limit` bytes. A group is never torn, so that the
    events of one command arrive in one message."""
    run: list[bytes] = []
    size = start = 0
    group: object = None
    for piece, of in parts:
        if of is None or of != group:
            start, group = len(run), of
        if run and size + len(piece) + 1 > limit and start > 0:
            yield run[:start]
            run = run[start:]
            size = sum(len(each) + 1 for each in run)
            start = 0
        run.append(piece)
        size += len(piece) + 1
    if run:
        yield run
