"""Use of the account for emergencies, while passwords are switched off: it raises an alert for all administrators."""

from sqlmodel import Session, select

from board.audit import actor, writer
from board.audit.entries import BreakGlassUsed
from models.accounts import Account


def report(session: Session, account: Account, address: str) -> None:
    """Record that the account was used, and alert the administrators."""
    admins = session.exec(select(Account.id).where(Account.role == "admin", Account.enabled)).all()
    entry = BreakGlassUsed(id=account.id, name=account.name, address=address or None)
    writer.write(session, entry, by=actor.SERVER, also_alerts=admins)
