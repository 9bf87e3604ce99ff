"""Search that a wall display in an inner room shows."""

from sqlmodel import Session

from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from models.board import OPERATIONS
from models.display import PROFILES
from models.search import Search


def shown_search(session: Session, caller: Caller, id: str) -> Search:
    """Return an open search that this display shows. Raises Refused `not_found` for all other displays and searches."""
    display, search = caller.display, session.get(Search, id)
    if display is None or display.profile != PROFILES[1] or search is None or search.status != "open":
        raise Refused("not_found")
    if not access.is_visible_on_displays(search) or not {id, OPERATIONS} & set(display.shows["boards"]):
        raise Refused("not_found")
    return search
