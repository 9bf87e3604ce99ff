"""Who may see what: the only way to get a board. Refused by not finding.

A search with access `desk` is seen by everyone who is signed in, one with `members` by its members alone, whatever their
role. Displays (all of them alike) see those of the desk whose appeal is not discreet. Rights are those of now, for all history.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, text, true
from sqlmodel import Session, select

from board.engine import unit_of_work
from board.errors import Refused
from models.accounts import Account
from models.board import AUDIT, OPERATIONS, Board, VisibilityChange
from models.display import WALL
from models.search import Search
from realtime.source import Position

if TYPE_CHECKING:
    pass

RestrictedSearches = dict[
    str, frozenset[str]
]  # who sees each search that is not for all: its members, or the desk without its displays
DESK = "desk"  # among these: everybody at the desk, but no display

_CHANGES_AFTER = text("SELECT account, max(seq) AS seq FROM sight WHERE board = :board AND seq > :seq GROUP BY account")
_LAST_CHANGE_OF_ALL = text("SELECT epoch, (SELECT max(seq) FROM sight WHERE board = :board) FROM board WHERE id = :board")
_LAST_CHANGE = text("SELECT max(seq) FROM sight WHERE board = :board AND account = :account")


def restricted_searches(session: Session) -> RestrictedSearches:
    """Who sees each search that is not for all."""
    not_for_all = or_(Search.access == "members", Search.discreet == true())  # type: ignore[arg-type]
    rows = session.exec(select(Search.id, Search.access, Search.members, Search.discreet).where(not_for_all))
    found = {id: audience(access, members, discreet) for id, access, members, discreet in rows}
    return {id: members for id, members in found.items() if members is not None}


def audience(access: str, members: Iterable[str], discreet: bool) -> frozenset[str] | None:
    """Who sees a search; None where all do."""
    if access == "members":
        return frozenset(members)
    return frozenset({DESK}) if discreet else None


def is_in_audience(who: str, members: frozenset[str]) -> bool:
    """Whether an account, or displays, are among those who see a search that is not for all."""
    return who in members or (DESK in members and who != WALL)


class VisibilityView(NamedTuple):
    """Who may see what in one view of the database; `at` is where on `operations` anybody's sight changed last."""

    restricted: RestrictedSearches
    at: Position


def visibility_view(session: Session) -> VisibilityView:
    """Rights in this view of the database."""
    epoch, seq = session.connection().execute(_LAST_CHANGE_OF_ALL, {"board": OPERATIONS}).one()
    return VisibilityView(restricted_searches(session), (epoch, seq or 0))


def get_visible_board(session: Session, account: str, board_id: str) -> Board:
    """The board, if this account may see it. Raises Refused `not_found`; of the audit board to everybody, see `audit_board`."""
    board = session.get(Board, board_id)
    if board is None or not _sees_board(account, board, session.get(Search, board_id) if board.kind == "search" else None):
        raise Refused("not_found")
    return board


def lock_visible_board(session: Session, account: str, board_id: str) -> Board:
    """The same, its row locked until the transaction ends. Not that of the audit board, which is locked after all others."""
    board = unit_of_work.lock_board(session, board_id) if board_id != AUDIT else None
    if board is None or not _sees_board(
        account, board, unit_of_work.get(session, Search, board_id) if board.kind == "search" else None
    ):
        raise Refused("not_found")
    return board


def audit_board(session: Session, account: Account) -> Board:
    """The audit board, of which nobody but administrators knows anything. Raises Refused `not_found`."""
    board = session.get(Board, AUDIT) if account.role == "admin" else None
    if board is None:
        raise Refused("not_found")
    return board


def _sees_board(account: str, board: Board, search: Search | None) -> bool:
    return board.id == OPERATIONS or (search is not None and can_see(account, search.access, search.members))


def can_see(account: str, access: str, members: Iterable[str]) -> bool:
    """Whether a person does."""
    return access == "desk" or account in members


def is_visible_on_displays(search: Search) -> bool:
    """Whether displays see a search."""
    return audience(search.access, search.members, search.discreet) is None


def last_visibility_change(session: Session, account: str, board: str) -> int:
    """The seq at which this account's sight on the board last changed, 0 if never. On `operations`: its sight of any search."""
    return int(session.connection().execute(_LAST_CHANGE, {"board": board, "account": account}).scalar() or 0)


def visibility_changes_after(session: Session, board: str, seq: int) -> dict[str, int]:
    """The same of every account whose sight changed after a seq."""
    rows = session.connection().execute(_CHANGES_AFTER, {"board": board, "seq": seq})
    return {row.account: row.seq for row in rows}


def record_visibility_change(session: Session, search: Search, accounts: Iterable[str]) -> None:
    """Notes that these accounts gained or lost sight of a search by the events that were just written."""
    for account in accounts:
        for board, subject, seq in ((search.id, search.id, search.seq), (OPERATIONS, search.id, search.operations_seq)):
            session.merge(VisibilityChange(board=board, search=subject, account=account, seq=seq))
