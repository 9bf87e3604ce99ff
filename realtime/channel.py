"""A channel that somebody here follows, and who follows it."""

import asyncio
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from realtime.sequence import Sequence
from realtime.source import EventRecord
from realtime.subscriber import Subscriber

MAX_RING_EVENTS = 512  # events kept of a channel, for who has just read what was before them
MAX_RING_BYTES = 1_048_576
MAX_OUT_OF_ORDER = 64  # messages kept that came before the one they follow on


@dataclass(eq=False, slots=True)
class Subscription:
    """One connection's reading of one channel. Live: it is passed each event as the channel gets it."""

    connection: Subscriber
    channel: "Channel"
    seq: int = 0
    live: bool = False


class Ring:
    """The last events of a channel, without a hole, bounded."""

    def __init__(self) -> None:
        self._records: deque[EventRecord] = deque()
        self._bytes = 0

    def extend(self, records: list[EventRecord]) -> None:
        """Events that follow on the last one."""
        self._records.extend(records)
        self._bytes += sum(len(record.wire) for record in records)
        while len(self._records) > MAX_RING_EVENTS or (self._bytes > MAX_RING_BYTES and self._records):
            self._bytes -= len(self._records.popleft().wire)

    def after(self, seq: int) -> list[EventRecord] | None:
        """All events after a seq; None where some of them are not here."""
        if not self._records or self._records[0].seq > seq + 1:
            return None
        return [record for record in self._records if record.seq > seq]


@dataclass(eq=False, slots=True)
class Channel:
    name: str
    sequence: Sequence = field(default_factory=Sequence)
    subscriptions: dict[Subscriber, Subscription] = field(default_factory=dict)
    ring: Ring = field(default_factory=Ring)
    out_of_order: dict[int, list[EventRecord]] = field(
        default_factory=dict
    )  # by their first seq; of the life that `sequence` is in
    # frames of events, by epoch, first and last seq, and for whom
    rendered: dict[tuple[str, int, int, Hashable], bytes] = field(default_factory=dict)
    catching_up: asyncio.Task[None] | None = None
    reading_journal: bool = False  # the journal, as part of that
    has_more: bool = False  # the journal is known to have more

    def reset(self) -> None:
        """Another life of the board: what is known of the old one is nothing."""
        self.sequence, self.ring = Sequence(), Ring()
        self.out_of_order.clear()

    def hold_early(self, records: list[EventRecord]) -> None:
        """Events that came before those they follow on, which may be here in a moment."""
        if len(self.out_of_order) < MAX_OUT_OF_ORDER:
            self.out_of_order[records[0].seq] = records

    def pop_contiguous(self) -> list[EventRecord]:
        """Those kept that follow now, and no more of those that are passed."""
        for first in sorted(self.out_of_order):
            if first > self.sequence.seq + 1:
                break
            records = self.out_of_order.pop(first)
            if records[-1].seq > self.sequence.seq:
                return [record for record in records if record.seq > self.sequence.seq]
        return []
