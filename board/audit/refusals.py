"""What is refused at the doors: counted for the metrics, logged, and written into the audit journal."""

from typing import Literal

from starlette.requests import HTTPConnection

from board.audit.entries import OriginRefused, SignInFailed, SignInThrottled, TokenRefused
from board.audit.repeats import Repeats
from board.running import metrics
from models.accounts import Account, Token

LONGEST = 200  # characters of what a stranger says of themselves


def address_of(connection: HTTPConnection) -> str | None:
    """Where somebody comes from; none behind a Unix socket, where nobody told."""
    return connection.client.host if connection.client else None


class Refusals:
    def __init__(self, repeats: Repeats) -> None:
        self._repeats = repeats

    def sign_in(self, account: Account | None, reason: Literal["unknown", "password", "disabled"], address: str | None) -> None:
        """Address and password do not fit, or the account is disabled."""
        metrics.sign_ins.labels("failed").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInFailed(id=id, name=name, reason=reason, address=address))

    def throttled(self, account: Account | None, address: str | None) -> None:
        """Too many have failed before."""
        metrics.sign_ins.labels("throttled").inc()
        id, name = (account.id, account.name) if account else ("", None)
        self._repeats.add(SignInThrottled(id=id, name=name, address=address))

    def origin(self, connection: HTTPConnection, account: Account | None) -> None:
        """A browser sent what a page of another site had it send."""
        metrics.refused.labels("origin").inc()
        id, name = (account.id, account.name) if account else ("", None)
        origin = connection.headers.get("origin", "")[:LONGEST].replace("\0", "") or None
        path = connection.scope["path"][:LONGEST]
        self._repeats.add(OriginRefused(id=id, name=name, origin=origin, path=path, address=address_of(connection)))

    def token(
        self, token: Token | None, account: Account | None, reason: Literal["unknown", "revoked", "expired", "disabled"],
        address: str | None,
    ) -> None:  # fmt: skip
        """A bearer token that is none, or is no longer good."""
        metrics.refused.labels("token").inc()
        id, name = (account.id, account.name) if account else ("", None)
        known, title = (token.id, token.name) if token else (None, None)
        self._repeats.add(TokenRefused(id=id, name=name, token=known, title=title, reason=reason, address=address))
