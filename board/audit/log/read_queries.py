"""Queries of the read log, which use an index: a page reads a bounded number of rows, however long the log is."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from board.audit.log.read_groups import ReadGroup, group, hour_of
from models.accounts import Account
from models.display import Display
from models.emergency_opening import EmergencyOpening
from models.read_record import ReadRecord
from models.search import Search

MAX_ROWS = 500  # rows read for a page
MAX_OPENINGS = 100  # emergency openings read for a page
LAST = "~"  # above every id


class ReadPage(NamedTuple):
    """Groups of reads, newest first. `before`: parameter of the query for the next page; None if there is none."""

    groups: list[ReadGroup]
    before: str | None


def of_board(session: Session, board: str, before: str = LAST, account: str | None = None) -> ReadPage:
    """Return a page of the reads of a board. `account`: only those of this account."""
    query = select(ReadRecord).where(ReadRecord.board == board, ReadRecord.id < before)
    openings = select(EmergencyOpening).where(EmergencyOpening.board == board)
    if account is not None:
        query, openings = query.where(ReadRecord.account == account), openings.where(EmergencyOpening.account == account)
    return _page(session, query, openings, before)


def of_account(session: Session, account: str, before: str = LAST) -> ReadPage:
    """Return a page of the reads of an account."""
    query = select(ReadRecord).where(ReadRecord.account == account, ReadRecord.id < before)
    return _page(session, query, select(EmergencyOpening).where(EmergencyOpening.account == account), before)


def _page(
    session: Session, query: SelectOfScalar[ReadRecord], openings: SelectOfScalar[EmergencyOpening], before: str
) -> ReadPage:
    rows = list(session.exec(query.order_by(col(ReadRecord.id).desc()).limit(MAX_ROWS + 1)))
    has_more = len(rows) > MAX_ROWS
    rows = _whole_hours(rows[:MAX_ROWS]) if has_more else rows
    first = rows[-1].id if has_more else ""
    within = openings.where(col(EmergencyOpening.id) < before, col(EmergencyOpening.id) >= first)
    opened = session.exec(within.order_by(col(EmergencyOpening.id).desc()).limit(MAX_OPENINGS)).all()
    return ReadPage(group(rows, opened), first if has_more else None)


def _whole_hours(rows: list[ReadRecord]) -> list[ReadRecord]:
    """Return the rows without the last hour, which continues on the next page, unless all rows are of one hour."""
    last = hour_of(rows[-1].at)
    whole = [row for row in rows if hour_of(row.at) != last]
    return whole or rows


def names_of(session: Session, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of accounts and displays."""
    people = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(ids)))
    displays = session.exec(select(Display.id, Display.name).where(col(Display.id).in_(ids)))
    return dict(people.all()) | {id: f"“{name}”" for id, name in displays}


def references_of(session: Session, boards: Collection[str]) -> Mapping[str, str]:
    """Return the references of searches."""
    return dict(session.exec(select(Search.id, Search.reference).where(col(Search.id).in_(boards))).all())
