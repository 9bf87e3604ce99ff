"""Sign-in: checks a password, begins and ends sessions, and throttles tries."""

import asyncio
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import text
from sqlmodel import Session as Database
from sqlmodel import select
from starlette.requests import HTTPConnection

from board.accounts import throttle
from board.audit import actor, writer
from board.audit.entries import SignedIn
from board.engine.identity import HASHER, SESSION_LIFETIME, Caller, digest
from board.engine.last_use import idle_end
from board.engine.rights_version import bump_rights_version
from board.rate_limit.account_limits import too_many
from board.rate_limit.limiter import Wanted
from board.telemetry import metrics
from models.accounts import Account, LoginSession
from models.db.database import DatabaseUnavailable
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.service import BoardService

ENDED_AT_ONCE = 100  # sessions that are dropped when somebody signs in: whoever signs in must not wait for more
_ENDED = text("SELECT digest FROM session WHERE ends_at <= :now ORDER BY digest LIMIT :most")
_DROP = text("DELETE FROM session WHERE digest = :digest")


@dataclass(frozen=True, slots=True)
class _Try:
    """From where somebody tries to come in, and under what it is counted until it is known what it is."""

    address: str
    as_wrong: list[Wanted]
    as_good: list[Wanted]


class Login:
    """Signs people in and out. Wrong passwords are throttled, see `throttle`."""

    def __init__(self, desk: "BoardService") -> None:
        self._desk = desk
        self._room = asyncio.Semaphore(2)  # argon2 takes 64 MiB and a core for each try

    async def fitting(self, email: str, password: str, address: str, device: str = "") -> Account | None:
        """The account of this e-mail address, if it is enabled and this is its password. `device` is the cookie of known devices.
        Raises Refused `rate_limited`."""
        typed = digest(_address(email))
        if device:
            account = await self._of(email)
            counted = await self._counted(typed, address, account, throttle.counted(typed, address, device, account))
        else:  # a stranger: what is one too many asks no database
            counted = await self._counted(typed, address, None, throttle.counted(typed, address, "", None))
            try:
                account = await self._of(email)
            except DatabaseUnavailable:
                await self._desk.limiter.give_back([*counted.as_wrong, *counted.as_good])
                raise
        return await self._checked(account, password, counted)

    async def still_fitting(self, account: Account, password: str, session: str, address: str) -> Account | None:
        """Return the account if this is the password of somebody who is signed in already, by this session."""
        present, typed = await self._of(account.email), digest(account.email)
        counted = await self._counted(typed, address, present, throttle.counted_in_session(typed, session))
        return await self._checked(present, password, counted)

    async def _of(self, email: str) -> Account | None:
        return await self._desk.database.read(
            lambda database: database.exec(select(Account).where(Account.email == _address(email))).first()
        )

    async def _counted(self, typed: str, address: str, account: Account | None, tries: list[Wanted]) -> "_Try":
        """Count a try, as a wrong one and as a good one, before the password is looked at: so a thousand tries at once are a
        thousand tries."""
        counted = _Try(address, tries, [(throttle.GOOD, typed)])
        taken = await self._desk.limiter.take_all([*counted.as_wrong, *counted.as_good])
        if not taken.allowed:
            self._desk.refusals.throttled(account, address)
            raise too_many(taken.retry_after_s, throttle.TOO_MANY)
        return counted

    async def _checked(self, account: Account | None, password: str, counted: "_Try") -> Account | None:
        async with self._room:
            fits = await asyncio.to_thread(_verify, account.password if account else None, password)
        good = account if account is not None and account.enabled and fits else None
        await self._desk.limiter.give_back(counted.as_good if good is None else counted.as_wrong)
        if good is None:
            reason: Literal["disabled", "password"] = "disabled" if fits else "password"
            self._desk.refusals.sign_in(account, reason if account is not None else "unknown", counted.address)
        return good

    async def begin(self, account: Account, address: str = "") -> str | None:
        """The cookie of a new session; None where the account was disabled, or has another password, since it was read."""
        secret = secrets.token_urlsafe(32)
        begins = now()
        at, latest = format_utc(begins), format_utc(begins + SESSION_LIFETIME)
        ends = min(latest, idle_end(begins, self._desk.settings.session_idle))
        session = LoginSession(
            digest=digest(secret), account=account.id, created_at=at, used_at=at, latest_end=latest, ends_at=ends
        )  # fmt: skip

        def begin(database: Database) -> bool:
            # Locked: whoever changes the password at this moment ends the sessions that are there, and not this one.
            found = database.get(Account, account.id, with_for_update=True)
            if found is None or not found.enabled or found.password != account.password:
                return False
            _drop_ended(database, session.created_at)
            database.add(session)
            writer.write(database, SignedIn(id=found.id, name=found.name, address=address or None), by=actor.account(found))
            return True

        if not await self._desk.database.write(begin):
            return None
        metrics.sign_ins.labels("succeeded").inc()
        return secret

    async def sign_out(self, caller: Caller) -> None:
        """Ends the caller's session, on open sockets too."""

        def end(database: Database) -> None:
            session = database.get(LoginSession, caller.session)
            if session is not None:
                database.delete(session)
                bump_rights_version(database)

        if caller.session is not None:
            await self._desk.database.write(end)
            await self._desk.rights_changed()


def _drop_ended(database: Database, now: str) -> None:
    """Sessions end by themselves; here their rows go. One by one in their order, so that two of these don't lock each other."""
    connection = database.connection()
    ended = connection.execute(_ENDED, {"now": now, "most": ENDED_AT_ONCE}).scalars().all()
    if ended:
        connection.execute(_DROP, [{"digest": each} for each in ended])


def _address(email: str) -> str:
    return email.strip().lower().replace("\0", "")  # PostgreSQL can't be asked for a text with U+0000


@cache
def _dummy_hash() -> str:
    return HASHER.hash("nobody's password")


def _verify(hashed: str | None, password: str) -> bool:
    """Takes as long where there is no account: also at the first try of a process."""
    nobodys = _dummy_hash()
    try:
        return HASHER.verify(hashed or nobodys, password)
    except (VerificationError, InvalidHashError):
        return False


def door_of(request: HTTPConnection) -> Login:
    """The sign-in of the application that answers a request."""
    door: Login = request.app.state.door
    return door
