"""Metadata of a provider (OpenID Connect Discovery 1.0)."""

from typing import Any, NamedTuple

from board.providers.errors import ProviderError
from board.providers.fetch import Fetcher

WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(NamedTuple):
    """Endpoints of a provider. `userinfo_endpoint`: None if it has none."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    names_issuer: bool  # in the address to which it sends the browser back (RFC 9207)


async def read(issuer: str, fetcher: Fetcher) -> Metadata:
    """Read the metadata of an issuer. Raises ProviderError."""
    answer = await fetcher.get(issuer.rstrip("/") + WELL_KNOWN)
    if answer.status != 200:
        raise ProviderError("unavailable")
    return parse(answer.body, issuer, fetcher)


def parse(body: dict[str, Any], issuer: str, fetcher: Fetcher) -> Metadata:
    """Return the metadata in a document. Raises ProviderError if an endpoint is missing, or is on an insecure address."""
    if body.get("issuer") != issuer:
        raise ProviderError("issuer")
    authorization, token, keys, userinfo = (
        _endpoint(body.get(name), fetcher)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    )
    if authorization is None or token is None or keys is None:
        raise ProviderError("answer")
    return Metadata(authorization, token, keys, userinfo, body.get("authorization_response_iss_parameter_supported") is True)


def _endpoint(value: Any, fetcher: Fetcher) -> str | None:
    return value if isinstance(value, str) and fetcher.allows(value) else None
