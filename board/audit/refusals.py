"""Refused sign-ins and requests: counted in the metrics, logged, and written to the audit journal."""

from typing import Literal

from starlette.requests import HTTPConnection

from board import client_address
from board.audit.entries import OriginRefused, SignInFailed, SignInThrottled, TokenRefused
from board.audit.repeats import Repeats
from board.engine.identity import RefusedToken
from board.telemetry import metrics
from models.accounts import Account

MAX_TEXT = 200  # characters of client-supplied text that are kept


class Refusals:
    """Recorder of refusals."""

    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats

    def sign_in(self, account: Account | None, reason: Literal["unknown", "password", "disabled"], address: str) -> None:
        """Record a sign-in with a wrong address or password, or of a disabled account."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInFailed(id=id, name=name, reason=reason, address=address or None))

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
