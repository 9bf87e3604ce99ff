"""Checks of other searches that the erasure of a part affects: a sighting of two children is also on the sibling's board."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from board.engine import access, unit_of_work
from board.errors import OperationError
from board.i18n import N_
from board.retention import holds
from board.retention.parts import Part
from models.board import OPERATIONS
from models.search import Search

HIDDEN = N_("This is also on a search that you cannot see. Only people who see both searches can erase it.")
HELD = N_("This is also on a search that is on hold. That hold must end first.")


def check(session: Session, own: str, parts: Iterable[Part], account: str | None, now: datetime) -> None:
    """Check that no other search of the parts is on hold, or hidden from this account. Raises OperationError.

    `account`: None for a command, which sees all searches.
    """
    others = {part.board for part in parts} - {own, OPERATIONS}
    if account is not None and not all(sees(session, account, board) for board in others):
        raise OperationError(HIDDEN)
    if any(holds.current_holds(session, now, board) for board in others):
        raise OperationError(HELD)


def sees(session: Session, account: str, board: str) -> bool:
    search = unit_of_work.get(session, Search, board)
    return search is not None and access.can_see(account, search.access, search.members)
