"""Sign-in: checks passwords, starts and ends sessions, and throttles attempts.

Passwords are checked in three queues: known devices, networks that signed in to the account before, and strangers. In the first
two, accounts take turns, so that a stolen account hardly delays the others. Strangers take turns by network.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete
from sqlmodel import Session, select
from starlette.requests import HTTPConnection

from board.accounts import account_uses, break_glass, devices, identities, passwords, session_replacement, throttle
from board.accounts.devices import NO_BROWSER, SignInBrowser
from board.accounts.earlier_networks import EarlierNetworks
from board.accounts.provider_session import ProviderSession
from board.audit import actor, writer
from board.audit.entries import NewDevice, SignedIn, SignedOut
from board.engine.identity import HASHER, SESSION_LIFETIME, Caller, digest
from board.engine.last_use import idle_end
from board.engine.program_accounts import has_signed_in
from board.engine.rights_version import bump_rights_version
from board.errors import Refused
from board.queues.fair_queue import FairQueue
from board.rate_limit.account_limits import too_many
from board.rate_limit.addresses import block_of
from board.rate_limit.limiter import RuleKey
from board.telemetry import metrics
from models.accounts import Account, LoginSession
from models.db.database import DatabaseUnavailable
from models.db.tables import columns_of
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.service import BoardService

MAX_NETWORK = 64  # characters; the peer of a Unix socket may be any text
DELETE_BATCH_SIZE = 100  # expired sessions deleted per sign-in, so that it stays quick
_SESSION = columns_of(LoginSession)
_ENDED = select(_SESSION.digest).where(_SESSION.ends_at <= bindparam("now")).order_by(_SESSION.digest).limit(bindparam("limit"))
_DROP = delete(LoginSession).where(_SESSION.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Sign-in attempt. `as_failure`, `as_success`: limits against which it counts until its outcome is known."""

    address: str
    as_failure: list[RuleKey]
    as_success: list[RuleKey]


