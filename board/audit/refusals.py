"""What is refused at the doors: counted for the metrics, logged, and written into the audit journal."""

from typing import Literal

from starlette.requests import HTTPConnection

from board import client_address
from board.audit.entries import OriginRefused, SignInFailed, SignInThrottled, TokenRefused
from board.audit.repeats import Repeats
from board.engine.identity import RefusedToken
from board.telemetry import metrics
from models.accounts import Account

LONGEST = 200  # characters of what a stranger says of themselves


class Refusals:
    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats

    def sign_in(self, account: Account | None, reason: Literal["unknown", "password", "disabled"], address: str) -> None:
        """Address and password do not fit, or the account is disabled."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInFailed(id=id, name=name, reason=reason, address=address or None))

    def throttled(self, account: Account | None, address: str) -> None:
        """Too many have failed before."""
        metrics.sign_ins.labels("throttled").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInThrottled(id=id, name=name, address=address or None))

    def origin(self, connection: HTTPConnection, account: Account | None) -> None:
        """A browser sent what a page of another site had it send."""
        metrics.refused.labels("origin").inc()
        id, name = (account.id, account.name) if account else ("", None)
        origin = connection.headers.get("origin", "")[:LONGEST].replace("\0", "") or None
        path = connection.scope["path"][:LONGEST]
        self._repeats.add(
            OriginRefused(id=id, name=name, origin=origin, path=path, address=client_address.of(connection) or None)
        )

    def token(self, refused: RefusedToken, address: str) -> None:
        """A bearer token that is none, or is no longer good."""
        metrics.refused.labels("token").inc()
        id, name = (refused.account.id, refused.account.name) if refused.account else ("", None)
        token, title = (refused.token.id, refused.token.name) if refused.token else (None, None)
        entry = TokenRefused(id=id, name=name, token=token, title=title, reason=refused.reason, address=address or None)
        self._repeats.add(entry)
