"""End of a browser's earlier session when somebody signs in with the same browser."""

from sqlmodel import Session

from board.audit import actor, writer
from board.audit.entries import SessionReplaced
from board.engine.rights_version import bump_rights_version
from models.accounts import Account, LoginSession


def end(session: Session, digest: str, by: Account) -> None:
    """End the session with this digest, if there is one, because `by` signed in.

    Call it first in a transaction, because it locks the version of rights.
    """
    row = session.get(LoginSession, digest) if digest else None
    if row is None:
        return
    bump_rights_version(session)
    session.delete(row)
    former = session.get(Account, row.account)
    if former is not None and former.id != by.id:
        writer.write(session, SessionReplaced(id=former.id, name=former.name), by=actor.account(by))
