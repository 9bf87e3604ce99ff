"""Send queue of a connection: bounded, and rendered only when it is written.

Events are queued as records, not as bytes: the viewer's rights are applied at the moment of writing, so a right that ended in
between is honoured, and events that piled up on a slow line go out as one frame.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from realtime.source import EventRecord

MAX_QUEUED_BYTES = 16 * 1_048_576  # bytes per connection; slower clients are disconnected


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events for one subscription, rendered for its viewer when they are written."""

    subscription: object
    records: list[EventRecord]


class QueueFull(Exception):
    """The connection's send queue is full."""


class Outbox:
    """Send queue of a connection. `queued_bytes` is its size before rendering."""

    def __init__(self) -> None:
        self.queued_bytes = 0
        self._items: deque[tuple[str | None, bytes | EventBatch, int]] = deque()
        self._not_empty = asyncio.Event()

    def put(self, item: bytes | EventBatch, channel: str | None = None) -> None:
        """Append a frame or a batch. Raises QueueFull."""
        size = len(item) if isinstance(item, bytes) else sum(len(record.wire) for record in item.records)
        if self.queued_bytes + size > MAX_QUEUED_BYTES:
            raise QueueFull
        self.queued_bytes += size
        self._items.append((channel, item, size))
        self._not_empty.set()

    def discard(self, channel: str) -> None:
        """Discard what is queued of a channel, because its viewer may no longer have it."""
        self._items = deque(entry for entry in self._items if entry[0] != channel)
        self.queued_bytes = sum(size for _, _, size in self._items)

    def holds_frames(self, channel: str) -> bool:
        """Return whether rendered frames of a channel are queued."""
        return any(its_group == channel and isinstance(item, bytes) for its_group, item, _ in self._items)

    async def get(self) -> bytes | EventBatch:
        """Remove and return the next frame or batch; consecutive batches of one subscription are returned as one. Waits while
        empty."""
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

    def take_frames(self, limit: int) -> list[bytes]:
        """Remove and return the frames at the head of the queue, at most `limit` bytes."""
        frames: list[bytes] = []
        while self._items and isinstance(item := self._items[0][1], bytes) and (limit := limit - len(item)) >= 0:
            self._pop()
            frames.append(item)
        return frames

    def _pop(self) -> bytes | EventBatch:
        _, item, size = self._items.popleft()
        self.queued_bytes -= size
        return item

    def _peek_same_subscription(self, batch: EventBatch) -> EventBatch | None:
        if not self._items:
            return None
        item = self._items[0][1]
        return item if isinstance(item, EventBatch) and item.subscription is batch.subscription else None


def split_into_frames(parts: list[tuple[bytes, object]], limit: int) -> Iterator[list[bytes]]:
    """Split encoded pieces, each with its group, into runs of at most `limit` bytes. A group is not split unless it is larger, so
    that the events of one command arrive in one message."""
    run: list[bytes] = []
    size = start = 0
    group: object = None
    for piece, its_group in parts:
        if its_group is None or its_group != group:
            start, group = len(run), its_group
        if run and size + len(piece) + 1 > limit and start > 0:
            yield run[:start]
            run = run[start:]
            size = sum(len(part) + 1 for part in run)
            start = 0
        run.append(piece)
        size += len(piece) + 1
    if run:
        yield run
