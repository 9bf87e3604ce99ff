"""One-time links to set the password of an account, valid for a day.

The secret is in the fragment of the URL, which no server and no proxy receives; the database has its digest.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlmodel import Session, select

from board.audit import writer
from board.audit.entries import LinkMade, LinkUsed
from board.engine.identity import digest
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError
from board.i18n import N_
from models.accounts import Account, PasswordLink
from models.db.tables import columns_of
from models.times import format_utc

LINK_TTL = timedelta(hours=24)
PATH = "/password"
_LINK = columns_of(PasswordLink)
_DELETE = delete(PasswordLink).where(_LINK.digest == bindparam("digest"), _LINK.ends_at > bindparam("now"))


def create(session: Session, account: Account, now: datetime, *, first: bool = False) -> str:
    """Create a link and return its secret; an earlier link of the account ends.

    `first`: the account was just added. Raises OperationError.
    """
    if not account.enabled:
        raise OperationError(N_("This account is disabled. Enable it first."))
    if not account.is_active(format_utc(now)):
        raise OperationError(N_("The access of this guest has ended. Extend it first."))
    secret = secrets.token_urlsafe(32)
    session.merge(
        PasswordLink(account=account.id, digest=digest(secret), created_at=format_utc(now), ends_at=format_utc(now + LINK_TTL))
    )
    writer.write(session, LinkMade(id=account.id, name=account.name, first=first))
    return secret


def owner_of(session: Session, secret: str, now: datetime) -> Account:
    """Return the account whose password the link may set. Raises OperationError."""
    row = session.exec(
        select(PasswordLink).where(PasswordLink.digest == digest(secret), PasswordLink.ends_at > format_utc(now))
    ).first()
    account = session.get(Account, row.account) if row is not None else None
    if account is None or not account.is_active(format_utc(now)):
        raise _expired()
    return account


def consume(session: Session, secret: str, now: datetime, address: str = "") -> None:
    """Delete the link, in the transaction that sets the password. Of two concurrent calls, one raises OperationError."""
    lock_rights_version(session)
    account = owner_of(session, secret, now)
    if session.connection().execute(_DELETE, {"digest": digest(secret), "now": format_utc(now)}).rowcount != 1:
        raise _expired()
    writer.write(session, LinkUsed(id=account.id, name=account.name, address=address or None))


def _expired() -> OperationError:
    return OperationError(
        N_(
            "This link does not work: it was already used, is more than 24 hours old, or is incomplete. Ask an "
            "administrator for a new one."
        )
    )
