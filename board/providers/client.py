"""Client of one provider: its metadata and keys, and the requests to it."""

import base64
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from board.config.sign_in import Provider
from board.providers import keys, metadata, signed_message
from board.providers.cached import Cached
from board.providers.errors import ProviderError
from board.providers.fetch import Answer, Fetcher
from board.providers.signed_message import Claims


class Tokens(NamedTuple):
    """Tokens of a provider. `id` is empty if a refresh gave none, `refresh` if the provider gives none."""

    access: str
    id: str
    refresh: str


class ProviderClient:
    """Client of a provider. Its methods raise ProviderError."""

    def __init__(self, provider: Provider, tls: ssl.SSLContext, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider = provider
        self._fetcher = Fetcher(provider.issuer, tls)
        self.metadata = Cached(lambda: metadata.read(provider.issuer, self._fetcher), clock)
        self.keys = Cached(self._read_keys, clock)

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Redeem the code of a sign-in (RFC 6749, section 4.1.3; RFC 7636)."""
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        return await self._tokens(form)

    async def refresh(self, token: str) -> Tokens:
        """Get new tokens by a refresh token (RFC 6749, section 6)."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": token})

    async def claims(self, tokens: Tokens, now: datetime, *, nonce: str | None = None) -> Claims:
        """Return the claims of the ID token, and of the userinfo endpoint.

        `nonce`: of the sign-in; None for a refresh, whose ID token needs none.
        """
        claims = await self.read(tokens.id, now) if tokens.id or nonce is not None else {}
        if nonce is not None and (claims.get("nonce") != nonce or claims.get("exp") is None):
            raise ProviderError("nonce" if claims.get("nonce") != nonce else "answer")
        if tokens.id:
            signed_message.check_subject(claims)
        return await self.userinfo(tokens.access, claims)

    async def read(self, token: str, now: datetime, types: tuple[str, ...] = ("jwt",)) -> Claims:
        """Return the claims of a signed message of one of these types."""
        return await signed_message.read(token, self.provider, self.keys, now, types)

    async def userinfo(self, token: str, claims: Claims) -> Claims:
        """Return claims, with those of the userinfo endpoint about the same person."""
        endpoint = (await self.metadata.get()).userinfo_endpoint
        if not self.provider.userinfo or endpoint is None:
            return claims
        answer = await self._fetcher.get(endpoint, token)
        if answer.status in (401, 403):
            raise ProviderError("ended")
        if answer.status != 200:
            raise ProviderError("unavailable" if answer.status >= 500 or answer.status == 429 else "answer")
        if signed_message.check_subject(answer.body) != claims.get("sub", answer.body["sub"]):
            raise ProviderError("answer")
        return {**answer.body, **claims}

    async def _read_keys(self) -> list[keys.SigningKey]:
        return await keys.read((await self.metadata.get()).jwks_uri, self._fetcher)

    async def _tokens(self, form: dict[str, str]) -> Tokens:
        form, headers = self._authenticated(form)
        answer = await self._fetcher.post((await self.metadata.get()).token_endpoint, form, headers)
        if answer.status != 200:
            raise ProviderError(_refusal(answer))
        return Tokens(*(_text(answer.body.get(name)) for name in ("access_token", "id_token", "refresh_token")))

    def _authenticated(self, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return a form and headers with the id and the secret of this installation (RFC 6749, section 2.3.1)."""
        id, secret = self.provider.client_id, self.provider.client_secret
        if secret is None:
            return {**form, "client_id": id}, {}
        if self.provider.client_auth == "client_secret_post":
            return {**form, "client_id": id, "client_secret": secret}, {}
        pair = base64.b64encode(f"{quote(id, safe='')}:{quote(secret, safe='')}".encode()).decode()
        return form, {"authorization": f"Basic {pair}"}


def _refusal(answer: Answer) -> str:
    """Return the code for an answer without tokens."""
    if answer.status >= 500 or answer.status == 429:
        return "unavailable"
    return "ended" if answer.body.get("error") == "invalid_grant" else "answer"


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= signed_message.MAX_TOKEN else ""