class Login:
    """Sign-in and sign-out. Wrong passwords are throttled, see `throttle`."""

    def __init__(self, service: "BoardService") -> None:
        self._service, self._queues = service, service.queues
        self._networks = EarlierNetworks(service.settings.secret())

    async def authenticate(self, email: str, password: str, address: str, device: str = "") -> Account | None:
        """Return the enabled account with this e-mail address and password, or None.

        `device`: cookie of known devices. Raises Refused `rate_limited`.
        """
        email_digest = digest(_address(email))
        if not device:  # a stranger: an attempt over the limit costs no database query
            attempt = await self._count_attempt(email_digest, address, None, throttle.limits_for(email_digest, address, "", None))
            async with self._uncount_on(attempt, DatabaseUnavailable):
                account, is_from_earlier_network = await self._find(email, address)
        else:
            account, is_from_earlier_network = await self._find(email, address)
            attempt = await self._count_attempt(
                email_digest, address, account, throttle.limits_for(email_digest, address, device, account)
            )
        if account is not None and devices.known_device(device, account) is not None:
            return await self._check_password(account, password, attempt, self._queues.sign_in_known_devices, account.id)
        if account is not None and is_from_earlier_network:
            return await self._check_password(account, password, attempt, self._queues.sign_in_earlier_networks, account.id)
        return await self._check_password(account, password, attempt, self._queues.sign_in_strangers, block_of(address))

    async def reauthenticate(self, account: Account, password: str, session: str, address: str) -> Account | None:
        """Return the account if this is its password, otherwise None.

        `session`: digest of the session in which its owner typed the password. Raises Refused `rate_limited`.
        """
        (current, _), email_digest = await self._find(account.email, address), digest(account.email)
        attempt = await self._count_attempt(email_digest, address, current, throttle.limits_in_session(email_digest, session))
        return await self._check_password(current, password, attempt, self._queues.sign_in_known_devices, account.id)

    async def _find(self, email: str, address: str) -> tuple[Account | None, bool]:
        """Return the account, and whether somebody has signed in to it from this network."""

        def find(session: Session) -> tuple[Account | None, bool]:
            account = session.exec(select(Account).where(Account.email == _address(email))).first()
            return account, account is not None and self._networks.is_known(session, account.id, address, now())

        return await self._service.database.read(find)

    async def _count_attempt(self, email_digest: str, address: str, account: Account | None, limits: list[RuleKey]) -> "_Attempt":
        """Count an attempt against all its limits before the password is checked, so that parallel attempts are all counted.

        Raises Refused `rate_limited`.
        """
        attempt = _Attempt(address, limits, [(throttle.SUCCESSES, email_digest)])
        limit_result = await self._service.limiter.take_all([*attempt.as_failure, *attempt.as_success])
        if not limit_result.allowed:
            self._service.refusals.throttled(account, address)
            raise too_many(limit_result.retry_after_s, throttle.TOO_MANY)
        return attempt

    @contextlib.asynccontextmanager
    async def _uncount_on(self, attempt: _Attempt, error: type[Exception]) -> AsyncIterator[None]:
        """Uncount an attempt if this error ends it before the password is checked."""
        try:
            yield
        except error:
            await self._service.limiter.give_back([*attempt.as_failure, *attempt.as_success])
            raise

    async def _check_password(
        self, account: Account | None, password: str, attempt: _Attempt, queue: FairQueue, key: str
    ) -> Account | None:
        async with self._uncount_on(attempt, Refused):
            matches = await queue.run(key, partial(_verify, account.password if account else None, password))
        is_off = account is not None and not self._service.sign_in.allows_password(account.email)
        is_active = account is not None and account.is_active(format_utc(now()))
        result = account if is_active and matches and not is_off else None
        await self._service.limiter.give_back(attempt.as_success if result is None else attempt.as_failure)
        if result is None:
            reason: Literal["disabled", "password", "switched_off"] = "disabled" if matches else "password"
            reason = "switched_off" if is_off and matches else reason
            self._service.refusals.sign_in(account, reason if account is not None else "unknown", attempt.address)
        return result

    async def start_session(
        self, account: Account, address: str = "", browser: SignInBrowser = NO_BROWSER, provider: ProviderSession | None = None
    ) -> str | None:
        """Start a session; return its cookie, or None if the account was disabled or its password changed in the meantime.

        The person gets an alert if the browser is not known, except at the first sign-in to the account. `provider`: the session
        at the provider that signed the person in.
        """
        secret = secrets.token_urlsafe(32)
        start = now()
        login_session = _new_session(
            digest(secret), account, start, self._service.settings.session_idle, address, browser, provider
        )

        def start_session(session: Session) -> bool:
            # First, because it locks the version of rights.
            session_replacement.end(session, browser.session, by=account)
            # Locked: a concurrent change of password ends only the sessions that exist already.
            current = session.get(Account, account.id, with_for_update=True)
            if current is None or not current.is_active(login_session.created_at) or current.password != account.password:
                return False
            if provider is None:
                self._bound(session, current, login_session)
            is_new_device = not browser.is_known and has_signed_in(session, current.id)
            _drop_ended(session, login_session.created_at)
            session.add(login_session)
            account_uses.record(session, current.id, login_session.created_at)
            if address:
                self._networks.remember(session, current.id, address, start)
            signed_in = SignedIn(
                id=current.id, name=current.name, address=address or None, provider=provider.key if provider is not None else None
            )
            writer.write(session, signed_in, by=actor.account(current))
            if provider is None and self._service.sign_in.is_break_glass(current.email):
                by_email = self._service.settings.smtp_url is not None
                break_glass.report(session, current, address, login_session.created_at, by_email=by_email)
            if is_new_device:
                entry = NewDevice(id=current.id, name=current.name, device=browser.device, address=address or None)
                writer.write(session, entry, by=actor.SERVER, also_alerts=[current.id])
            return True

        if not await self._service.database.write(start_session):
            return None
        if browser.session:
            await self._service.rights_changed()
        metrics.sign_ins.labels("succeeded").inc()
        return secret

    def _bound(self, session: Session, account: Account, login_session: LoginSession) -> None:
        """End a session that no provider started, at the latest when the claims that give the account its role expire."""
        until = identities.role_until(account, self._service.sign_in)
        if until is not None:
            login_session.latest_end = min(login_session.latest_end, until)
            login_session.ends_at = min(login_session.ends_at, until)

    async def sign_out(self, caller: Caller) -> None:
        """End the caller's session and its open sockets."""

        def end(session: Session) -> None:
            login_session = session.get(LoginSession, caller.session)
            if login_session is not None:
                session.delete(login_session)
                writer.write(session, SignedOut(id=caller.account.id, name=caller.account.name), by=actor.of(caller))
                bump_rights_version(session)

        if caller.session is not None:
            await self._service.database.write(end)
            await self._service.rights_changed()


def _new_session(
    key: str,
    account: Account,
    start: datetime,
    idle: timedelta | None,
    address: str,
    browser: SignInBrowser,
    provider: ProviderSession | None,
) -> LoginSession:
    at, latest = format_utc(start), format_utc(start + SESSION_LIFETIME)
    return LoginSession(
        digest=key, account=account.id, created_at=at, used_at=at, latest_end=latest, ends_at=min(latest, idle_end(start, idle)),
        device=browser.device, network=block_of(address)[:MAX_NETWORK] or None, is_new_device=not browser.is_known,
        factor_at=at if provider is None else provider.proved_at or at,
        **(provider.columns() if provider is not None else {}),
    )  # fmt: skip


def _drop_ended(session: Session, now: str) -> None:
    """Delete rows of expired sessions, in a fixed order, so that two calls don't deadlock."""
    connection = session.connection()
    digests = connection.execute(_ENDED, {"now": now, "limit": DELETE_BATCH_SIZE}).scalars().all()
    if digests:
        connection.execute(_DROP, [{"digest": digest} for digest in digests])


def _address(email: str) -> str:
    return email.strip().lower().replace("\0", "")  # PostgreSQL rejects U+0000 in a query


@cache
def _dummy_hash() -> str:
    return HASHER.hash("nobody's password")


def _verify(password_hash: str | None, password: str) -> bool:
    """Return whether a hash matches a password. Takes the same time without a hash, even at the first attempt in a process.

    Text beyond MAX_LENGTH is not hashed, because no account has such a long password.
    """
    dummy = _dummy_hash()
    if password_hash is None or len(password) > passwords.MAX_LENGTH:
        password_hash = dummy
    try:
        return HASHER.verify(password_hash, password[: passwords.MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False


def login_of(request: HTTPConnection) -> Login:
    """Return the Login of the application that answers a request."""
    login: Login = request.app.state.login
    return login
