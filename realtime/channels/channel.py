"""Channels that clients of this process follow: their position, their last events, and their subscriptions by audience."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic

from realtime.channels.ring import Ring
from realtime.channels.sequence import Sequence
from realtime.delivery.subscriber import Subscriber
from realtime.source import EventRecord, Viewer

MAX_OUT_OF_ORDER = 64  # out-of-order messages kept per channel


@dataclass(eq=False, slots=True)
class Audience(Generic[Viewer]):
    """Live subscriptions of viewers with equal visibility, who are sent the same frames."""

    key: Hashable
    members: "dict[Subscription[Viewer], None]" = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Subscription(Generic[Viewer]):
    """Subscription of one connection to one channel: a cursor. Events up to `seq` are written to the connection, or in its send
    queue.

    A live subscription is in an audience, and is sent each event after `seq`. `opened`: what the source returned when it recorded
    the subscription; None before.
    """

    connection: Subscriber[Viewer]
    channel: "Channel[Viewer]"
    seq: int = 0
    live: bool = False
    audience: Audience[Viewer] | None = None
    opened: object = None

    @property
    def is_current(self) -> bool:
        """Return whether this is still the connection's subscription to the channel."""
        return self.channel.subscriptions.get(self.connection) is self


@dataclass(eq=False, slots=True)
class Channel(Generic[Viewer]):
    """Events of a board in this process.

    `sequence`: position up to which events are in the ring. `flushed`: position up to which they were sent, or are being sent, to
    the audiences. `rights`: version of rights for which the audiences were formed (None: unknown). `waiting`: live subscriptions
    behind the ring, for which the journal is being read. `pages`: pages read from it.
    """

    name: str
    ring: Ring
    sequence: Sequence = field(default_factory=Sequence)
    subscriptions: dict[Subscriber[Viewer], Subscription[Viewer]] = field(default_factory=dict)
    audiences: dict[Hashable, Audience[Viewer]] = field(default_factory=dict)
    rights: Hashable = None
    flushed: int = 0
    sweep: object | None = None  # the delivery's sweep in progress
    timer: asyncio.Handle | None = None  # of the next sweep
    swept_at: float = float("-inf")  # when the last sweep ended, by the loop's clock
    out_of_order: dict[int, list[EventRecord]] = field(default_factory=dict)  # by first seq; of the same epoch as `sequence`
    pages: list[Ring] = field(default_factory=list)
    waiting: dict[Subscription[Viewer], None] = field(default_factory=dict)
    reading_back: asyncio.Task[None] | None = None
    catching_up: asyncio.Task[None] | None = None
    reading_journal: bool = False  # `catching_up` is reading the journal now
    has_more: bool = False  # the journal has undelivered events

    def reset(self) -> None:
        """Discard position and events, because the board has another epoch."""
        self.sequence, self.flushed, self.sweep = Sequence(), 0, None
        self.out_of_order.clear()
        self._clear_rings()

    def start(self, epoch: str, seq: int) -> bool:
        """Set the first position; return whether later events are known to exist."""
        self.flushed = seq
        return self.sequence.start(epoch, seq)

    def stop(self) -> None:
        """End work in progress, because nobody follows the channel any longer."""
        if self.catching_up is not None:
            self.catching_up.cancel()
        if self.reading_back is not None:
            self.reading_back.cancel()
        if self.timer is not None:
            self.timer.cancel()
        self.sweep = None
        self._clear_rings()

    def _clear_rings(self) -> None:
        self.ring.clear()
        self._clear_pages()

    def _clear_pages(self) -> None:
        for page in self.pages:
            page.clear()
        self.pages.clear()

    def drop_sent(self) -> None:
        """Drop the events that were sent: clients that are behind get them from the journal."""
        self.ring.drop_until(self.flushed)
        self._clear_pages()

    def join(self, subscription: Subscription[Viewer], key: Hashable) -> None:
        """Add a live subscription to the audience with this key (None: to a new one)."""
        self.leave(subscription)
        key = subscription if key is None else key
        audience = self.audiences.setdefault(key, Audience(key))
        audience.members[subscription] = None
        subscription.audience = audience

    def leave(self, subscription: Subscription[Viewer]) -> None:
        """Remove a subscription from its audience, which ends its events."""
        audience, subscription.audience = subscription.audience, None
        if audience is not None:
            del audience.members[subscription]
            if not audience.members:
                del self.audiences[audience.key]

    def hold_early(self, records: list[EventRecord]) -> None:
        """Keep events that arrived early; the events before them may arrive soon."""
        if len(self.out_of_order) < MAX_OUT_OF_ORDER:
            self.out_of_order[records[0].seq] = records

    def pop_contiguous(self) -> list[EventRecord]:
        """Return the kept events that follow the position; drop those that were delivered already."""
        for first in sorted(self.out_of_order):
            if first > self.sequence.seq + 1:
                break
            records = self.out_of_order.pop(first)
            if records[-1].seq > self.sequence.seq:
                return [record for record in records if record.seq > self.sequence.seq]
        return []
