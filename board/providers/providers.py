"""Providers of an installation, with the client of each."""

import ssl
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from board.accounts.seal import Seal
from board.providers.client import ProviderClient

if TYPE_CHECKING:
    from board.service import BoardService


class Providers:
    """Clients by the key of the provider, and the seals of started sign-ins and of stored tokens."""

    def __init__(self, service: "BoardService") -> None:
        listed = list(service.sign_in.provider)
        tls = ssl.create_default_context() if listed else None
        self._clients = {provider.key: ProviderClient(provider, tls) for provider in listed if tls is not None}
        self._settings = service.settings

    @cached_property
    def sign_ins(self) -> Seal:
        """Seal of started sign-ins."""
        return Seal(self._settings.secret(), "sign-in")

    @cached_property
    def tokens(self) -> Seal:
        """Seal of stored tokens."""
        return Seal(self._settings.secret(), "provider token")

    def by_key(self, key: str) -> ProviderClient | None:
        """Return the client of the provider with this key."""
        return self._clients.get(key)

    def by_issuer(self, issuer: str) -> ProviderClient | None:
        """Return the client of the provider with this address."""
        return next((client for client in self._clients.values() if client.provider.issuer == issuer), None)


def providers_of(connection: HTTPConnection) -> Providers:
    """Return the providers of the application that answers a request."""
    providers: Providers = connection.app.state.providers
    return providers
