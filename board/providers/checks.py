"""Checks of claims during sessions: a person who lost a claim loses the role, on open sockets too.

Each session is checked every `check_min` minutes, by one process. While a provider is unavailable, sessions continue.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from board.accounts import accounts, identities, live_changes
from board.providers import people, stored_token
from board.providers.client import ProviderClient, Tokens
from board.providers.errors import ProviderError
from board.providers.providers import Providers
from board.providers.signed_message import Claims
from board.telemetry.periodic import run_on_database
from models.accounts import LoginSession
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.service import BoardService

log = structlog.get_logger()

POLL_S = 5.0
BATCH_SIZE = 8  # sessions checked at the same time by this process
ENDS_SESSION = ("ended", "no_role", "disabled")


class DueCheck(NamedTuple):
    """Session whose claims are due to be checked, claimed by this process."""

    digest: str
    account: str
    issuer: str
    subject: str
    token: str | None


class Checks:
    """Checks of one process."""

    def __init__(self, service: "BoardService", providers: Providers) -> None:
        self._service, self._providers = service, providers
        self._is_aligned = False

    async def run(self) -> NoReturn:
        """Check sessions when they are due, until cancelled."""
        await run_on_database(self.check_due, POLL_S, "provider checks failed")

    async def check_due(self) -> None:
        """Check all sessions that are due. Raises DatabaseUnavailable."""
        if not self._is_aligned:  # since the start, which may have been with other providers
            await live_changes.apply_change(self._service, partial(identities.align_claims, sign_in=self._service.sign_in))
            self._is_aligned = True
        while await self._service.database.read(_has_due):
            due = await self._service.database.write(self._claim)
            await asyncio.gather(*(self._check(check) for check in due))

    def _claim(self, session: Session) -> list[DueCheck]:
        """Return sessions that are due, and move their next check, so that no other process checks them."""
        at = now()
        claimed = []
        for row in session.exec(_due(format_utc(at)).limit(BATCH_SIZE)).all():
            client = self._providers.by_issuer(row.issuer or "")
            later = stored_token.next_check(client.provider, at) if client is not None else None
            moved = update(LoginSession).where(col(LoginSession.digest) == row.digest, col(LoginSession.check_at) == row.check_at)
            if session.connection().execute(moved.values(check_at=later)).rowcount == 1:
                claimed.append(DueCheck(row.digest, row.account, row.issuer or "", row.subject or "", row.provider_token))
        return claimed

    async def _check(self, due: DueCheck) -> None:
        """Check a session; end it if the provider no longer vouches for the person."""
        try:
            code = await self._refusal(due)
        except ProviderError as error:
            code = error.code
        if code and code not in ENDS_SESSION:  # the provider or its configuration fails, which says nothing about the person
            log.warning("provider check failed", account=due.account, reason=code)
            code = "unchecked" if await self._service.database.read(partial(_is_unchecked, due)) else ""
        if code:
            end = partial(accounts.end_sessions, id=due.account, only=due.digest)
            await live_changes.apply_change(self._service, end)
            log.info("provider session ended", account=due.account, reason=code)

    async def _refusal(self, due: DueCheck) -> str:
        """Apply the current claims of a person. Return the reason why the session ends, "" if it continues."""
        client = self._providers.by_issuer(due.issuer)
        if client is None:
            return "ended"  # the provider was removed from sign_in.toml
        claims = await self._claims(client, due)
        if claims.get("sub", due.subject) != due.subject or (client.provider.role and not claims):
            return "ended"
        check = partial(people.check, provider=client.provider, subject=due.subject, claims=claims, now=now())
        return (await live_changes.apply_change(self._service, check)).refusal

    async def _claims(self, client: ProviderClient, due: DueCheck) -> Claims:
        """Return the current claims. Raises ProviderError."""
        stored = stored_token.opened(due.token, self._providers.tokens)
        if stored is None:
            raise ProviderError("ended")
        if not stored.is_refresh:
            return await client.userinfo(stored.text, {})
        tokens = await client.refresh(stored.text)
        await self._service.database.write(partial(self._store, due.digest, tokens))
        return await client.claims(tokens, now())

    def _store(self, digest: str, tokens: Tokens, session: Session) -> None:
        """Store the new refresh token, if the provider gave one: the former one may work no longer."""
        if tokens.refresh:
            row = update(LoginSession).where(col(LoginSession.digest) == digest)
            session.connection().execute(row.values(provider_token=stored_token.sealed(tokens, self._providers.tokens)))


def _has_due(session: Session) -> bool:
    return session.exec(_due(format_utc(now())).limit(1)).first() is not None


def _due(at: str) -> SelectOfScalar[LoginSession]:
    """Return the query for sessions that are due, the longest due first."""
    due = select(LoginSession).where(col(LoginSession.check_at) <= at, LoginSession.ends_at > at)
    return due.order_by(col(LoginSession.check_at), LoginSession.digest)


def _is_unchecked(due: DueCheck, session: Session) -> bool:
    """Return whether the claims of a person could not be checked for too long."""
    identity = identities.find(session, due.issuer, due.subject)
    return identity is None or identity.checked_at < format_utc(now() - identities.UNCHECKED_TTL)
