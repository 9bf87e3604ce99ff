"""Token of a provider as a session stores it: encrypted, a refresh token if there is one, otherwise the access token."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import orjson

from board.accounts.provider_session import ProviderSession
from board.accounts.seal import Seal
from board.config.sign_in import Provider
from board.providers.client import Tokens
from board.providers.signed_message import Claims
from models.times import format_utc

MAX_SID = 255


class StoredToken(NamedTuple):
    """Token with which the claims are read again."""

    text: str
    is_refresh: bool


def sealed(tokens: Tokens, seal: Seal) -> str:
    """Return the encrypted form of the token to store."""
    return seal.close(orjson.dumps([tokens.refresh or tokens.access, bool(tokens.refresh)]).decode())


def opened(text: str | None, seal: Seal) -> StoredToken | None:
    """Return the token; None if it was encrypted with another secret."""
    content = seal.open(text) if text else None
    return StoredToken(*orjson.loads(content)) if content is not None else None


def session_of(provider: Provider, claims: Claims, tokens: Tokens, seal: Seal, now: datetime) -> ProviderSession:
    """Return the provider's session after a sign-in."""
    sid = claims.get("sid")
    return ProviderSession(
        key=provider.key,
        issuer=provider.issuer,
        subject=claims["sub"],
        sid=sid if isinstance(sid, str) and 0 < len(sid) <= MAX_SID else None,
        token=sealed(tokens, seal),
        check_at=next_check(provider, now),
        proved_at=_proved_at(claims, now),
    )


def _proved_at(claims: Claims, now: datetime) -> str | None:
    """Return when the person proved their identity at the provider; None if it did not say. Never in the future."""
    at = claims.get("auth_time")
    if not isinstance(at, int) or isinstance(at, bool):
        return None
    return format_utc(datetime.fromtimestamp(min(max(at, 0), now.timestamp()), UTC))


def next_check(provider: Provider, now: datetime) -> str:
    """Return the time of the next check of the claims."""
    return format_utc(now + timedelta(minutes=provider.check_min))
