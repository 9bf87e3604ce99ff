"""Recipients of alerts about urgent sightings: the lead of the search and the holder of the shift."""

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.engine import unit_of_work
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.handover import Shift
from models.search import Search

_HOLDER = select(columns_of(Shift).holder).where(columns_of(Shift).id == bindparam("id"))
_HOLDER_KEY = "holder of the shift"  # key in `session.info`


def recipients(session: Session, board: str) -> set[str]:
    """Return the accounts to alert of an urgent sighting on a search's board."""
    search = unit_of_work.get(session, Search, board)
    return {search.lead if search is not None else None, holder(session)} - {None}  # type: ignore[return-value]


def holder(session: Session) -> str | None:
    """Return the holder of the shift, or None. Reads it once per transaction, and sees the changes of this transaction."""
    known = unit_of_work.current(session).entities.find_cached(Shift, OPERATIONS)
    if known is not None:
        return known.holder
    if _HOLDER_KEY not in session.info:
        session.info[_HOLDER_KEY] = session.connection().execute(_HOLDER, {"id": OPERATIONS}).scalar()
    found: str | None = session.info[_HOLDER_KEY]
    return found
