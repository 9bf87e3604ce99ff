"""Health of displays, decided by the server: a frozen display sends no report, and a faulty one a wrong report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlmodel import Session

from board.engine import event_queries
from models.db.tables import table_of
from models.display import Display
from models.times import format_utc, parse_utc, to_ms

SILENT_AFTER = timedelta(seconds=10)  # time without a report, in which a working display sends two
LATE = timedelta(seconds=10)  # time until a change must be on the screen; a report may lack the latest changes
State = Literal["current", "not_current", "silent", "unheard", "revoked"]
STATES = get_args(State)
_DISPLAYS = table_of(Display)


def with_status(session: Session, now: datetime) -> Iterator[tuple[Display, str]]:
    """Yield each active display by name, with its status, one of STATES."""
    query = select(_DISPLAYS).where(_DISPLAYS.c.revoked_at.is_(None)).order_by(_DISPLAYS.c.name, _DISPLAYS.c.id)
    for row in session.connection().execute(query).mappings().all():
        display = Display(**row)
        yield display, status_of(session, display, now)


def status_of(session: Session, display: Display, now: datetime) -> State:
    """Return the status of a display. Its report counts only if it is recent and includes all events that are older than LATE."""
    if display.revoked_at is not None:
        return "revoked"
    if display.contact_at is None:
        return "unheard"
    reported_at = parse_utc(display.contact_at)
    if now - reported_at > SILENT_AFTER:
        return "silent"
    return "current" if display.current and not _is_behind(session, display, reported_at) else "not_current"


def _is_behind(session: Session, display: Display, reported_at: datetime) -> bool:
    """Return whether the report lacks an event that happened at least LATE before the report was sent."""
    boards: dict[str, int] = (display.told or {}).get("boards", {})
    next_times = (event_queries.time_of(session, board, seq + 1) for board, seq in boards.items())
    return any(at is not None and at <= to_ms(format_utc(reported_at - LATE)) for at in next_times)


@dataclass(frozen=True, slots=True)
class DisplayRow:
    """Row of the table of displays: status, line for the command line, and JSON object."""

    state: str
    as_line: str
    as_json: dict[str, Any]


def table(session: Session, now: datetime) -> list[DisplayRow]:
    """Return a row for each active display, by name."""
    return [DisplayRow(state, _line(display, state, now), _json(display, state)) for display, state in with_status(session, now)]


def _line(display: Display, state: str, now: datetime) -> str:
    reported_at = f"{(now - parse_utc(display.contact_at)).total_seconds():.0f} s ago" if display.contact_at else "never"
    screen = (display.told or {}).get("screen") or ""
    row = f"{state:11}  heard {reported_at:>9}  {display.version or '':9}  {screen:9}  {display.id}  {display.name}"
    return "".join(sign if sign.isprintable() else " " for sign in row)  # a terminal would interpret control characters


def _json(display: Display, state: str) -> dict[str, Any]:
    screen = (display.told or {}).get("screen")
    return {
        "id": display.id, "name": display.name, "state": state, "heard_at": display.contact_at, "version": display.version,
        "screen": screen,
    }  # fmt: skip
