"""Entries that somebody can cause any number of times, collected and written outside the request path.

The first entry of each account, type and subject is written within a second. Repetitions within minutes become one more entry
with their number. Distinct entries are written singly up to a bound and counted beyond it. Each account has a separate window
and bounds, and all strangers share one. So nobody can fill the database, no flood displaces the entries of other accounts, and
no request waits. Collected entries are lost if this process is killed.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from sqlmodel import Session, col, select

from board.audit import actor, writer
from board.audit.actor import Actor
from board.audit.entries import BoardRepeated, Entry, Overflowed, Read, Repeated, SignInFailed
from board.telemetry.periodic import run_on_database
from models.db.database import Database, DatabaseUnavailable
from models.search import Search
from models.times import format_utc, now

INTERVAL_S = 1.0  # between two writes of collected entries
WINDOW_S = 300.0  # repetitions within this time are counted
MAX_DISTINCT = 100  # distinct entries of one account written singly in a window
MAX_TOTAL = 5_000  # distinct entries of all accounts in their windows
RESERVED = 10  # distinct entries that each account can write even if MAX_TOTAL is reached
MAX_QUEUED = 4 * MAX_DISTINCT  # entries of one account queued while the database takes no writes; later ones are only counted
BATCH_SIZE = 200  # entries per transaction; a command waits a few milliseconds for it

Key = tuple[object, ...]
Queued = tuple[Entry, Actor]


@dataclass(slots=True)
class _Repetition:
    """Entry and its repetitions in this window. `since`: time of the first one. `more`: sum of the later ones."""

    entry: Repeated
    by: Actor
    since: str
    more: Repeated | None = None
    count: int = 0

    def add(self, entry: Repeated) -> None:
        self.more = entry if self.more is None else self.more.plus(entry)
        self.count += 1


@dataclass(slots=True)
class _Window:
    """Entries of one account (or of all strangers) in its current window, and those that wait to be written."""

    began: float
    since: str
    by: Actor
    seen: dict[Key, _Repetition] = field(default_factory=dict)
    overflow: Counter[str] = field(default_factory=Counter)  # number of entries that are only counted, by type
    queue: list[Queued] = field(default_factory=list)

    def end(self) -> None:
        """Queue the counted entries, and start a new window."""
        for repetition in self.seen.values():
            if repetition.more is not None:
                self.queue.append((replace(repetition.more, count=repetition.count, since=repetition.since), repetition.by))
        for type, count in self.overflow.items():
            self.queue.append((Overflowed(id="server", of=type, count=count, since=self.since), replace(self.by, token=None)))
        self.seen, self.overflow = {}, Counter()


class Repeats:
    """Collector of repeated entries. `add` is called on the event loop, and never waits."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._windows: dict[str, _Window] = {}  # by the id of the account, "" for strangers
        self._distinct = 0  # distinct entries in all windows
        self._writing = asyncio.Lock()

    def add(self, entry: Repeated, by: Actor = actor.NOBODY) -> None:
        """Queue an entry, or count it as a repetition."""
        repetition, is_first = self._count(entry, by)
        # Each failed sign-in is logged, because tools that block addresses read the log
        if (is_first and not isinstance(entry, Read)) or isinstance(entry, SignInFailed):
            writer.log_entry(entry, by)
        if is_first and repetition is not None:
            self._windows[by.id or ""].queue.append((entry, by))

    def _count(self, entry: Repeated, by: Actor) -> tuple[_Repetition | None, bool]:
        """Count an entry. Return its repetitions (None over the limit), and whether it is the first."""
        window = self._window(by)
        key: Key = (entry.TYPE, entry.id, by.token, *(getattr(entry, name, None) for name in entry.DISTINCT_BY))
        repetition = window.seen.get(key)
        if repetition is not None:
            repetition.add(entry)
            return repetition, False
        if len(window.seen) < MAX_DISTINCT and len(window.queue) < MAX_QUEUED and self._has_room(window):
            repetition = window.seen[key] = _Repetition(entry, by, format_utc(now()))
            self._distinct += 1
            return repetition, True
        window.overflow[entry.TYPE] += 1
        return None, window.overflow[entry.TYPE] == 1

    def _window(self, by: Actor) -> _Window:
        key = by.id or ""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(self._clock(), format_utc(now()), by)
        self._roll(window)
        return window

    def _roll(self, window: _Window) -> None:
        if self._clock() - window.began >= WINDOW_S and len(window.queue) < MAX_QUEUED:
            self._end(window)
            window.began, window.since = self._clock(), format_utc(now())

    def _end(self, window: _Window) -> None:
        self._distinct -= len(window.seen)
        window.end()

    def _has_room(self, window: _Window) -> bool:
        return len(window.seen) < RESERVED or self._distinct < MAX_TOTAL

    # -- writing -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write the queued entries periodically, until cancelled."""
        await run_on_database(self.write, INTERVAL_S, "audit journal write failed")

    async def write(self) -> None:
        """Write the queued entries in transactions of bounded size, in turns by account.

        Raises DatabaseUnavailable; the entries stay queued. If the response to the commit is lost, they are written twice rather
        than never.
        """
        async with self._writing:
            self._roll_all()
            while batch := self._take_batch():
                try:
                    await self._database.write(partial(_write, [queued for _, queued in batch]))
                except DatabaseUnavailable:
                    for window, queued in reversed(batch):
                        window.queue.insert(0, queued)
                    raise

    def _roll_all(self) -> None:
        """End the expired windows, and forget accounts without entries."""
        for key, window in list(self._windows.items()):
            self._roll(window)
            if not (window.seen or window.queue or window.overflow):
                del self._windows[key]

    def _take_batch(self) -> list[tuple[_Window, Queued]]:
        """Take the oldest entries off the queues, an equal share per account."""
        windows = [window for window in self._windows.values() if window.queue]
        share = max(1, BATCH_SIZE // max(1, len(windows)))
        batch: list[tuple[_Window, Queued]] = []
        for window in islice(windows, BATCH_SIZE):
            batch += [(window, queued) for queued in window.queue[:share]]
            del window.queue[:share]
        return batch

    async def close(self) -> None:
        """Write all entries, including those that are only counted. Raises DatabaseUnavailable."""
        self.end_windows()
        await self.write()

    def end_windows(self) -> None:
        """End all windows, and queue their counted entries."""
        for window in self._windows.values():
            self._end(window)


def _write(batch: list[Queued], session: Session) -> None:
    boards = {board for entry, _ in batch if (board := _board_of(entry))}
    references = dict(session.exec(select(Search.id, Search.reference).where(col(Search.id).in_(boards))).all()) if boards else {}
    for entry, by in batch:
        full_entry = replace(entry, reference=references.get(_board_of(entry))) if isinstance(entry, BoardRepeated) else entry
        writer.write(session, full_entry, by=by, logged=isinstance(entry, Overflowed))


def _board_of(entry: Entry) -> str:
    """Return the board whose reference an entry contains; "" for an entry without one."""
    return str(getattr(entry, "board", entry.id)) if isinstance(entry, BoardRepeated) else ""
