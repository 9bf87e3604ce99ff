"""Entries that somebody can cause as often as they like, collected and written outside the request path.

Of each account, type and subject the first is written within a second; repetitions within minutes become one more entry with
their number. Distinct ones are written singly up to a bound and counted beyond it. Each account has its own window and bounds,
and all strangers share one. So nobody can fill the database, nobody's flood displaces the entries of anybody else, and no request
waits. Entries collected and not yet written are lost if this process is killed.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.audit import actor, writer
from board.audit.actor import Actor
from board.audit.entries import BoardRepeated, Entry, Overflowed, Read, Repeated, SignInFailed
from board.telemetry.periodic import run_on_database
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, now

INTERVAL_S = 1.0  # between two writes of collected entries
WINDOW_S = 300.0  # in which repetitions are counted
MAX_DISTINCT = 100  # distinct entries of one account written singly in a window
MAX_DISCLOSED = 1_000  # of those that are written before the data is sent: sources, originals, exports
MAX_TOTAL = 5_000  # distinct entries of all accounts in their windows
RESERVED = 10  # of each account, however many others there are
MAX_QUEUED = 4 * MAX_DISTINCT  # entries of one account queued while the database takes no writes; later ones are only counted
BATCH_SIZE = 200  # entries per transaction; a command waits a few milliseconds for it

Key = tuple[object, ...]
Queued = tuple[Entry, Actor]
_REFERENCES = text("SELECT id, reference FROM search WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))


@dataclass(slots=True)
class _Repetition:
    """Repetitions in this window: the first entry, its time, what followed, and the write of the first that is under way."""

    entry: Repeated
    by: Actor
    since: str
    more: Repeated | None = None
    count: int = 0
    write: asyncio.Task[None] | None = None

    def add(self, entry: Repeated) -> None:
        self.more = entry if self.more is None else self.more.plus(entry)
        self.count += 1


@dataclass(slots=True)
class _Window:
    """Entries of one account (or of all strangers) in its present window, and those that wait to be written."""

    began: float
    since: str
    by: Actor
    seen: dict[Key, _Repetition] = field(default_factory=dict)
    overflow: Counter[str] = field(default_factory=Counter)  # entries counted only, by type
    queue: list[Queued] = field(default_factory=list)

    def end(self) -> None:
        """Queue what was counted, and forget what was seen."""
        for each in self.seen.values():
            if each.more is not None:
                self.queue.append((replace(each.more, count=each.count, since=each.since), each.by))
        for type, count in self.overflow.items():
            self.queue.append((Overflowed(id="server", of=type, count=count, since=self.since), replace(self.by, token=None)))
        self.seen, self.overflow = {}, Counter()


class Repeats:
    """Collector of repeated entries. `add` is called on the event loop, and never waits."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._windows: dict[str, _Window] = {}  # by the id of the account, "" for strangers
        self._distinct = 0  # entries seen in all windows
        self._writing = asyncio.Lock()

    def add(self, entry: Repeated, by: Actor = actor.NOBODY) -> None:
        """Queue an entry, or count it."""
        seen, is_first = self._count(entry, by, MAX_DISTINCT)
        # Each failed sign-in is logged, as tools that block addresses read the log
        if (is_first and not isinstance(entry, Read)) or isinstance(entry, SignInFailed):
            writer.log_entry(entry, by)
        if is_first and seen is not None:
            self._windows[by.id or ""].queue.append((entry, by))

    async def record(self, entry: Repeated, by: Actor) -> None:
        """Write an entry about data that is about to be sent, or count it if the same was written within minutes. Raise
        DatabaseUnavailable: then the data must not be sent."""
        seen, is_first = self._count(entry, by, MAX_DISCLOSED)
        if seen is None:
            return
        if is_first:
            seen.write = asyncio.create_task(writer.write_alone(self._database, entry, by))
            seen.write.add_done_callback(partial(self._on_written, seen, self._windows[by.id or ""]))
        if seen.write is not None:
            await asyncio.shield(seen.write)

    def _count(self, entry: Repeated, by: Actor, most: int) -> tuple[_Repetition | None, bool]:
        """Count an entry. Return its repetitions (None over the bound), and whether it is the first."""
        window = self._window(by)
        key: Key = (entry.TYPE, entry.id, by.token, *(getattr(entry, name, None) for name in entry.DISTINCT_BY))
        seen = window.seen.get(key)
        if seen is not None:
            seen.add(entry)
            return seen, False
        if len(window.seen) < most and len(window.queue) < MAX_QUEUED and self._has_room(window):
            seen = window.seen[key] = _Repetition(entry, by, format_utc(now()))
            self._distinct += 1
            return seen, True
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

    def _on_written(self, seen: _Repetition, window: _Window, write: "asyncio.Task[None]") -> None:
        """Forget an entry that could not be written, so that the next attempt writes it."""
        seen.write = None
        if write.cancelled() or write.exception() is not None:
            for key in [key for key, each in window.seen.items() if each is seen]:
                del window.seen[key]
                self._distinct -= 1

    # -- writing -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write the queued entries periodically, until cancelled."""
        await run_on_database(self.write, INTERVAL_S, "audit journal write failed")

    async def write(self) -> None:
        """Write the queued entries in transactions of bounded size, in turns by account.

        Raise DatabaseUnavailable; the entries stay queued. If the response of the commit was lost they are written twice rather
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
        """End the windows that are over, and forget accounts without entries."""
        for key, window in list(self._windows.items()):
            self._roll(window)
            if not (window.seen or window.queue or window.overflow):
                del self._windows[key]

    def _take_batch(self) -> list[tuple[_Window, Queued]]:
        """Take the oldest entries off the queues, as many of each account."""
        waiting = [window for window in self._windows.values() if window.queue]
        each_takes = max(1, BATCH_SIZE // max(1, len(waiting)))
        batch: list[tuple[_Window, Queued]] = []
        for window in islice(waiting, BATCH_SIZE):
            batch += [(window, queued) for queued in window.queue[:each_takes]]
            del window.queue[:each_takes]
        return batch

    async def close(self) -> None:
        """Write everything, including what was only counted so far. Raise DatabaseUnavailable."""
        self.end_windows()
        await self.write()

    def end_windows(self) -> None:
        """Queue all that was counted, as at the end of the windows."""
        for window in self._windows.values():
            self._end(window)


def _write(batch: list[Queued], session: Session) -> None:
    boards = {board for entry, _ in batch if (board := _board_of(entry))}
    rows = session.connection().execute(_REFERENCES, {"ids": list(boards)}) if boards else ()
    references = {row.id: row.reference for row in rows}
    for entry, by in batch:
        named = replace(entry, reference=references.get(_board_of(entry))) if isinstance(entry, BoardRepeated) else entry
        writer.write(session, named, by=by, logged=isinstance(entry, Overflowed))


def _board_of(entry: Entry) -> str:
    """Return the board that an entry names by its reference; "" for an entry without one."""
    return str(getattr(entry, "board", entry.id)) if isinstance(entry, BoardRepeated) else ""
