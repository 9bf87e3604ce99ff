"""Addresses that are requested for a provider: https, or this machine in development; no private host that it alone names."""

import ssl

import pytest

from board.notifications import resolver
from board.providers import fetch
from board.providers.errors import ProviderError
from board.providers.fetch import Fetcher

PUBLIC, LOCAL = "https://login.example.org/realms/police", "http://127.0.0.1:4000"


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@pytest.mark.parametrize(
    ("issuer", "url", "allowed"),
    [
        (PUBLIC, "https://login.example.org/token", True),
        (PUBLIC, "https://keys.example.net/jwks?x=1", True),
        (PUBLIC, "http://login.example.org/token", False),
        (PUBLIC, "http://127.0.0.1/token", False),
        (PUBLIC, "https://user:password@login.example.org/", False),
        (PUBLIC, "https://login.example.org/#fragment", False),
        (PUBLIC, "https://login.example.org:0/", False),
        (PUBLIC, "https://login.example.org:x/", False),
        (PUBLIC, "file:///etc/passwd", False),
        (PUBLIC, "https:///token", False),
        (PUBLIC, "https://login.example.org/\n", False),
        (PUBLIC, "https://löffel.example/", False),
        (LOCAL, "http://127.0.0.1:4000/token", True),
        (LOCAL, "http://login.example.org/token", False),
    ],
)
def test_address_is_secure_or_this_machine(tls: ssl.SSLContext, issuer: str, url: str, allowed: bool) -> None:
    assert Fetcher(issuer, tls).allows(url) is allowed


async def test_insecure_address_is_not_requested(tls: ssl.SSLContext) -> None:
    with pytest.raises(ProviderError, match="answer"):
        await Fetcher(PUBLIC, tls).get("http://login.example.org/")


async def test_private_host_that_the_provider_names_is_not_requested(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def private(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]  # connects to no other machine

    monkeypatch.setattr(resolver, "addresses_of", private)
    with pytest.raises(ProviderError, match="answer"):
        await Fetcher(PUBLIC, tls).get("https://database.example.org/")
    monkeypatch.setattr(fetch, "TOTAL_S", 0.01)
    with pytest.raises(ProviderError, match="unavailable"):
        await Fetcher(PUBLIC, tls).get(PUBLIC)


async def test_requests_at_the_same_time_are_bounded(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fetcher, "running", fetch.MAX_AT_ONCE)
    with pytest.raises(ProviderError, match="unavailable"):
        await Fetcher(LOCAL, tls).get(LOCAL)
