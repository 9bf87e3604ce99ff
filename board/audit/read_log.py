"""Read log: it stores each read before its data is sent, in batches of 50 ms that share a commit with other writes.

- A read that can't be recorded is refused. If the setting SERVE_UNRECORDED_READS is on, it is served instead, and its entry is
  collected like that of a refusal.
- Repetitions within five minutes are counted in the row of the first read, durably too. When the five minutes are over, the audit
  journal gets one more entry with their number.
- A subscription is one row. Its `until` is updated every minute and at the end, so that after a crash it shows when the
  subscription was last open.
- Reads with another reason get another row. Otherwise the log would still show a member who lost access, and then opened the
  search in an emergency, as a member.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from board.audit.entries import Reading
from board.audit.read_line import Batch, Increment, Key, Reader, ReadLine, key_of
from board.audit.read_writes import write_batch, write_ends
from board.audit.repeats import Repeats
from board.engine.identity import Caller
from board.telemetry import metrics
from board.telemetry.periodic import run_on_database
from models.board import AUDIT
from models.db.database import Database, DatabaseUnavailable
from models.ids import new_id
from models.times import format_utc, now

BATCH_S = 0.05  # shortest time between the starts of two batches
SWEEP_S = 1.0  # between two writes of ended lines
STILL_OPEN_S = 60.0  # between two updates of `until` in the rows of open subscriptions
BATCH_SIZE = 200  # lines per batch; a command waits a few milliseconds for it
MAX_WAITING = 20_000  # reads that wait for a batch; more are refused
MAX_LINES = 20_000  # lines in memory; a repetition of a forgotten line becomes a new line
MAX_ENDS = 500  # lines per write of ends
TIMEOUT_S = 8.0  # longest wait of a read: shorter than the timeout of a page, so that it gets an answer and retries

Clock = Callable[[], float]


class ReadLog:
    """Recorder of reads. All its methods run on the event loop."""

    def __init__(self, database: Database, repeats: Repeats, serves_unrecorded: bool, clock: Clock = time.monotonic) -> None:
        self._database, self._repeats, self._serves_unrecorded, self._clock = database, repeats, serves_unrecorded, clock
        self._lines: dict[Key, ReadLine] = {}
        self._batches: deque[Batch] = deque()  # not begun yet
        self._writing: asyncio.Task[None] | None = None  # writes the batches
        self._waiting = 0
        self._began_at = float("-inf")
        self._ended: list[ReadLine] = []  # with repetitions or an end to write
        self._moved_at = clock()
        self._writing_ends = asyncio.Lock()
        # SQLite: shares a commit with commands. PostgreSQL: a separate transaction, which waits only for the audit board.
        self._boards = (AUDIT,) if database.backend.kind == "sqlite" else ()

    # -- recording ----------------------------------------------------------------------------------------------------

    async def record(self, caller: Caller, entry: Reading) -> None:
        """Record a read before its data is sent. Raises DatabaseUnavailable; then the data must not be sent."""
        await self._record(caller, entry, following=False)

    async def follow(self, caller: Caller, entry: Reading) -> ReadLine | None:
        """Record the start of a subscription. Return the line to pass to `end`. Raises DatabaseUnavailable as `record` does."""
        line = await self._record(caller, entry, following=True)
        if line is not None:
            line.open += 1
            self._keep(line)
        return line

    def end(self, line: ReadLine) -> None:
        """Record the end of a subscription. It is written within a second."""
        line.open -= 1
        line.used_at = self._clock()
        line.ended_at = format_utc(now())

    def _keep(self, line: ReadLine) -> None:
        """Keep a line in memory until its subscriptions have ended, even if another line has its key."""
        if self._lines.get(line.key) is not line:
            line.key = (*line.key, line.id)
            self._lines[line.key] = line

    def is_following(self, caller: Caller, entry: Reading) -> bool:
        """Return whether an open, recorded subscription of the caller covers this entry."""
        line = self._lines.get(key_of(entry, Reader.of(caller), True))
        return line is not None and line.is_stored and line.open > 0

    async def _record(self, caller: Caller, entry: Reading, following: bool) -> ReadLine | None:
        reader = Reader.of(caller)
        if self._waiting >= MAX_WAITING:
            self._refuse(entry, reader, None)
            return None
        line = self._line(entry, reader, following)
        line.add(entry, self._clock())
        written = self._batch_of(line).written
        self._waiting += 1
        is_served = False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.shield(written)
            is_served = True
        except (DatabaseUnavailable, TimeoutError) as error:
            self._refuse(entry, reader, error)
            return None
        finally:
            self._waiting -= 1
            line = line.newest
            if following and not is_served and not line.open:  # the entry may still be written
                line.ended_at = format_utc(now())
        return line

    def _batch_of(self, line: ReadLine) -> Batch:
        """Return the batch that writes a line's reads: its own one, otherwise the last one with space, or a new one."""
        if line.batch is None:
            if not self._batches or len(self._batches[-1].lines) >= BATCH_SIZE:
                self._batches.append(Batch(asyncio.get_running_loop().create_future()))
            line.batch = self._batches[-1]
            line.batch.lines.append(line)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_batches())
        return line.batch

    def _refuse(self, entry: Reading, reader: Reader, error: Exception | None) -> None:
        metrics.unrecorded_reads.inc()
        if not self._serves_unrecorded:
            raise DatabaseUnavailable from error
        self._repeats.add(entry, reader.by)

    def _line(self, entry: Reading, reader: Reader, following: bool) -> ReadLine:
        key, at = key_of(entry, reader, following), self._clock()
        line = self._lines.get(key)
        if line is not None and line.has_ended(at):
            self._forget(line)
            line = None
        if line is None:
            if len(self._lines) >= MAX_LINES and (oldest := self._oldest()) is not None:
                self._forget(oldest)
            line = self._lines[key] = ReadLine(key, entry, reader, following, at, at)
        return line

    def _oldest(self) -> ReadLine | None:
        """Return the oldest line without an open subscription or a waiting read."""
        return next((line for line in self._lines.values() if not line.is_in_use), None)

    def _forget(self, line: ReadLine) -> None:
        """Forget a line, so that the next read with its key starts a new one."""
        if self._lines.get(line.key) is line:
            del self._lines[line.key]
        if line.repeated or line.ended_at is not None:
            self._ended.append(line)

    # -- writing ------------------------------------------------------------------------------------------------------

    async def _write_batches(self) -> None:
        """Write the waiting batches in turn, at most one per BATCH_S, so that they do not hold up commands on a slow disk."""
        while self._batches:
            await asyncio.sleep(max(0.0, self._began_at + BATCH_S - self._clock()))
            self._began_at = self._clock()
            batch = self._batches.popleft()
            try:
                await self._write_batch([line.take() for line in batch.lines])
                batch.written.set_result(None)
            except Exception as error:
                batch.written.set_exception(error)
                batch.written.exception()  # marks the error as handled: each waiting read raises it

    async def _write_batch(self, increments: list[Increment]) -> None:
        try:
            await self._database.write(partial(write_batch, new_id(), increments), boards=self._boards)
        except Exception:
            for increment in increments:
                self._fail(increment)
            raise
        for increment in increments:
            self._succeed(increment)

    def _succeed(self, increment: Increment) -> None:
        """Count the reads of a written batch, and replace a line if its reads now have another reason."""
        origin, line = increment.origin, increment.line
        origin.is_in_write, line.is_stored, line.is_uncertain, line.why = False, True, False, increment.why
        line.repeated += increment.reads - increment.is_new
        line.repeated_hits += increment.hits if not increment.is_new else 0
        if line is not origin:
            origin.pass_on(line)
            self._lines[line.key] = line
            (self._keep if origin.open else self._forget)(origin)

    def _fail(self, increment: Increment) -> None:
        """Forget the new line of a failed batch, unless it has more reads waiting, or is a subscription that may need an end."""
        origin, line = increment.origin, increment.line
        origin.is_in_write = False
        if not increment.is_new:
            return
        line.is_uncertain = True
        if line.following:
            line.ended_at = line.ended_at or format_utc(now())
            self._keep(line)
        elif not line.pending and self._lines.get(line.key) is line:
            del self._lines[line.key]

    async def run(self) -> None:
        """Write ends periodically, until cancelled."""
        await run_on_database(self.write_ends, SWEEP_S, "read log write failed")

    async def write_ends(self) -> None:
        """Write the ends of subscriptions, and the repetitions of lines that have ended. Raises DatabaseUnavailable."""
        async with self._writing_ends:
            at = self._clock()
            for line in [line for line in self._lines.values() if line.has_ended(at)]:
                self._forget(line)
            is_due = at - self._moved_at >= STILL_OPEN_S
            moving = [line for line in self._lines.values() if line.ended_at is not None or (is_due and line.open)]
            ended, self._ended = self._ended, []
            try:
                await self._write_ends(moving, ended)
            except DatabaseUnavailable:
                self._ended = ended + self._ended
                raise
            if is_due:
                self._moved_at = at

    async def _write_ends(self, moving: list[ReadLine], ended: list[ReadLine]) -> None:
        ends = {line: line.ended_at for line in (*moving, *ended) if line.following and (line.is_stored or line.is_uncertain)}
        at = format_utc(now())
        rows = [(line.id, at if line.open else until or at, line.open > 0) for line, until in ends.items()]
        for start in range(0, max(len(rows), len(ended)), MAX_ENDS):
            page = slice(start, start + MAX_ENDS)
            await self._database.write(partial(write_ends, rows[page], ended[page]))
        for line, until in ends.items():
            if line.ended_at == until:
                line.ended_at = None

    def end_windows(self) -> None:
        """End all lines without an open subscription, so that the next read is a new line."""
        self._forget_all(line for line in list(self._lines.values()) if not line.is_in_use)

    def _forget_all(self, lines: Iterable[ReadLine]) -> None:
        for line in lines:
            self._forget(line)

    async def close(self) -> None:
        """Write what is not written yet. Raises DatabaseUnavailable."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
        for line in self._lines.values():
            if line.open:
                line.open, line.ended_at = 0, format_utc(now())
        self._forget_all(list(self._lines.values()))
        await self.write_ends()
