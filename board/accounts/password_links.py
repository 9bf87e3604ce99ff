"""One-time links: whoever has one sets the password of its account, within a day and once. The secret stands behind the `#` of
the address, where no server and no proxy reads it; of it a digest is kept."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session as Database
from sqlmodel import select

from board.audit import writer
from board.audit.entries import LinkMade, LinkUsed
from board.engine.identity import digest
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError
from board.i18n import N_
from models.accounts import Account, PasswordLink
from models.times import format_utc

LASTS = timedelta(hours=24)
PATH = "/password"
_USE = text("DELETE FROM link WHERE digest = :digest AND ends_at > :now")


def make(database: Database, account: Account, now: datetime, *, first: bool = False) -> str:
    """The secret of a new link, told once; an earlier link of the account ends. `first`: made with the account. Raises
    OperationError."""
    if not account.enabled:
        raise OperationError(N_("This account is disabled: enable it first."))
    secret = secrets.token_urlsafe(32)
    database.merge(
        PasswordLink(account=account.id, digest=digest(secret), created_at=format_utc(now), ends_at=format_utc(now + LASTS))
    )
    writer.write(database, LinkMade(id=account.id, name=account.name, first=first))
    return secret


def owner_of(database: Database, secret: str, now: datetime) -> Account:
    """Whose password may be set by it. Raises OperationError."""
    row = database.exec(
        select(PasswordLink).where(PasswordLink.digest == digest(secret), PasswordLink.ends_at > format_utc(now))
    ).first()
    account = database.get(Account, row.account) if row is not None else None
    if account is None or not account.enabled:
        raise is_expired()
    return account


def consume(database: Database, secret: str, now: datetime, address: str = "") -> None:
    """Ends it, for who sets the password in the same transaction. Of two who do so at once, one raises OperationError."""
    lock_rights_version(database)
    account = owner_of(database, secret, now)
    if database.connection().execute(_USE, {"digest": digest(secret), "now": format_utc(now)}).rowcount != 1:
        raise is_expired()
    writer.write(database, LinkUsed(id=account.id, name=account.name, address=address or None))


def is_expired() -> OperationError:
    return OperationError(
        N_("This link has been used, or is older than a day, or is not whole. Ask an administrator for another.")
    )
