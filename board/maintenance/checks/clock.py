"""Check of the clock against the database server's clock and the newest event."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from board.config.settings import Settings
from board.maintenance.checks.finding import State
from board.maintenance.database import read
from models.board import Board
from models.db.tables import columns_of
from models.times import now, parse_utc

MAX_OFFSET = timedelta(seconds=5)  # people read minutes
_B = columns_of(Board)
_NEWEST = select(func.max(_B.at)).where(_B.seq > 0)
_SERVER = select(func.clock_timestamp())


def check(settings: Settings) -> tuple[State, str]:
    newest, server = read(_times)
    at = now()
    if newest is not None and parse_utc(newest) - at > MAX_OFFSET:
        return State.WRONG, f"The newest event is dated {newest}, in the future: this clock is behind, or another one was ahead."
    if server is None:
        return State.OK, f"It is {at:%Y-%m-%d %H:%M:%S} UTC; no event is later."
    off = (at - server).total_seconds()
    if abs(off) > MAX_OFFSET.total_seconds():
        return State.WRONG, f"This clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the database server's."
    summary = f"It is {at:%Y-%m-%d %H:%M:%S} UTC"
    return State.OK, f"{summary}, within {abs(off) + 0.05:.1f} s of the database server's; no event is later."


def _times(session: Session) -> tuple[str | None, datetime | None]:
    """Return the time of the newest event, and the time of the database server's clock if it has one."""
    connection = session.connection()
    newest: str | None = connection.execute(_NEWEST).scalar()
    return newest, connection.execute(_SERVER).scalar() if connection.dialect.name == "postgresql" else None
