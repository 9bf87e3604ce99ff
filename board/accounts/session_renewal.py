"""Replacement of session cookies after a person has proved their identity again.

A copied cookie then no longer works. Open sockets notice the change at their next poll. By then, the browser has its new cookie.
"""

import secrets

from sqlalchemy import bindparam, update
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller, digest
from board.engine.rights_version import bump_rights_version
from board.web.auth import SESSION
from board.web.http import service_of
from models.accounts import LoginSession
from models.db.tables import columns_of

_S = columns_of(LoginSession)
_RENEW = update(LoginSession).where(_S.digest == bindparam("old")).values(digest=bindparam("new"))


async def renew_session(request: Request, response: Response, caller: Caller) -> None:
    """Give the caller's browser a new cookie for its session."""
    old = caller.session or ""
    cookie = await service_of(request).database.write(lambda session: renew(session, old))
    if cookie is not None:
        SESSION.set(request, response, cookie)


def renew(session: Session, old: str) -> str | None:
    """Give the session with the digest `old` a new cookie, and return it; None if the session has ended."""
    bump_rights_version(session)
    cookie = secrets.token_urlsafe(32)
    is_renewed = session.connection().execute(_RENEW, {"old": old, "new": digest(cookie)}).rowcount
    return cookie if is_renewed else None
