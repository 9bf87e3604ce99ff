"""Refused sign-ins and requests, for the metrics, the log and the audit journal."""

from typing import Literal

from starlette.requests import HTTPConnection

from board.audit import actor
from board.audit.entries import (
    CommandRefused,
    OriginRefused,
    PasskeyRefused,
    ProviderRefused,
    RateLimited,
    RequestRefused,
    SignInFailed,
    SignInReason,
    SignInThrottled,
    TokenRefused,
)
from board.audit.repeats import Repeats
from board.engine.identity import Caller, RefusedToken
from board.rate_limit import client_address
from board.telemetry import metrics
from models.accounts import Account
from models.board import AUDIT, OPERATIONS
from models.ids import is_uuid

MAX_TEXT = 200  # characters of client-supplied text that are kept
SUBSCRIBE, SOCKET = "SUBSCRIBE", "/ws"  # method and path of a subscription
TOO_MANY = 429
CLIENT_ERRORS = frozenset({403, 404, 409, 413, 422, 423, TOO_MANY})  # statuses that refuse a request of a signed-in account
SERVER_FAILURES = ("failed", "unavailable")  # codes that do not depend on the caller


class Refusals:
    """Recorder of refusals."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats

    def sign_in(self, account: Account | None, reason: SignInReason, address: str) -> None:
        """Record a sign-in with a wrong address, password or code, of a disabled account, or while passwords are switched off."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInFailed(id=id, name=name, reason=reason, address=address or None))

    def passkey(self, account: Account | None, title: str, reason: Literal["counter", "replayed"], address: str) -> None:
        """Record a passkey that may have been copied, or an answer of a passkey that was sent again."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(PasskeyRefused(id=id, name=name, title=title, reason=reason, address=address or None))

    def provider(self, key: str, reason: str, address: str, account: Account | None = None) -> None:
        """Record a refused sign-in or logout with the provider that has this key."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(ProviderRefused(id=id, name=name, provider=key, reason=reason, address=address or None))

    def throttled(self, account: Account | None, address: str) -> None:
        """Record a sign-in that was throttled after too many failures."""
        metrics.sign_ins.labels("throttled").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInThrottled(id=id, name=name, address=address or None))

    def origin(self, connection: HTTPConnection, account: Account | None) -> None:
        """Record a request that a page of another site made a browser send."""
        metrics.refused.labels("origin").inc()
        id, name = (account.id, account.name) if account else ("", None)
        origin = connection.headers.get("origin", "")[:MAX_TEXT].replace("\0", "") or None
        path = connection.scope["path"][:MAX_TEXT]
        self._repeats.add(
            OriginRefused(id=id, name=name, origin=origin, path=path, address=client_address.of(connection) or None)
        )

    def token(self, refused: RefusedToken, address: str) -> None:
        """Record a bearer token that is unknown or no longer valid."""
        metrics.refused.labels("token").inc()
        id, name = (refused.account.id, refused.account.name) if refused.account else ("", None)
        token, title = (refused.token.id, refused.token.name) if refused.token else (None, None)
        entry = TokenRefused(id=id, name=name, token=token, title=title, reason=refused.reason, address=address or None)
        self._repeats.add(entry)

    def command(self, caller: Caller, board: str, command: str | None, code: str) -> None:
        """Record a refused command. `command`: None if the name is unknown."""
        if code not in SERVER_FAILURES:
            self._repeats.add(CommandRefused(id=_board(board), command=command, reason=code), actor.of(caller))

    def request(self, caller: Caller, method: str, path: str, status: int, board: str = "") -> None:
        """Record a refused page, call or subscription. `path`: template of the route, without values."""
        if status == TOO_MANY:
            self.rate(caller, path)
        elif status in CLIENT_ERRORS:
            self._repeats.add(RequestRefused(id=_board(board), method=method, path=path, status=status), actor.of(caller))

    def subscription(self, caller: Caller, board: str) -> None:
        """Record a subscription to a board that the caller may not see."""
        self.request(caller, SUBSCRIBE, SOCKET, 404, board)

    def rate(self, caller: Caller, path: str) -> None:
        """Record a request or message over a rate limit."""
        self._repeats.add(RateLimited(id="server", path=path), actor.of(caller))


def _board(text: str) -> str:
    """Return a text if it has the form of a board's id, otherwise "": clients may send any text."""
    return text if text in (OPERATIONS, AUDIT) or is_uuid(text) else ""
