"""Placing of tips and reports on a search: the search that gets them, and the accounts that lose or gain access to them."""

from sqlmodel import select

from board.commands.searches import visibility
from board.commands.searches.searches import viewers
from board.engine import access, unit_of_work
from board.engine.event_writer import EventWriter
from board.errors import Refused, not_found
from models.accounts import Account
from models.board import Board
from models.missing_report import MissingReport
from models.search import Search
from models.tip import Tip

Placed = Tip | MissingReport


def find_open(writer: EventWriter, id: str) -> tuple[Search, EventWriter]:
    """Return a search that the account may see, and the writer for its board. Raises Refused `not_found` or `closed`."""
    search, board = _find(writer, id)
    if search.status == "closed":
        raise Refused("closed")
    return search, writer.on_search(board)


def check_visible(writer: EventWriter, row: Placed) -> None:
    """Raise Refused `not_found` if a row was placed on a search that the account may not see."""
    if row.placed_on is not None and writer.account is not None:
        search = unit_of_work.get(writer.session, Search, row.placed_on)
        if search is None or not access.can_see(writer.account.id, search.access, search.members):
            raise not_found(row.KIND)


def record_audience(writer: EventWriter, row: Placed, search: Search, is_visible_to_all: bool = False) -> None:
    """Record that the accounts that may not see a members-only search lost or gained access to a row by its last event."""
    if search.access != "members":
        return
    accounts = set(writer.session.exec(select(Account.id)))
    outside = accounts - viewers(search, accounts)
    visibility.record_placed_change(writer, row, None if is_visible_to_all else search, outside)


def _find(writer: EventWriter, id: str) -> tuple[Search, Board]:
    try:
        board = access.lock_second_board(writer.unit, writer.account_id, id)
    except Refused:
        raise not_found("search") from None
    search = unit_of_work.get(writer.session, Search, id)
    if search is None:
        raise not_found("search")
    return search, board
