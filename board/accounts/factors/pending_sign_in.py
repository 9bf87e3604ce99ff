"""Sign-ins that wait for a second factor: their cookie names a row, which ends after ten minutes or a few wrong codes."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from board.accounts.provider_session import ProviderSession
from board.engine.identity import digest
from board.web.cookies import Cookie
from models.accounts import Account
from models.factors import PendingSignIn
from models.times import format_utc

TTL = timedelta(minutes=10)
COOKIE = Cookie("board_pending", TTL, "lax")  # lax: the page follows a redirect from a provider
MAX_ATTEMPTS = 5  # wrong codes; then the person types the password again
MAX_PENDING = 10  # sign-ins of one account that wait at the same time
MAX_TARGET = 2_000  # characters of the address of the next page


def begin(session: Session, account: Account, target: str, now: datetime, provider: ProviderSession | None = None) -> str | None:
    """Begin a pending sign-in; return its cookie, or None if the account was disabled or its password changed."""
    current = session.get(Account, account.id, with_for_update=True)
    if current is None or not current.enabled or current.password != account.password:
        return None
    _drop_ended(session, account.id, format_utc(now))
    secret = secrets.token_urlsafe(32)
    row = PendingSignIn(
        digest=digest(secret), account=account.id, password=digest(account.password), target=target[:MAX_TARGET],
        ends_at=format_utc(now + TTL), provider=provider.to_json() if provider is not None else None,
    )  # fmt: skip
    session.add(row)
    return secret


def _drop_ended(session: Session, account: str, now: str) -> None:
    """Delete the pending sign-ins of an account that have ended, and the oldest if there are too many."""
    session.exec(delete(PendingSignIn).where(col(PendingSignIn.account) == account, col(PendingSignIn.ends_at) <= now))
    rows = session.exec(select(PendingSignIn).where(PendingSignIn.account == account).order_by(col(PendingSignIn.ends_at)))
    for row in rows.all()[: -MAX_PENDING + 1]:
        session.delete(row)


def find(session: Session, secret: str, now: datetime, *, lock: bool = False) -> tuple[PendingSignIn, Account] | None:
    """Return the pending sign-in with this cookie, and its account; None if it has ended. `lock`: lock both rows."""
    row = session.get(PendingSignIn, digest(secret)) if secret else None
    if row is not None and lock:  # the account first, as everywhere, so that two transactions don't deadlock
        session.get(Account, row.account, with_for_update=True)
        row = session.get(PendingSignIn, row.digest, with_for_update=True, populate_existing=True)
    if row is None or row.ends_at <= format_utc(now) or row.attempts >= MAX_ATTEMPTS:
        return None
    account = session.get(Account, row.account)
    if account is None or not account.enabled or digest(account.password) != row.password:
        return None
    return row, account


def end(session: Session, row: PendingSignIn) -> None:
    """Delete a pending sign-in whose factor was right."""
    session.delete(row)
