"""Entries that strangers can cause as often as they like, collected and written beside the hot path.

Of each kind, address and account the first is written within a second; those that follow within minutes are one entry more, with
their number. Different ones are written one by one up to a bound, and counted beyond it: nobody fills the database by
knocking, and nobody who signs in waits for it. What was collected and not written yet is lost where this process is killed.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from sqlmodel import Session

from board.audit import actor, writer
from board.audit.entries import Entry, Overflowed, Repeated, SignInFailed
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now
from realtime.periodic import run_every

log = structlog.get_logger()

EVERY_S = 1.0  # how often what was collected is written
WINDOW_S = 300.0  # in which what is the same is counted
MOST = 100  # different ones that are written one by one in a window
WAITING = 4 * MOST  # entries that wait while the database can't be written to; those after them are counted only

Key = tuple[str, str, str | None, str | None]


@dataclass(slots=True)
class _Seen:
    """What came in this window: the entry as it came first, when, and how many came after it."""

    entry: Repeated
    since: str
    more: int = 0


class Repeats:
    """`add` is called by the loop's tasks, and never waits."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._waiting: list[Entry] = []
        self._seen: dict[Key, _Seen] = {}
        self._beyond: Counter[str] = Counter()  # by type
        self._began, self._since = clock(), ""

    def add(self, entry: Repeated) -> None:
        """Takes an entry, to be written or counted."""
        self._turn_window()
        self._since = self._since or format_utc(now())
        key = (entry.TYPE, entry.id, entry.address, getattr(entry, "reason", None))
        seen = self._seen.get(key)
        if seen is None or isinstance(entry, SignInFailed):  # of which each is looked at by whoever shuts the door to an address
            writer.say(entry, actor.NOBODY)
        if seen is not None:
            seen.more += 1
        elif len(self._seen) < MOST and len(self._waiting) < WAITING:
            self._seen[key] = _Seen(entry, format_utc(now()))
            self._waiting.append(entry)
        else:
            self._beyond[entry.TYPE] += 1

    async def run(self) -> None:
        """Writes by the clock."""
        await run_every(EVERY_S, self._round)

    async def _round(self) -> None:
        try:
            await self.write()
        except DatabaseUnavailable:
            log.warning("the audit journal can't be written")

    async def write(self) -> None:
        """Writes what is waiting, in one transaction. Raises DatabaseUnavailable; then it waits on: where the commit was lost on
        the way it may be written twice, and is not lost."""
        self._turn_window()
        if not self._waiting:
            return
        entries, self._waiting = self._waiting, []
        try:
            await self._database.write(lambda session: _write(session, entries))
        except DatabaseUnavailable:
            self._waiting = entries + self._waiting
            raise

    async def close(self) -> None:
        """Writes all of it, what was only counted so far too. Raises DatabaseUnavailable."""
        self._end_window()
        await self.write()

    def _turn_window(self) -> None:
        if self._clock() - self._began >= WINDOW_S and len(self._waiting) < WAITING:
            self._end_window()

    def _end_window(self) -> None:
        repeated = [replace(each.entry, count=each.more, since=each.since) for each in self._seen.values() if each.more]
        over = [Overflowed(id="server", of=type, count=count, since=self._since) for type, count in self._beyond.items()]
        self._waiting += [*repeated, *over]
        self._seen, self._beyond, self._began, self._since = {}, Counter(), self._clock(), ""


def _write(session: Session, entries: list[Entry]) -> None:
    for entry in entries:
        writer.write(session, entry, by=actor.NOBODY, logged=isinstance(entry, Overflowed))
