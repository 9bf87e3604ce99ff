"""Bounded HTTP client for providers.

Connects only to https addresses, or to this machine if the issuer is there, as in development. The issuer's host may have a
private address, because the administrator named it in `sign_in.toml`; hosts that only the provider names may not. Redirects and
proxies are not used.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2

from board.config.notification_settings import is_loopback
from board.config.settings import VERSION
from board.notifications.addresses import AddressRefused, checked_addresses
from board.providers.errors import ProviderError
from realtime.wire import strict_json

TOTAL_S = 10.0  # for a request, with all its addresses
CONNECT_S = 4.0  # for each address
MAX_BODY = 262_144  # bytes; a key set has a few thousand, an ID token with 200 groups 10,000
MAX_AT_ONCE = 32  # requests of this process to all providers


class Answer(NamedTuple):
    """Answer of a provider: its status, and its JSON object, {} if it has none."""

    status: int
    body: dict[str, Any]


class Fetcher:
    """HTTP client for the provider with this issuer."""

    running = 0  # requests of this process

    def __init__(self, issuer: str, tls: ssl.SSLContext) -> None:
        self._issuer, self._tls = urlsplit(issuer), tls

    def allows(self, url: str) -> bool:
        """Return whether a URL may be requested, or a browser be sent there."""
        try:
            parts = urlsplit(url)
            is_valid = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
        except ValueError:
            return False
        is_local = self._issuer.scheme == "http" and parts.scheme == "http" and is_loopback(parts.hostname or "")
        return is_valid and url.isascii() and url.isprintable() and (parts.scheme == "https" or is_local)

    async def get(self, url: str, token: str = "") -> Answer:
        """Get a JSON object, with a bearer token if there is one. Raises ProviderError."""
        return await self._fetch("GET", url, {"authorization": f"Bearer {token}"} if token else {}, None)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Post a form. Raises ProviderError."""
        return await self._fetch("POST", url, {**headers, "content-type": "application/x-www-form-urlencoded"}, form)

    async def _fetch(self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Answer:
        if not self.allows(url):
            raise ProviderError("answer")
        if Fetcher.running >= MAX_AT_ONCE:
            raise ProviderError("unavailable")
        Fetcher.running += 1
        try:
            async with asyncio.timeout(TOTAL_S):
                content = urlencode(form).encode() if form is not None else None
                return await self._try_addresses(method, httpx2.URL(url), headers, content)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):  # also the time-out
            raise ProviderError("unavailable") from None
        finally:
            Fetcher.running -= 1

    async def _try_addresses(self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes | None) -> Answer:
        host, port = url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await checked_addresses(host, port, allow_private=host == self._issuer.hostname)
        except AddressRefused:
            raise ProviderError("answer") from None
        for address in addresses:
            try:
                return await self._ask(method, url, address, headers, content)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        raise ProviderError("unavailable")

    async def _ask(self, method: str, url: httpx2.URL, address: str, headers: Mapping[str, str], content: bytes | None) -> Answer:
        """Ask the checked address, by the certificate and Host of the name."""
        own = {
            "host": url.netloc.decode("ascii"), "accept": "application/json", "accept-encoding": "identity",
            "user-agent": f"Searchboard/{VERSION}",
        }  # fmt: skip
        async with (
            httpx2.AsyncClient(
                verify=self._tls, trust_env=False, follow_redirects=False, timeout=httpx2.Timeout(None, connect=CONNECT_S)
            ) as client,
            client.stream(
                method, url.copy_with(host=address), content=content, headers={**own, **headers},
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            ) as answer,
        ):  # fmt: skip
            return Answer(answer.status_code, _object(await _body(answer)))


async def _body(answer: httpx2.Response) -> bytes:
    """Return the body as it was sent: a compressed one is not JSON."""
    chunks, size = [], 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > MAX_BODY:
            raise ProviderError("answer")
        chunks.append(chunk)
    return b"".join(chunks)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value, problem = strict_json.parse(body.decode())
    except UnicodeDecodeError:
        return {}
    return value if problem is None and isinstance(value, dict) else {}
