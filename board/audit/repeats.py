"""Entries that strangers can cause as often as they like, collected and written outside the request path.

Of each type, address and account the first is written within a second; repetitions within minutes become one more entry with
their number. Distinct ones are written singly up to a bound and counted beyond it. So an attacker can't fill the database, and no
sign-in waits for it. Entries collected and not yet written are lost if this process is killed.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session

from board.audit import actor, writer
from board.audit.entries import Entry, Overflowed, Repeated, SignInFailed
from board.telemetry.periodic import run_on_database
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now

INTERVAL_S = 1.0  # between two writes of collected entries
WINDOW_S = 300.0  # in which repetitions are counted
MAX_DISTINCT = 100  # distinct entries written singly in a window
MAX_QUEUED = 4 * MAX_DISTINCT  # entries queued while the database takes no writes; later ones are only counted

Key = tuple[str, str, str | None, str | None]


@dataclass(slots=True)
class _Repetition:
    """Repetitions in this window: the first entry, its time, and the number that followed."""

    entry: Repeated
    since: str
    more: int = 0


class Repeats:
    """Collector of repeated entries. `add` is called on the event loop, and never waits."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._queue: list[Entry] = []
        self._seen: dict[Key, _Repetition] = {}
        self._overflow: Counter[str] = Counter()  # entries counted only, by type
        self._began, self._since = clock(), ""

    def add(self, entry: Repeated) -> None:
        """Queue an entry, or count it."""
        self._roll_window()
        self._since = self._since or format_utc(now())
        key = (entry.TYPE, entry.id, entry.address, getattr(entry, "reason", None))
        seen = self._seen.get(key)
        # Each failed sign-in is logged, as tools that block addresses read the log
        if seen is None or isinstance(entry, SignInFailed):
            writer.log_entry(entry, actor.NOBODY)
        if seen is not None:
            seen.more += 1
        elif len(self._seen) < MAX_DISTINCT and len(self._queue) < MAX_QUEUED:
            self._seen[key] = _Repetition(entry, format_utc(now()))
            self._queue.append(entry)
        else:
            self._overflow[entry.TYPE] += 1

    async def run(self) -> None:
        """Write the queued entries periodically, until cancelled."""
        await run_on_database(self.write, INTERVAL_S, "audit journal write failed")

    async def write(self) -> None:
        """Write the queued entries in one transaction.

        Raise DatabaseUnavailable; the entries stay queued. If the response of the commit was lost they are written twice rather
        than never.
        """
        self._roll_window()
        if not self._queue:
            return
        entries, self._queue = self._queue, []
        try:
            await self._database.write(lambda session: _write(session, entries))
        except DatabaseUnavailable:
            self._queue = entries + self._queue
            raise

    async def close(self) -> None:
        """Write everything, including what was only counted so far. Raise DatabaseUnavailable."""
        self._end_window()
        await self.write()

    def _roll_window(self) -> None:
        if self._clock() - self._began >= WINDOW_S and len(self._queue) < MAX_QUEUED:
            self._end_window()

    def _end_window(self) -> None:
        repeated = [replace(each.entry, count=each.more, since=each.since) for each in self._seen.values() if each.more]
        over = [Overflowed(id="server", of=type, count=count, since=self._since) for type, count in self._overflow.items()]
        self._queue += [*repeated, *over]
        self._seen, self._overflow, self._began, self._since = {}, Counter(), self._clock(), ""


def _write(session: Session, entries: list[Entry]) -> None:
    for entry in entries:
        writer.write(session, entry, by=actor.NOBODY, logged=isinstance(entry, Overflowed))
