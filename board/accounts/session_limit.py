"""Limit on the sessions of one account. A sign-in above it ends the least recently used session."""

from functools import partial
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from board.accounts import accounts, live_changes
from board.audit import actor
from models.accounts import LoginSession
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.service import BoardService

MAX_SESSIONS = 50  # per account; a person has fewer devices


async def end_surplus(service: "BoardService", account: str) -> None:
    """End the sessions of an account above the limit."""
    surplus = await service.database.read(partial(surplus_sessions, account=account))
    if surplus:
        await live_changes.apply_change(service, partial(_end, account=account))


def surplus_sessions(session: Session, account: str) -> list[str]:
    """Return the digests of the active sessions above the limit, which are the least recently used ones."""
    active = select(LoginSession.digest).where(LoginSession.account == account, LoginSession.ends_at > format_utc(now()))
    newest_first = active.order_by(col(LoginSession.used_at).desc(), col(LoginSession.created_at).desc())
    return list(session.exec(newest_first.offset(MAX_SESSIONS)))


def _end(session: Session, account: str) -> None:
    actor.set_current(session, actor.SERVER)
    for digest in surplus_sessions(session, account):
        accounts.end_sessions(session, account, only=digest)
