"""Accounts on duty, cached per transaction."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from models.accounts import Account
from models.db.tables import columns_of
from models.duty import Duty

_COLUMNS, _ACCOUNT = columns_of(Duty), columns_of(Account)
_ACCOUNTS = (
    select(_COLUMNS.account)
    .join(Account, _ACCOUNT.id == _COLUMNS.account)
    .where(_COLUMNS.ended_at.is_(None), _ACCOUNT.enabled, _ACCOUNT.role != "viewer")
)
_KEY = "accounts on duty"  # in `session.info`


def on_duty(session: Session) -> frozenset[str]:
    """Return the accounts on duty. Reads them once per transaction."""
    if _KEY not in session.info:
        session.info[_KEY] = frozenset(session.connection().execute(_ACCOUNTS).scalars())
    accounts: Any = session.info[_KEY]
    return accounts  # type: ignore[no-any-return]


def forget(session: Session) -> None:
    """Drop the cached accounts, after this transaction has changed a duty."""
    session.flush()
    session.info.pop(_KEY, None)
