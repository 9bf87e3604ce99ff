"""Lock of a session at a desk that several people use. It is stored in the row of the session, so that a reload does not lift it.

While a session is locked, the server refuses its changes. Its pages and sockets continue to receive the board and the alarms.
"""

from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from board.audit import actor, writer
from board.audit.entries import SessionUnlocked
from board.engine.identity import Caller, require_active
from board.engine.rights_version import bump_rights_version
from board.errors import Refused
from board.service import BoardService
from models.accounts import LoginSession


async def lock(service: BoardService, caller: Caller, at: str) -> str:
    """Lock the caller's session in all its tabs, and return the time of the lock. Idempotent: the first time is kept.

    Raises Refused `unauthenticated`.
    """
    return await _change(service, partial(_lock, caller=caller, at=at))


async def unlock(service: BoardService, caller: Caller) -> None:
    """Unlock the caller's session in all its tabs. The caller has just proved a factor: a password or a passkey. Idempotent.

    Raises Refused `unauthenticated`.
    """
    await _change(service, partial(_unlock, caller=caller))


async def _change(service: BoardService, fn: Callable[[Session], str]) -> str:
    result = await service.database.write(fn)
    await service.rights_changed()
    return result


def _lock(session: Session, caller: Caller, at: str) -> str:
    row = _require_row(session, caller)
    row.locked_at = row.locked_at or at
    return row.locked_at


def _unlock(session: Session, caller: Caller) -> str:
    row = _require_row(session, caller)
    locked_at, row.locked_at = row.locked_at, None
    if locked_at is not None:
        entry = SessionUnlocked(id=caller.account.id, name=caller.account.name, locked_at=locked_at)
        writer.write(session, entry, by=actor.of(caller))
    return locked_at or ""


def _require_row(session: Session, caller: Caller) -> LoginSession:
    """Announce a change of the session, which open sockets follow, and return its row. Raises Refused `unauthenticated`."""
    bump_rights_version(session)
    require_active(session, caller)
    row = session.get(LoginSession, caller.session)
    if row is None:
        raise Refused("unauthenticated")
    return row
