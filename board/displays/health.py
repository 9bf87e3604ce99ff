"""Which displays show what is true. A screen tells how it is; the server judges that, as one that has stopped tells nothing, and
one that is mistaken tells what is not so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session

from models.display import Display
from models.times import format_utc, parse_utc

SILENT = timedelta(seconds=10)  # two contacts: one that has told nothing for so long has stopped
LATE = timedelta(seconds=10)  # that a change may need until it is on a screen: contacts are older than the changes of now
STATES = ("current", "not_current", "silent", "unheard", "revoked")
_DISPLAYS: Any = Display.__table__  # type: ignore[attr-defined]
_NEXT = text("SELECT at FROM event WHERE board = :board AND seq = :seq")


def with_status(session: Session, now: datetime) -> Iterator[tuple[Display, str]]:
    """Each display that was not revoked, by name, with its state, one of STATES."""
    query = select(_DISPLAYS).where(_DISPLAYS.c.revoked_at.is_(None)).order_by(_DISPLAYS.c.name, _DISPLAYS.c.id)
    for row in session.connection().execute(query).mappings().all():
        display = Display(**row)
        yield display, status_of(session, display, now)


def status_of(session: Session, display: Display, now: datetime) -> str:
    """One of STATES. What the screen says of itself counts only where it is heard of, and has what happened before that."""
    if display.revoked_at is not None:
        return "revoked"
    if display.contact_at is None:
        return "unheard"
    contact = parse_utc(display.contact_at)
    if now - contact > SILENT:
        return "silent"
    return "current" if display.current and not _is_behind(session, display, contact) else "not_current"


def _is_behind(session: Session, display: Display, contact: datetime) -> bool:
    """Whether something had happened on a board that it shows, and had been for long, when it said that it is current."""
    boards: dict[str, int] = (display.told or {}).get("boards", {})
    following = (session.connection().execute(_NEXT, {"board": board, "seq": seq + 1}) for board, seq in boards.items())
    return any(at is not None and at <= format_utc(contact - LATE) for at in (found.scalar() for found in following))


@dataclass(frozen=True, slots=True)
class Told:
    """How a display stands, for the command line."""

    state: str
    line: str
    shown: dict[str, Any]


def told(session: Session, now: datetime) -> list[Told]:
    """Return how each display stands that was not revoked, by name."""
    return [Told(state, _line(display, state, now), _shown(display, state)) for display, state in with_status(session, now)]


def _line(display: Display, state: str, now: datetime) -> str:
    contact = f"{(now - parse_utc(display.contact_at)).total_seconds():.0f} s ago" if display.contact_at else "never"
    screen = (display.told or {}).get("screen") or ""
    line = f"{state:11}  heard {contact:>9}  {display.version or '':9}  {screen:9}  {display.id}  {display.name}"
    return "".join(sign if sign.isprintable() else " " for sign in line)  # a terminal does what some signs say


def _shown(display: Display, state: str) -> dict[str, Any]:
    screen = (display.told or {}).get("screen")
    return {
        "id": display.id, "name": display.name, "state": state, "heard_at": display.contact_at, "version": display.version,
        "screen": screen,
    }  # fmt: skip
