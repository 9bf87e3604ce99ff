"""Access rules: the only way to get a board. A board that the account may not see is reported as `not_found`.

A search with access `desk` is visible to every signed-in account. A search with access `members` is visible only to its members,
whatever their role; a coordinator can read its board for an hour in an emergency. All displays see the same searches: those with
access `desk` whose appeal is not discreet. A guest sees only its search. A token that is limited to some boards sees those of
them that its account may see. Current rights apply to all history.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, func, literal, or_, true, union_all
from sqlalchemy import select as core_select
from sqlmodel import Session, select

from board.config.roles import Roles
from board.engine.emergency_access import Openings, current_openings, has_emergency_access
from board.engine.hash_chain import SEARCH_ERASED
from board.engine.identity import Caller
from board.engine.unit_of_work import UnitOfWork
from board.errors import Refused
from board.i18n import N_
from models.accounts import Account
from models.board import AUDIT, OPERATIONS, Board, VisibilityChange
from models.db.tables import columns_of, table_of
from models.display import ALL_DISPLAYS
from models.erasure import ASKED, Erasure
from models.missing_report import MissingReport
from models.search import Search
from models.tip import Tip
from realtime.source import Position

RestrictedSearches = dict[
    str, frozenset[str]
]  # audience of each search that is not visible to all, and of the tips and reports placed on it: account ids, or DESK
DESK = "desk"  # in an audience: every account, no display
ABOUT_OTHER_BOARDS = ("wake",)  # kinds on a search's board that name cards of other boards
OF_CONTACTS = ("contact",)  # kinds that only accounts with the right `contacts` may see

_B, _CHANGE, _S, _E = columns_of(Board), columns_of(VisibilityChange), columns_of(Search), columns_of(Erasure)
_CHANGED_ON = _CHANGE.board == bindparam("board")
_CHANGES_AFTER = (
    core_select(_CHANGE.account, func.max(_CHANGE.seq).label("seq"))
    .where(_CHANGED_ON, _CHANGE.seq > bindparam("seq", type_=BigInteger()))
    .group_by(_CHANGE.account)
)
_LAST_CHANGE_OF_ALL = core_select(_B.epoch, core_select(func.max(_CHANGE.seq)).where(_CHANGED_ON).scalar_subquery()).where(
    _B.id == bindparam("board")
)
_ERASED = core_select(_E.board, literal("")).where(_E.step != ASKED, _E.kind == Search.KIND)
_PLACED_OF_MEMBERS = union_all(
    *(
        core_select(placed.id, placed.placed_on).join(table_of(Search), _S.id == placed.placed_on).where(_S.access == "members")
        for placed in (columns_of(Tip), columns_of(MissingReport))
    ),
    _ERASED,
)


def restricted_searches(session: Session) -> RestrictedSearches:
    """Return the audience of each search that is not visible to all, and of each tip and report placed on a search with access
    `members`. Displays get no tips or reports, so those placed on a discreet search need no audience. A search whose erasure has
    begun has an empty audience: only its board remains, for the hash chain."""
    not_for_all = or_(Search.access == "members", Search.discreet == true())  # type: ignore[arg-type]
    rows = session.exec(select(Search.id, Search.access, Search.members, Search.discreet).where(not_for_all))
    audiences = {id: audience(access, members, discreet) for id, access, members, discreet in rows}
    restricted = {id: members for id, members in audiences.items() if members is not None}
    placed = session.connection().execute(_PLACED_OF_MEMBERS).all()
    return restricted | {id: restricted[search] if search else frozenset() for id, search in placed}


def audience(access: str, members: Iterable[str], discreet: bool) -> frozenset[str] | None:
    """Return the audience of a search; None if all accounts and displays see it."""
    if access == "members":
        return frozenset(members)
    return frozenset({DESK}) if discreet else None


def is_in_audience(viewer: str, members: frozenset[str]) -> bool:
    """Return whether an account, or ALL_DISPLAYS, belongs to an audience."""
    return viewer in members or (DESK in members and viewer != ALL_DISPLAYS)


class VisibilityView(NamedTuple):
    """Visibility of searches in one database snapshot. `at`: position on `operations` of the last change of visibility."""

    restricted: RestrictedSearches
    at: Position
    openings: Openings


def visibility_view(session: Session) -> VisibilityView:
    """Return the visibility of searches in this database snapshot."""
    epoch, seq = session.connection().execute(_LAST_CHANGE_OF_ALL, {"board": OPERATIONS}).one()
    return VisibilityView(restricted_searches(session), (epoch, seq or 0), current_openings(session))


def get_visible_board(session: Session, caller: Caller, board_id: str) -> Board:
    """Return the board. Raises Refused `not_found` if the caller may not see it, and for the audit board (see `audit_board`). For
    an erased search, the refusal has the field `board`, so that browsers delete their copy of the board."""
    board = session.get(Board, board_id) if caller.may_reach(board_id) else None
    search = session.get(Search, board_id) if board is not None and board.kind == "search" else None
    if board is not None and board.kind == Search.KIND and board.last_type == SEARCH_ERASED:
        raise Refused("not_found", fields={"board": N_("This search was erased.")})
    if board is None or not (is_guest_of(caller.account, search) or _sees_board(caller.account.id, board, search)):
        raise Refused("not_found")
    return board


def get_readable_board(session: Session, caller: Caller, board_id: str) -> Board:
    """Return the board as `get_visible_board` does. Emergency access to its search is also sufficient."""
    try:
        return get_visible_board(session, caller, board_id)
    except Refused:
        board = session.get(Board, board_id)
        if board is None or not has_emergency_access(current_openings(session), caller, board_id):
            raise
        return board


def lock_visible_board(uow: UnitOfWork, caller: Caller, board_id: str) -> Board:
    """Return the board, with its row locked until commit. Raises Refused `not_found` if the caller may not see it, and for the
    audit board, which is locked last."""
    board = _lock(uow, board_id) if caller.may_reach(board_id) else None
    search = uow.entities.get(Search, board_id) if board is not None and board.kind == "search" else None
    if board is None or not (is_guest_of(caller.account, search) or _sees_board(caller.account.id, board, search)):
        raise Refused("not_found")
    return board


def lock_second_board(uow: UnitOfWork, account: str, board_id: str) -> Board:
    """Return the second board of a command, with its row locked until commit. Raises Refused `not_found` if the account may not
    see it. Ignores the limits of guests and tokens, which apply to the command's own board."""
    board = _lock(uow, board_id)
    if board is None or not _sees_board(account, board, uow.entities.get(Search, board_id) if board.kind == "search" else None):
        raise Refused("not_found")
    return board


def _lock(uow: UnitOfWork, board_id: str) -> Board | None:
    return uow.lock_board(board_id) if board_id != AUDIT else None


def is_guest_of(account: Account, search: Search | None) -> bool:
    """Return whether the account is a guest of this search. A guest sees it regardless of its access and members."""
    return search is not None and account.guest_of == search.id


def hidden_kinds(caller: Caller, roles: Roles) -> tuple[str, ...]:
    """Return the kinds that are hidden from the caller on a search's board: kinds about other boards from a caller that is
    limited to some boards, and contacts from guests and roles without the right `contacts`."""
    is_guest = caller.account.guest_of is not None
    of_role = () if roles.allows(caller.account.role, "contacts") and not is_guest else OF_CONTACTS
    return (*ABOUT_OTHER_BOARDS, *of_role) if caller.is_limited else of_role


def audit_board(session: Session, account: Account) -> Board:
    """Return the audit board. Raises Refused `not_found` if the account is not an administrator."""
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
    """Return the seq of each account's last visibility change after `seq`. Omits accounts without a change."""
    rows = session.connection().execute(_CHANGES_AFTER, {"board": board, "seq": seq})
    return {row.account: row.seq for row in rows}
