"""Line of the read log, in memory: a read or a subscription, with its repetitions within five minutes."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from board.audit import actor
from board.audit.actor import Actor
from board.audit.entries import Reading, Why
from board.engine.identity import Caller
from models.ids import new_id
from models.times import format_utc, now

WINDOW_S = 300.0  # repetitions within this time belong to one line

Key = tuple[object, ...]


class Reader(NamedTuple):
    """Reader, with the facts that decide why a read was allowed."""

    by: Actor
    is_display: bool
    guest_of: str | None
    screen: str

    @classmethod
    def of(cls, caller: Caller) -> "Reader":
        return cls(actor.of(caller), caller.display is not None, caller.account.guest_of, caller.screen)


@dataclass(slots=True, eq=False)
class Batch:
    """Reads that are written together. `written`: resolved after the commit."""

    written: "asyncio.Future[None]"
    lines: "list[ReadLine]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Increment:
    """Reads of the line `origin` that a batch writes to `line`: the same line, or its successor if they have another reason."""

    origin: "ReadLine"
    line: "ReadLine"
    is_new: bool
    reads: int
    hits: int
    why: Why | None = None  # of these reads

    def resolve(self, why: Why, stored_why: Why | None) -> None:
        """Set the reason of the reads. `stored_why`: reason in the row, if a batch stored it but seemed to fail. Idempotent."""
        self.why = why
        if stored_why is not None:
            self.line.why, self.is_new = stored_why, False
        elif self.is_new and self.line.is_uncertain:
            self.line.at = format_utc(now())  # the earlier reads were refused
        if not self.is_new and self.line.why != why:
            self.line, self.is_new = self.line.successor(), True


@dataclass(slots=True, eq=False)
class ReadLine:
    """Line of the read log. `entry`: its first read. `repeated`: number of written reads after the first. `open`: number of open
    subscriptions. `used_at`: time of the last read, by the monotonic clock. `why`: reason of its reads, known when it is stored.
    `next`: line of later reads that had another reason. `is_uncertain`: a failed batch may have stored it."""

    key: Key
    entry: Reading
    reader: Reader
    following: bool
    began_at: float
    used_at: float
    id: str = ""
    at: str = ""
    why: Why | None = None
    next: "ReadLine | None" = None
    is_stored: bool = False
    is_uncertain: bool = False
    pending: int = 0
    pending_hits: int = 0
    is_in_write: bool = False
    repeated: int = 0
    repeated_hits: int = 0
    open: int = 0
    ended_at: str | None = None  # time of the last end of a subscription, not written yet
    batch: Batch | None = None  # in which it waits

    def __post_init__(self) -> None:
        self.id, self.at = new_id(), format_utc(now())

    def add(self, entry: Reading, at: float) -> None:
        """Count a read that the next batch writes."""
        self.pending += 1
        self.pending_hits += getattr(entry, "hits", 0)
        self.used_at = at

    def take(self) -> Increment:
        """Return the waiting reads, which the caller then writes."""
        self.batch, self.is_in_write = None, True
        increment = Increment(self, self, not self.is_stored, self.pending, self.pending_hits)
        self.pending = self.pending_hits = 0
        return increment

    def successor(self) -> "ReadLine":
        """Return a new line for reads that have another reason."""
        return ReadLine(self.key, self.entry, self.reader, self.following, self.used_at, self.used_at)

    def pass_on(self, successor: "ReadLine") -> None:
        """Pass the waiting reads on to the line that replaces this one."""
        self.next, successor.used_at = successor, self.used_at
        successor.pending, successor.pending_hits, successor.batch = self.pending, self.pending_hits, self.batch
        if self.batch is not None:
            self.batch.lines[self.batch.lines.index(self)] = successor
        self.pending, self.pending_hits, self.batch = 0, 0, None

    @property
    def newest(self) -> "ReadLine":
        """Return the line that its last reads belong to."""
        return self if self.next is None else self.next.newest

    @property
    def is_in_use(self) -> bool:
        """Return whether this line has an open subscription, or reads that are not written yet."""
        return bool(self.open or self.pending or self.is_in_write)

    def has_ended(self, at: float) -> bool:
        """Return whether no later read belongs to this line."""
        return not self.is_in_use and at - (self.used_at if self.following else self.began_at) >= WINDOW_S

    def repetitions(self) -> Reading | None:
        """Return one entry for all reads after the first; None if there are none."""
        if not self.repeated:
            return None
        entry = replace(self.entry, count=self.repeated, since=self.at, why=self.why)
        return replace(entry, hits=self.repeated_hits) if hasattr(entry, "hits") else entry  # type: ignore[call-arg]


def key_of(entry: Reading, reader: Reader, following: bool) -> Key:
    """Return a key that reads of one line share."""
    distinct = (getattr(entry, name) for name in entry.DISTINCT_BY)
    return (entry.TYPE, entry.id, reader.by.id, reader.by.token, reader.screen, following, *distinct)
