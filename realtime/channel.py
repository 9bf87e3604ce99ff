"""Channels that clients of this process follow, and their subscriptions."""

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic

from realtime.sequence import Sequence
from realtime.source import EventRecord, Viewer
from realtime.subscriber import Subscriber

MAX_RING_EVENTS = 512  # events kept per channel, for clients that have just read what was before them
MAX_RING_BYTES = 1_048_576
MAX_OUT_OF_ORDER = 64  # out-of-order messages kept per channel


@dataclass(eq=False, slots=True)
class Subscription(Generic[Viewer]):
    """Subscription of one connection to one channel. A live one receives each event as the channel does."""

    connection: Subscriber[Viewer]
    channel: "Channel[Viewer]"
    seq: int = 0
    live: bool = False

    @property
    def is_current(self) -> bool:
        """Return whether this is still the connection's subscription to the channel."""
        return self.channel.subscriptions.get(self.connection) is self


class Ring:
    """The last events of a channel without a gap, bounded in number and bytes."""

    def __init__(self) -> None:
        self._records: deque[EventRecord] = deque()
        self._bytes = 0

    def extend(self, records: list[EventRecord]) -> None:
        """Append the events that follow the last one."""
        self._records.extend(records)
        self._bytes += sum(len(record.wire) for record in records)
        while len(self._records) > MAX_RING_EVENTS or (self._bytes > MAX_RING_BYTES and self._records):
            self._bytes -= len(self._records.popleft().wire)

    def after(self, seq: int) -> list[EventRecord] | None:
        """Return all events after `seq`; None if some of them are no longer here."""
        if not self._records or self._records[0].seq > seq + 1:
            return None
        return [record for record in self._records if record.seq > seq]


@dataclass(eq=False, slots=True)
class Channel(Generic[Viewer]):
    """A board's events as this process delivers them: the position, the subscriptions, and the last events."""

    name: str
    sequence: Sequence = field(default_factory=Sequence)
    subscriptions: dict[Subscriber[Viewer], Subscription[Viewer]] = field(default_factory=dict)
    ring: Ring = field(default_factory=Ring)
    out_of_order: dict[int, list[EventRecord]] = field(default_factory=dict)  # by first seq; of the same epoch as `sequence`
    # Frames of events by epoch, first and last seq, and audience.
    rendered: dict[tuple[str, int, int, Hashable], bytes] = field(default_factory=dict)
    catching_up: asyncio.Task[None] | None = None
    reading_journal: bool = False  # `catching_up` is reading the journal now
    has_more: bool = False  # the journal has more events than were delivered

    def reset(self) -> None:
        """Forget position and events: the board has another epoch."""
        self.sequence, self.ring = Sequence(), Ring()
        self.out_of_order.clear()

    def hold_early(self, records: list[EventRecord]) -> None:
        """Keep events that arrived before the ones they follow, which may arrive in a moment."""
        if len(self.out_of_order) < MAX_OUT_OF_ORDER:
            self.out_of_order[records[0].seq] = records

    def pop_contiguous(self) -> list[EventRecord]:
        """Return the kept events that follow now; drop kept ones that were delivered already."""
        for first in sorted(self.out_of_order):
            if first > self.sequence.seq + 1:
                break
            records = self.out_of_order.pop(first)
            if records[-1].seq > self.sequence.seq:
                return [record for record in records if record.seq > self.sequence.seq]
        return []
