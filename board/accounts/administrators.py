"""Enabled administrators: those to alert, and those who can help."""

from collections.abc import Sequence

from sqlmodel import Session, select

from models.accounts import Account

MAX_HELPERS = 3


def administrators(session: Session) -> Sequence[str]:
    """Return the ids of all enabled administrators."""
    return session.exec(select(Account.id).where(Account.role == "admin", Account.enabled)).all()


def helpers(session: Session, account: str) -> Sequence[str]:
    """Return the names of some enabled administrators, who can help the owner of another account."""
    others = select(Account.name).where(Account.role == "admin", Account.enabled, Account.id != account)
    return session.exec(others.order_by(Account.name, Account.id).limit(MAX_HELPERS)).all()
