"""Notices when times can't be trusted, and has every screen say so.

Two things are noticed: the clock jumped, held against one that nobody can set; and events carry times that are ahead of the
clock, as after it was set back, or where another machine's clock is ahead. Either is kept in the database, so that every
process says it, and is said for `SHOWN_S` after it was noticed last.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import text
from sqlmodel import Session, col, select

from board.telemetry import metrics
from models.clock import AHEAD, JUMPED, ClockFault
from models.db.database import Database, DatabaseUnavailable
from models.times import format_utc, parse_utc
from realtime import protocol
from realtime.hub import Hub
from realtime.periodic import run_every

log = structlog.get_logger()

Clock = Callable[[], datetime]

LOOK_S = 1.0
READ_EVERY = 5  # looks: what other processes noticed is told within so many seconds
JUMP_S = 5.0  # people read minutes; what is less is the daily work of whatever sets clocks
SLEW = 0.001  # a clock that is set gently gains or loses half of this
SHOWN_S = 1_800.0
AGAIN_S = 600.0  # while events are ahead, this is kept again, so that it is shown until they no longer are
KEPT = 100  # rows

_LAST = text("SELECT max(id) FROM clockfault")
_NEWEST = text("SELECT max(at) FROM board")
_DROP = text("DELETE FROM clockfault WHERE id <= :id")


def uptime() -> float:
    """Seconds by a clock that nobody can set, and that goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Steps:
    """Holds a wall clock against one that can't be set. Readings are in seconds."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._at = 0.0

    def look(self, wall: float, up: float) -> float:
        """Return by how many seconds the wall clock jumped since the last look; 0 where it did not."""
        offset, passed = wall - up, up - self._at
        self._at = up
        if self._offset is None:
            self._offset = offset
            return 0.0
        by = offset - self._offset
        if abs(by) >= JUMP_S:
            self._offset = offset
            return by
        self._offset += max(-SLEW * passed, min(SLEW * passed, by))
        return 0.0


class Read(NamedTuple):
    """What the database knows: the newest time of any event, and the newest fault of each kind."""

    newest: str
    faults: dict[str, ClockFault]


class ClockWatch:
    """Watches the clock of a process. `clock` is what the times that it writes are read from."""

    def __init__(self, database: Database, hub: Hub, clock: Clock, up: Callable[[], float] = uptime) -> None:
        self._database, self._hub, self._clock, self._up = database, hub, clock, up
        self._steps = Steps()
        self._looks = 0
        self._compared = False  # with what the database knows
        self._jump: dict[str, Any] | None = None  # to be kept, when the database can be asked
        self._seen: dict[str, tuple[int, float]] = {}  # by kind: the newest fault, and until when it is shown, by `up`
        self._told = protocol.clock(None, None)

    async def run(self) -> None:
        """Looks until it is cancelled."""
        await run_every(LOOK_S, self.look)

    async def look(self) -> None:
        """Holds the clocks against each other; now and then, and after a jump, also the journal against the clock."""
        by = self._steps.look(self._clock().timestamp(), self._up())
        if by:
            metrics.clock_jumps.inc()
            log.warning("the clock jumped", seconds=round(by, 1))
            self._jump = {"kind": JUMPED, "at": format_utc(self._clock()), "by_s": round(by, 1)}
        self._looks += 1
        try:
            if (jump := self._jump) is not None:
                await self._keep(**jump)
                self._jump = None
            if jump or self._looks % READ_EVERY == 1:
                await self._compare()
        except DatabaseUnavailable:
            log.warning("the clock can't be held against the journal")

    async def _compare(self) -> None:
        known = await self._database.read(_read)
        now = self._clock()
        ahead_s = (parse_utc(known.newest) - now).total_seconds() if known.newest else 0.0
        metrics.clock_ahead(max(0.0, ahead_s))
        if ahead_s > JUMP_S and not self._is_kept(known.faults.get(AHEAD), now):
            log.warning("events are ahead of the clock", seconds=round(ahead_s, 1), until=known.newest)
            await self._keep(kind=AHEAD, at=format_utc(now), until=known.newest)
            known = await self._database.read(_read)
        self._tell(known.faults, now)

    def _is_kept(self, fault: ClockFault | None, now: datetime) -> bool:
        return fault is not None and abs(now - parse_utc(fault.at)) < timedelta(seconds=AGAIN_S)

    async def _keep(self, **fault: Any) -> None:
        def keep(session: Session) -> None:
            last = session.connection().execute(_LAST).scalar() or 0
            session.add(ClockFault(id=last + 1, **fault))
            session.connection().execute(_DROP, {"id": last + 1 - KEPT})

        await self._database.write(keep)

    def _tell(self, faults: dict[str, ClockFault], now: datetime) -> None:
        """Has every screen say what is to be said now."""
        for kind, fault in faults.items():
            if fault.id > self._seen.get(kind, (0, 0.0))[0]:
                # One that was there when this process began may be old: how old, only the clock can say.
                age = 0.0 if self._compared else abs((now - parse_utc(fault.at)).total_seconds())
                self._seen[kind] = (fault.id, self._up() + SHOWN_S - age)
        self._compared = True
        shown = {kind: fault for kind, fault in faults.items() if self._seen[kind][1] > self._up()}
        jumped, ahead = shown.get(JUMPED), shown.get(AHEAD)
        frame = protocol.clock(
            {"by_s": jumped.by_s, "at": jumped.at} if jumped else None, {"until": ahead.until, "at": ahead.at} if ahead else None
        )
        if frame != self._told:  # where nothing ever was, nobody has to be told
            self._told = frame
            self._hub.announce("clock", frame, frame)


def _read(session: Session) -> Read:
    newest: Any = session.connection().execute(_NEWEST).scalar()
    faults = {}
    for kind in (JUMPED, AHEAD):
        found = session.exec(select(ClockFault).where(ClockFault.kind == kind).order_by(col(ClockFault.id).desc())).first()
        if found is not None:
            session.expunge(found)
            faults[kind] = found
    return Read(newest or "", faults)
