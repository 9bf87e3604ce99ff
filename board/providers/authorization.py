"""Started sign-in: the address at the provider, and the values that its answer must match.

They are encrypted in a cookie of the browser for ten minutes, so that the answer works in this browser only.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import orjson

from board.accounts.seal import Seal
from board.config.sign_in import Provider
from board.engine.recent_factor import MAX_AGE
from board.providers.metadata import Metadata
from board.web.cookies import Cookie
from models.times import format_utc

LASTS = timedelta(minutes=10)
COOKIE = Cookie("board_sign_in", LASTS, "lax")  # lax: the provider's redirect must carry it
MAX_COOKIE = 3_500  # characters; browsers keep 4,096 with name and attributes
MAX_TARGET = 1_000


class Authorization(NamedTuple):
    """Started sign-in with the provider `key`. `target`: path to open afterwards. `ends_at`: time after which it is refused."""

    key: str
    state: str
    nonce: str
    verifier: str
    target: str
    ends_at: str

    def sealed(self, seal: Seal) -> str:
        """Return the value of the cookie."""
        return seal.close(orjson.dumps(list(self)).decode())

    def url(self, provider: Provider, metadata: Metadata, redirect_uri: str, *, again: bool = False) -> str:
        """Return the address at the provider (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636).

        `again`: the provider asks for a proof of identity although it knows the browser.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": provider.client_id, "redirect_uri": redirect_uri,
            "scope": " ".join(provider.scopes), "state": self.state, "nonce": self.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        if provider.acr_values:
            query["acr_values"] = " ".join(provider.acr_values)
        if again or provider.prompt:
            query["prompt"] = "login" if again else provider.prompt or ""
        if again:
            query["max_age"] = str(int(MAX_AGE.total_seconds()))  # the ID token must then say when that was
        endpoint = metadata.authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"


def begin(provider: Provider, target: str, now: datetime) -> Authorization:
    """Start a sign-in."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Authorization(
        provider.key, state, nonce, verifier, target if len(target) <= MAX_TARGET else "/", format_utc(now + LASTS)
    )


def opened(cookie: str, seal: Seal, now: datetime) -> Authorization | None:
    """Return the sign-in of a cookie; None if there is none, or if it has ended."""
    content = seal.open(cookie) if 0 < len(cookie) <= MAX_COOKIE else None
    if content is None:
        return None
    authorization = Authorization(*orjson.loads(content))
    return authorization if authorization.ends_at > format_utc(now) else None
