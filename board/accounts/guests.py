"""Guests: accounts that see one search as viewers, until a set time. Coordinators manage them on that search.

A coordinator can let a guest write. The guest can then give an investigator's commands on this search, but gets no other right of
an investigator.

A guest whose access has ended can be added again, to this search or another one. The account stays the same.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from board.accounts import accounts, password_links
from board.audit import entries, writer
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError, Refused
from board.i18n import N_, message
from models.accounts import Account
from models.search import Search
from models.times import format_utc

ROLE = "viewer"
MAX_GUESTS = 50  # active guests per search


def add(
    session: Session, board: str, email: str, name: str, now: datetime, *, days: int, max_days: int, writes: bool = False
) -> str:  # fmt: skip
    """Add a guest to a search, or renew one whose access has ended. Return the secret of a one-time link for setting the
    password. Raises OperationError."""
    at, until = format_utc(now), _end_after(days, now, max_days)
    if len([guest for guest in of_search(session, board) if guest.is_active(at)]) >= MAX_GUESTS:
        raise OperationError(message(N_("A search can have at most {most} guests."), most=MAX_GUESTS))
    account = accounts.by_email(session, email)
    if account is None:
        if accounts.count(session) >= accounts.MAX_ACCOUNTS:
            raise OperationError(N_("There are too many accounts. Disabled ones count."))
        account = accounts.add_invited(session, email, name, ROLE, at)
    elif account.guest_of is None or account.is_active(at) or not account.enabled:
        raise OperationError(N_("An account with this address already exists."))
    bump_rights_version(session)
    accounts.drop_access(session, account)  # sessions and link of an earlier invitation
    account.guest_of, account.guest_until, account.guest_writes = board, until, writes
    session.flush()
    entry = entries.GuestAdded(id=account.id, name=account.name, until=until, writes=writes, **_place(session, board))
    writer.write(session, entry)
    return password_links.create(session, account, now, first=True)


def set_end(session: Session, board: str, id: str, now: datetime, *, days: int, max_days: int) -> None:
    """Let a guest's access end after `days` from now, not when it would have. Raises OperationError, and Refused `not_found`."""
    account, until = _find(session, board, id), _end_after(days, now, max_days)
    bump_rights_version(session)
    before, account.guest_until = account.guest_until, until
    writer.write(session, entries.GuestEndSet(id=id, name=account.name, before=before, until=until, **_place(session, board)))


def set_writes(session: Session, board: str, id: str, writes: bool) -> None:
    """Let a guest write, or only read. Idempotent. Raises Refused `not_found`."""
    account = _find(session, board, id)
    bump_rights_version(session)
    if account.guest_writes != writes:
        account.guest_writes = writes
        writer.write(session, entries.GuestRightsSet(id=id, name=account.name, writes=writes, **_place(session, board)))


def end(session: Session, board: str, id: str, now: datetime) -> None:
    """End a guest's access now, with its sessions and its one-time link. Idempotent. Raises Refused `not_found`."""
    account, at = _find(session, board, id), format_utc(now)
    bump_rights_version(session)
    if account.is_active(at):
        account.guest_until = at
        accounts.drop_access(session, account)
        writer.write(session, entries.GuestEnded(id=id, name=account.name, **_place(session, board)))


def of_search(session: Session, board: str) -> list[Account]:
    """Return the guests of a search by name, including those whose access has ended."""
    return list(session.exec(select(Account).where(Account.guest_of == board).order_by(col(Account.name), col(Account.id))))


def _find(session: Session, board: str, id: str) -> Account:
    account = session.get(Account, id)
    if account is None or account.guest_of != board:
        raise Refused("not_found")
    return account


def _place(session: Session, board: str) -> dict[str, str]:
    return {"board": board, "reference": session.get_one(Search, board).reference}


def _end_after(days: int, now: datetime, max_days: int) -> str:
    if not 1 <= days <= max_days:
        raise OperationError(message(N_("The access of a guest must end within {days} days."), days=max_days))
    return format_utc(now + timedelta(days=days))
