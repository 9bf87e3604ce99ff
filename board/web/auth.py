"""Authentication of requests and sockets, by session cookie or bearer token."""

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from board.engine.identity import SESSION_LIFETIME, Caller, _is_user_action, caller_by_cookie, caller_by_token, refused_token
from board.queues.recent_credentials import RecentAccount
from board.rate_limit import client_address
from board.web.cookies import Cookie
from board.web.limited_callers import check_reach
from board.web.screen import screen_of

if TYPE_CHECKING:
    from board.service import BoardService


SAFE = ("GET", "HEAD", "OPTIONS")
WHILE_LOCKED = frozenset(  # requests that a locked session may make although they are not reads
    {"/logout", "/api/v1/me/lock", "/api/v1/me/unlock", "/step-up/ways", "/step-up/options"}
)
SESSION = Cookie("board_session", SESSION_LIFETIME, "lax")


def _bearer(connection: HTTPConnection) -> str | None:
    kind, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def credential_of(connection: HTTPConnection) -> str:
    """Return the bearer token or the session cookie of a request; empty if it has none."""
    secret = _bearer(connection)
    return SESSION.value(connection) if secret is None else secret


def has_credentials(connection: HTTPConnection) -> bool:
    """Return whether the request carries a session cookie or bearer token, valid or not."""
    return _bearer(connection) is not None or bool(SESSION.value(connection))


async def signed_in(connection: HTTPConnection) -> Caller | None:
    """Return the caller, by bearer token or otherwise by cookie; None if not signed in.

    Raises DatabaseUnavailable, and Refused: `locked` for a change by a locked session, `not_found` if the caller is limited to
    boards and can't reach this route.
    """
    service: BoardService = connection.app.state.service
    secret, cookie = _bearer(connection), SESSION.value(connection)
    caller = None
    if secret is not None:
        result = await service.database.read(
            lambda database: caller_by_token(database, secret) or refused_token(database, secret)
        )
        if isinstance(result, Caller):
            caller = result
        else:
            service.refusals.token(result, client_address.of(connection))
    elif cookie:
        caller = await service.database.read(lambda database: caller_by_cookie(database, cookie))
    is_locked = caller is not None and caller.locked_at is not None
    if caller is not None and not is_locked and (caller.token is not None or _is_user_action(connection)):
        service.last_use.record(caller)
    if credential := credential_of(connection):
        service.recent_credentials.record(credential, _recent_account(caller))
    if caller is not None:
        caller = replace(caller, screen=screen_of(connection, caller.token is not None))
    connection.state.caller = caller  # errors are answered in the caller's language
    if caller is not None:
        check_reach(connection, caller)
        if _is_change(connection):
            caller.require_unlocked()
    return caller


def _is_change(connection: HTTPConnection) -> bool:
    """Return whether a request changes something that a locked session may not change."""
    if connection.scope["type"] != "http" or connection.scope["method"] in SAFE:
        return False
    return connection.scope["path"] not in WHILE_LOCKED


def _recent_account(caller: Caller | None) -> RecentAccount | None:
    return RecentAccount(caller.account.id, caller.account.language, caller.account.theme) if caller is not None else None
