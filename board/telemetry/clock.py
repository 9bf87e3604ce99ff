"""Check of the clock: notices when times can't be trusted, and announces it to every client.

It notices a jump of the clock, compared with a monotonic one, and events ahead of the clock, for example after it was set back,
or because the clock of another machine is ahead. Both faults are stored in the database, so that every process announces them,
for `SHOWN_S` after the last occurrence.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import bindparam, delete, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.telemetry import metrics
from models.board import Board
from models.clock import AHEAD, JUMPED, ClockFault
from models.db.database import Database, DatabaseUnavailable
from models.db.tables import columns_of
from models.times import format_utc, parse_utc
from realtime.periodic import run_every
from realtime.wire import protocol

log = structlog.get_logger()

Clock = Callable[[], datetime]
Broadcast = Callable[[str, bytes, bytes], None]  # of a subject: the frames to people and to displays

TICK_S = 1.0
TICKS_PER_READ = 5  # so faults that other processes stored are announced within 5 s
JUMP_S = 5.0  # smaller steps are normal for time synchronisation, and people read minutes
SLEW = 0.001  # rate of a clock that is being adjusted; real ones use half of this
SHOWN_S = 1_800.0
REPEAT_S = 600.0  # interval of storing the fault while events are ahead, so that it stays visible
MAX_ROWS = 100  # rows kept in the table

_FAULT = columns_of(ClockFault)
_LAST = core_select(func.max(_FAULT.id))
_NEWEST = core_select(func.max(columns_of(Board).at))
_DROP = delete(ClockFault).where(_FAULT.id <= bindparam("id"))


def uptime() -> float:
    """Return the seconds of a monotonic clock, which also counts suspended time if the system supports it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class StepDetector:
    """Detector of steps of a wall clock, compared with a monotonic one. Readings are in seconds."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._at = 0.0

    def tick(self, wall: float, up: float) -> float:
        """Return the seconds of the wall clock's jump since the last call; 0 if there was none."""
        offset, elapsed = wall - up, up - self._at
        self._at = up
        if self._offset is None:
            self._offset = offset
            return 0.0
        step = offset - self._offset
        if abs(step) >= JUMP_S:
            self._offset = offset
            return step
        self._offset += max(-SLEW * elapsed, min(SLEW * elapsed, step))
        return 0.0


class ClockFacts(NamedTuple):
    """Newest event time in the database, and the newest fault of each kind."""

    newest: str
    faults: dict[str, ClockFault]


class ClockCheck:
    """Check of the clock of a process. `clock`: source of event times."""

    def __init__(self, database: Database, broadcast: Broadcast, clock: Clock, up: Callable[[], float] = uptime) -> None:
        self._database, self._broadcast, self._clock, self._up = database, broadcast, clock, up
        self._steps = StepDetector()
        self._ticks = 0
        self._compared = False  # with the database
        self._jump: dict[str, Any] | None = None  # to be stored when the database is available
        # By kind: id of the newest fault, and the `up` time at which it expires
        self._seen: dict[str, tuple[int, float]] = {}
        self._announced = protocol.clock(None, None)

    async def run(self) -> None:
        """Check every second until cancelled."""
        self._step()  # a first reading now, so that a jump before the first tick is noticed, too
        await run_every(TICK_S, self.tick)

    async def tick(self) -> None:
        """Compare the clocks; every few ticks, and after a jump, also compare the newest event with the clock."""
        if step := self._step():
            metrics.clock_jumps.inc()
            log.warning("clock jumped", seconds=round(step, 1))
            self._jump = {"kind": JUMPED, "at": format_utc(self._clock()), "by_s": round(step, 1)}
        self._ticks += 1
        try:
            if (jump := self._jump) is not None:
                await self._store(**jump)
                self._jump = None
            if jump or self._ticks % TICKS_PER_READ == 1:
                await self._compare()
        except DatabaseUnavailable:
            log.warning("clock check failed")

    def _step(self) -> float:
        return self._steps.tick(self._clock().timestamp(), self._up())

    async def _compare(self) -> None:
        facts = await self._database.read(_read)
        now = self._clock()
        ahead_s = (parse_utc(facts.newest) - now).total_seconds() if facts.newest else 0.0
        metrics.clock_ahead(max(0.0, ahead_s))
        stored = facts.faults.get(AHEAD)
        is_announced = stored is not None and abs(now - parse_utc(stored.at)) < timedelta(seconds=REPEAT_S)
        if ahead_s > JUMP_S and not is_announced:
            log.warning("events ahead of the clock", seconds=round(ahead_s, 1), until=facts.newest)
            await self._store(kind=AHEAD, at=format_utc(now), until=facts.newest)
            facts = await self._database.read(_read)
        self._announce(facts.faults, now)

    async def _store(self, **fault: Any) -> None:
        def store(session: Session) -> None:
            last = session.connection().execute(_LAST).scalar() or 0
            session.add(ClockFault(id=last + 1, **fault))
            session.connection().execute(_DROP, {"id": last + 1 - MAX_ROWS})

        await self._database.write(store)

    def _announce(self, faults: dict[str, ClockFault], now: datetime) -> None:
        """Announce the current faults to all clients, if they changed."""
        for kind, fault in faults.items():
            if fault.id > self._seen.get(kind, (0, 0.0))[0]:
                # A fault from before this process: only the wall clock gives its age.
                age = 0.0 if self._compared else abs((now - parse_utc(fault.at)).total_seconds())
                self._seen[kind] = (fault.id, self._up() + SHOWN_S - age)
        self._compared = True
        current = {kind: fault for kind, fault in faults.items() if self._seen[kind][1] > self._up()}
        jumped, ahead = current.get(JUMPED), current.get(AHEAD)
        frame = protocol.clock(
            {"by_s": jumped.by_s, "at": jumped.at} if jumped else None, {"until": ahead.until, "at": ahead.at} if ahead else None
        )
        if frame != self._announced:  # without any fault since the start, nothing is announced
            self._announced = frame
            self._broadcast("clock", frame, frame)


def _read(session: Session) -> ClockFacts:
    newest: Any = session.connection().execute(_NEWEST).scalar()
    faults = {}
    for kind in (JUMPED, AHEAD):
        fault = session.exec(select(ClockFault).where(ClockFault.kind == kind).order_by(col(ClockFault.id).desc())).first()
        if fault is not None:
            session.expunge(fault)
            faults[kind] = fault
    return ClockFacts(newest or "", faults)
