"""Metadata of a provider: only those of its configured address, with secure endpoints."""

import ssl
from typing import Any

import pytest

from board.providers import metadata
from board.providers.errors import ProviderError
from board.providers.fetch import Fetcher

ISSUER = "https://login.example.org/realms/police"
RIGHT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


def parse(**changes: Any) -> metadata.Metadata:
    return metadata.parse({**RIGHT, **changes}, ISSUER, Fetcher(ISSUER, ssl.create_default_context()))


def test_metadata_of_the_configured_issuer_are_read() -> None:
    assert parse().token_endpoint == f"{ISSUER}/token"


@pytest.mark.parametrize("issuer", [f"{ISSUER}/", ISSUER.upper(), "https://login.example.org", "https://evil.example", None, 7])
def test_metadata_of_another_issuer_are_refused(issuer: object) -> None:
    with pytest.raises(ProviderError, match="issuer"):
        parse(issuer=issuer)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", [None, "http://login.example.org/x", "javascript:x"])
def test_metadata_without_a_secure_endpoint_are_refused(name: str, address: str | None) -> None:
    with pytest.raises(ProviderError, match="answer"):
        parse(**{name: address})
