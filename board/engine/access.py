"""Access rules: the only way to get a board. A board that the account may not see is reported as `not_found`.

A search with access `desk` is visible to every signed-in account; one with `members` only to its members, whatever their role.
Displays all see the same: searches with access `desk` whose appeal is not discreet. Today's rights apply to all of history.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import or_, text, true
from sqlmodel import Session, select

from board.engine.unit_of_work import UnitOfWork
from board.errors import Refused
from models.accounts import Account
from models.board import AUDIT, OPERATIONS, Board
from models.display import ALL_DISPLAYS
from models.search import Search
from realtime.source import Position

RestrictedSearches = dict[
    str, frozenset[str]
]  # audience of each search that is not visible to all: its members, or DESK (everybody but displays); also of tips placed there
DESK = "desk"  # in an audience: every account, but no display

_CHANGES_AFTER = text("SELECT account, max(seq) AS seq FROM sight WHERE board = :board AND seq > :seq GROUP BY account")
_LAST_CHANGE_OF_ALL = text("SELECT epoch, (SELECT max(seq) FROM sight WHERE board = :board) FROM board WHERE id = :board")
_TIPS_OF_MEMBERS = text("SELECT t.id, t.placed_on FROM tip t JOIN search s ON s.id = t.placed_on WHERE s.access = 'members'")


def restricted_searches(session: Session) -> RestrictedSearches:
    """Return the audience of each search that is not visible to all, and of the tips placed on those for members only. (Displays
    get no tips, so those on a discreet search need no audience.)"""
    not_for_all = or_(Search.access == "members", Search.discreet == true())  # type: ignore[arg-type]
    rows = session.exec(select(Search.id, Search.access, Search.members, Search.discreet).where(not_for_all))
    found = {id: audience(access, members, discreet) for id, access, members, discreet in rows}
    of_all = {id: members for id, members in found.items() if members is not None}
    return of_all | {row.id: of_all[row.placed_on] for row in session.connection().execute(_TIPS_OF_MEMBERS)}


def audience(access: str, members: Iterable[str], discreet: bool) -> frozenset[str] | None:
    """Return the audience of a search; None if everybody sees it."""
    if access == "members":
        return frozenset(members)
    return frozenset({DESK}) if discreet else None


def is_in_audience(who: str, members: frozenset[str]) -> bool:
    """Return whether an account, or WALL for displays, belongs to an audience."""
    return who in members or (DESK in members and who != ALL_DISPLAYS)


class VisibilityView(NamedTuple):
    """Rights as of one view of the database. `at` is the position on `operations` at which anybody's visibility last changed."""

    restricted: RestrictedSearches
    at: Position


def visibility_view(session: Session) -> VisibilityView:
    """Read the rights in this view of the database."""
    epoch, seq = session.connection().execute(_LAST_CHANGE_OF_ALL, {"board": OPERATIONS}).one()
    return VisibilityView(restricted_searches(session), (epoch, seq or 0))


def get_visible_board(session: Session, account: str, board_id: str) -> Board:
    """Return the board if this account may see it. Raises Refused `not_found`, always for the audit board (see `audit_board`)."""
    board = session.get(Board, board_id)
    if board is None or not _sees_board(account, board, session.get(Search, board_id) if board.kind == "search" else None):
        raise Refused("not_found")
    return board


def lock_visible_board(unit: UnitOfWork, account: str, board_id: str) -> Board:
    """Return a board that this account may see, its row locked until commit. Raises Refused `not_found`, also for the audit
    board: that one is locked last."""
    board = unit.lock_board(board_id) if board_id != AUDIT else None
    if board is None or not _sees_board(account, board, unit.entities.get(Search, board_id) if board.kind == "search" else None):
        raise Refused("not_found")
    return board


def audit_board(session: Session, account: Account) -> Board:
    """Return the audit board, which only administrators may know of. Raises Refused `not_found`."""
    board = session.get(Board, AUDIT) if account.role == "admin" else None
    if board is None:
        raise Refused("not_found")
    return board


def _sees_board(account: str, board: Board, search: Search | None) -> bool:
    return board.id == OPERATIONS or (search is not None and can_see(account, search.access, search.members))


def can_see(account: str, access: str, members: Iterable[str]) -> bool:
    """Return whether an account sees a search with this access and these members."""
    return access == "desk" or account in members


def is_visible_on_displays(search: Search) -> bool:
    """Return whether displays see a search."""
    return audience(search.access, search.members, search.discreet) is None


def visibility_changes_after(session: Session, board: str, seq: int) -> dict[str, int]:
    """Return the seq of the last visibility change after `seq`, by account; accounts without one are left out."""
    rows = session.connection().execute(_CHANGES_AFTER, {"board": board, "seq": seq})
    return {row.account: row.seq for row in rows}
