"""Signed messages of a provider: ID tokens and logout tokens (RFC 7519, OpenID Connect Core 1.0, section 3.1.3.7)."""

import base64
import binascii
from datetime import datetime
from typing import Any, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError

from board.config.sign_in import Provider
from board.providers import keys
from board.providers.cached import Cached
from board.providers.errors import ProviderError
from board.providers.keys import SigningKey
from realtime.wire import strict_json

LEEWAY_S = 120  # between two clocks that are set by a time server
MAX_TOKEN = 65_536  # characters
MAX_SUBJECT = 255  # characters (OpenID Connect Core 1.0, section 2)

Claims = dict[str, Any]


async def read(
    token: str, provider: Provider, signing_keys: Cached[list[SigningKey]], now: datetime, types: tuple[str, ...] = ("jwt",)
) -> Claims:
    """Return the claims of a message of this provider to this installation. `types`: allowed types. Raises ProviderError."""
    header = _header(token)
    kid, algorithm = header.get("kid", ""), header.get("alg")
    if not isinstance(kid, str) or not isinstance(algorithm, str) or algorithm not in keys.ALGORITHMS:
        raise ProviderError("signature")
    if str(header.get("typ", "jwt")).lower() not in types:
        raise ProviderError("answer")
    candidates = keys.select(await signing_keys.get(), kid, algorithm)
    candidates = candidates or keys.select(await signing_keys.refresh(), kid, algorithm)
    if not candidates:
        raise ProviderError("key")
    claims = _verified(token, algorithm, candidates)
    check(claims, provider, now)
    return claims


def check(claims: Claims, provider: Provider, now: datetime) -> None:
    """Check issuer, audience and times. Raises ProviderError."""
    if claims.get("iss") != provider.issuer:
        raise ProviderError("issuer")
    audience, party = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences or party not in (None, provider.client_id) or (len(audiences) > 1 and party is None):
        raise ProviderError("audience")
    check_times(claims, now.timestamp())


def check_times(claims: Claims, at: float) -> None:
    """Check that a message was made now, and is valid now. Raises ProviderError."""
    issued, expires, begins = claims.get("iat"), claims.get("exp", at), claims.get("nbf", at)
    if not (_is_number(issued) and _is_number(expires) and _is_number(begins)):
        raise ProviderError("answer")
    if abs(issued - at) > LEEWAY_S or expires < at - LEEWAY_S or begins > at + LEEWAY_S:
        raise ProviderError("clock")


def check_subject(claims: Claims) -> str:
    """Return the person whom the claims are about. Raises ProviderError."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise ProviderError("answer")
    return subject


def _header(token: str) -> Claims:
    if len(token) > MAX_TOKEN or not token.isascii() or token.count(".") != 2:
        raise ProviderError("answer")
    return _object(token.partition(".")[0])


def _object(part: str) -> Claims:
    try:
        value, problem = strict_json.parse(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())
    except (binascii.Error, ValueError):
        raise ProviderError("answer") from None
    if problem is not None or not isinstance(value, dict):
        raise ProviderError("answer")
    return value


def _verified(token: str, algorithm: str, candidates: list[SigningKey]) -> Claims:
    """Return the content of a message that one of these keys signed."""
    for candidate in candidates:
        try:
            jws.deserialize_compact(token, candidate.key, algorithms=[algorithm])
        except (JoseError, ValueError):
            continue
        return _object(token.split(".")[1])
    raise ProviderError("signature")


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
