"""Use of the account for emergencies, while passwords are switched off: all administrators get an alert and an e-mail."""

from sqlmodel import Session

from board.accounts.administrators import administrators
from board.audit import actor, writer
from board.audit.entries import BreakGlassUsed
from board.notifications import pending
from board.notifications.security_notice import BREAK_GLASS
from models.accounts import Account
from models.board import AUDIT

MINUTE = len("2026-12-01T20:15")  # characters of a time: several sign-ins within a minute cause one e-mail


def report(session: Session, account: Account, address: str, at: str, *, by_email: bool) -> None:
    """Record that the account was used at this time, alert the administrators, and send them an e-mail."""
    admins = administrators(session)
    entry = BreakGlassUsed(id=account.id, name=account.name, address=address or None)
    writer.write(session, entry, by=actor.SERVER, also_alerts=admins)
    if by_email:
        cause = f"{BREAK_GLASS} {at[:MINUTE]}"
        pending.add(session, board=AUDIT, alarm=cause, step=0, way="email", accounts=admins, now=at)
