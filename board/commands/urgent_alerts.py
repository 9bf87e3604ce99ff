"""Recipients of alerts about urgent sightings: the lead of the search and the holder of the shift."""

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel import Session

from board.engine import unit_of_work
from board.engine.event import JournalEvent
from models.board import OPERATIONS
from models.entity import State
from models.handover import Shift
from models.search import Search
from models.sighting import Sighting

KIND = "urgent"
_HOLDER = text("SELECT holder FROM shift WHERE id = :id")


def recipients(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> set[str]:
    """Return the accounts to alert of a sighting that this event made urgent."""
    if event.kind != Sighting.KIND or "priority" not in fields or after["priority"] != "urgent" or after["withdrawn"]:
        return set()
    search = unit_of_work.get(session, Search, event.board)
    return {search.lead if search is not None else None, _holder(session)} - {None}  # type: ignore[return-value]


def _holder(session: Session) -> str | None:
    """Return the shift's holder. Not cached, as the board of operations is not locked here."""
    known = unit_of_work.current(session).rows.get((Shift, OPERATIONS))
    if isinstance(known, Shift):
        return known.holder
    holder: str | None = session.connection().execute(_HOLDER, {"id": OPERATIONS}).scalar()
    return holder
