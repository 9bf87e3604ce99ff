"""Messages of providers that were used: none works twice."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.engine.identity import digest
from models.accounts import UsedAssertion
from models.db.tables import columns_of
from models.times import format_utc

_ADD = insert(UsedAssertion).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
_DROP = delete(UsedAssertion).where(columns_of(UsedAssertion).ends_at <= bindparam("now"))


def use(session: Session, assertion: str, now: datetime, lasts: timedelta) -> bool:
    """Mark an assertion as used; return False if it was used before. `lasts`: time after which it is refused anyway."""
    session.connection().execute(_DROP, {"now": format_utc(now)})
    row = {"digest": digest(assertion), "ends_at": format_utc(now + lasts)}
    return session.connection().execute(_ADD, row).rowcount == 1
