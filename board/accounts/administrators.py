"""Administrators of the installation, who are alerted."""

from collections.abc import Sequence

from sqlmodel import Session, select

from models.accounts import Account


def administrators(session: Session) -> Sequence[str]:
    """Return the ids of all enabled administrators."""
    return session.exec(select(Account.id).where(Account.role == "admin", Account.enabled)).all()
