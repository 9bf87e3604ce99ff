"""Erasures of searches by two people: one asks, another agrees, and the run begins. From then on it can't be stopped."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from board.audit import actor, writer
from board.audit.entries import ErasureAgreed, ErasureAsked, ErasureWithdrawn
from board.engine import unit_of_work
from board.errors import OperationError
from board.i18n import N_, message
from board.retention import erasure_begin, holds, inventory, other_searches, requests
from board.retention.parts import Part
from models.accounts import ROLES, Account
from models.board import Board
from models.erasure import ASKED, SEARCH, Erasure
from models.ids import new_id
from models.search import Search
from models.times import format_utc

MIN_REASON, MAX_REASON = 5, 500  # characters
MAX_LISTED = 100  # erasures of a page
MIN_NAME = 3  # characters of a name that a reason must not contain; shorter names are also common words
COORDINATOR = ROLES.index("coordinator")
MAY_NO_LONGER = N_("The person who asked may no longer erase. Keep the search, and ask again.")
COMMAND_LINE = "command line: "  # before the name of the operating system's user


class NamedErasure(NamedTuple):
    """Erasure with the names of its two people."""

    erasure: Erasure
    asked_by: str
    agreed_by: str


def ask(session: Session, search: Search, typed: str, reason: str, now: datetime) -> str:
    """Ask to erase a closed search. Return the id of the erasure. Raises OperationError."""
    reason = checked_reason(search, reason)
    check(session, search, typed, now)
    _check_closed(search)
    if find(session, search.id, now) is not None:
        raise OperationError(N_("Someone has already asked to erase this search."))
    row = Erasure(
        id=new_id(), board=search.id, reason=reason, asked_by=person(session),
        asked_at=format_utc(now), counts=inventory.by_group(inventory.rows_about(session, search.id)),
    )  # fmt: skip
    session.add(row)
    entry = ErasureAsked(id=search.id, board=search.id, reference=search.reference, typed_reason=reason)
    writer.write(session, entry)
    return row.id


def withdraw(session: Session, search: Search, id: str, now: datetime) -> None:
    """Withdraw a request to erase a search, by anyone who may agree to it. Raises Refused `not_found` if there is none."""
    unit_of_work.lock_board(session, search.id)
    row = requests.asked(session, whole(search.id), id, now)
    session.delete(row)
    entry = ErasureWithdrawn(id=search.id, board=search.id, reference=search.reference, typed_reason=row.reason)
    writer.write(session, entry)


def agree(session: Session, search: Search, id: str, typed: str, now: datetime, *, seen: str) -> None:
    """Agree to erase a search, as a second person, and begin. `seen`: state of the search on the page that was read.
    Raises OperationError, and Refused `not_found` if nobody asked."""
    erasure_begin.lock(session, search.id)
    row = requests.asked(session, whole(search.id), id, now)
    check_other_person(session, row, now)
    check(session, search, typed, now)
    _check_closed(search)
    requests.check_seen(seen, state(session, search.id))
    row.agreed_by, row.agreed_at = person(session), format_utc(now)
    asked_by = person_name(session, row.asked_by)
    row.counts = inventory.by_group(inventory.rows_about(session, search.id))
    writer.write(session, ErasureAgreed(id=search.id, asked_by=asked_by, typed_reason=row.reason))
    erasure_begin.begin(session, search, row, now)


def find(session: Session, board: str, now: datetime) -> Erasure | None:
    """Return the erasure of a search that was requested or is running."""
    return requests.find(session, whole(board), now)


def state(session: Session, board: str) -> str:
    """Return a value that every change of a search changes."""
    return str(session.get_one(Board, board).seq)


def whole(board: str) -> Part:
    """Return the part that stands for the complete search."""
    return Part(board, SEARCH, "")


def newest(session: Session) -> list[NamedErasure]:
    """Return the erasures that began: unfinished ones first, each group newest first."""
    order = col(Erasure.ended_at).is_not(None), col(Erasure.id).desc()
    rows = session.exec(select(Erasure).where(Erasure.step != ASKED).order_by(*order).limit(MAX_LISTED)).all()
    return [NamedErasure(row, *(person_name(session, each or "") for each in (row.asked_by, row.agreed_by))) for row in rows]


def account_of(person: str) -> str | None:
    """Return the account id of a person in an erasure; None for the operating system's user of a command."""
    return None if person.startswith(COMMAND_LINE) else person


def person_name(session: Session, person: str) -> str:
    """Return the name of a person in an erasure."""
    if person.startswith(COMMAND_LINE):
        return person.removeprefix(COMMAND_LINE)
    account = session.get(Account, person)
    return account.name if account is not None else person


def checked_reason(search: Search, typed: str) -> str:
    """Return the typed reason. Raises OperationError if it is too short or long, or contains the reference or a name of the
    child, because it is kept after the erasure."""
    reason = " ".join(typed.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON or "\0" in reason:
        raise OperationError(message(N_("Enter a reason of {min} to {max} characters."), min=MIN_REASON, max=MAX_REASON))
    names = [search.person.get(name) or "" for name in ("first_name", "last_name")]
    words = {word for name in names for word in _words(name) if len(word) >= MIN_NAME}
    if search.reference.casefold() in reason.casefold() or not words.isdisjoint(_words(reason)):
        raise OperationError(N_("Leave the reference and names out of the reason, because it is kept."))
    return reason


def check(session: Session, search: Search, typed: str, now: datetime) -> None:
    """Check, under the board's lock, that no hold keeps a search and that its reference was typed. Raises OperationError."""
    unit_of_work.lock_board(session, search.id)
    session.refresh(search)
    if typed.strip() != search.reference:
        raise OperationError(N_("Type the reference of the search exactly."))
    if held := holds.current_holds(session, now, search.id):
        raise OperationError(message(N_("This search is on hold until {day}. End the hold first."), day=held[-1].until[:10]))


def check_other_person(session: Session, row: Erasure, now: datetime) -> None:
    """Check that the person who agrees is another than the one who asked, and that the latter may still erase. Raises
    OperationError."""
    agreeing = person(session)
    if row.asked_by == agreeing:
        raise OperationError(N_("Another person must agree."))
    asked_by = account_of(row.asked_by)
    if asked_by is not None and not (
        _may_erase(session.get(Account, asked_by), now) and other_searches.sees(session, asked_by, row.board)
    ):
        raise OperationError(MAY_NO_LONGER)
    account = session.get(Account, agreeing)
    if account is not None and account.created_at > row.asked_at:  # perhaps created only to agree to it
        raise OperationError(N_("Your account is newer than the request. Another person must agree."))


def _may_erase(account: Account | None, now: datetime) -> bool:
    return account is not None and account.is_active(format_utc(now)) and ROLES.index(account.role) >= COORDINATOR


def _check_closed(search: Search) -> None:
    if search.status != "closed":
        raise OperationError(N_("Close the search first. Only closed searches can be erased."))


def _words(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def person(session: Session) -> str:
    """Return the account of this session's actor, or the operating system's user of a command."""
    by = actor.current(session)
    return by.id if by.id is not None else f"{COMMAND_LINE}{by.name}"
