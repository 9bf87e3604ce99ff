"""Accounts that nobody uses are reported to administrators once a week, and later locked; others stay."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select, update

from board.accounts import account_uses, accounts, live_changes
from board.audit import actor, writer
from board.audit.entries import SignedIn
from board.audit.log import reading
from board.config.settings import Settings
from board.engine.identity import caller_by_token
from board.maintenance.unused_accounts import UnusedAccounts
from board.service import BoardService
from models.accounts import Account, AccountUse, Token
from models.alert import SecurityAlert
from models.db.database import ConfigurationError
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

START = datetime(2026, 1, 1, tzinfo=UTC)


class Desk:
    """Installation whose clock the test moves: Ada administers, Bob and Eva have accounts."""

    service: BoardService
    watch: UnusedAccounts
    ids: dict[str, str]
    now = START

    def clock(self) -> datetime:
        return self.now

    async def used(self, name: str) -> None:
        at = format_utc(self.now)
        await self.service.database.write(lambda session: account_uses.record(session, self.ids[name], at))

    async def enabled(self) -> set[str]:
        query = select(Account.name).where(Account.enabled)
        return set(await self.service.database.read(lambda session: session.exec(query).all()))

    async def entries(self, type: str) -> list[dict[str, Any]]:
        found = await self.service.database.read(lambda session: reading.newest(session, reading.Filter(kind=type), 2**53, 100))
        return [each.about for each in reversed(found)]

    async def alerted(self) -> list[str]:
        query = select(SecurityAlert.account)
        return list(await self.service.database.read(lambda session: session.exec(query).all()))


@pytest.fixture
async def desk(installation: dict[str, Any]) -> AsyncIterator[Desk]:
    made = Desk()
    settings = Settings(_env_file=None, unused_report_days=90, unused_lock_days=120, **installation)
    made.service = await BoardService.open(settings, clock=made.clock)
    made.watch = UnusedAccounts(made.service)
    roles = {"Ada": "admin", "Bob": "investigator", "Eva": "coordinator"}
    made.ids = {
        name: await live_changes.add_account(made.service, f"{name.lower()}@desk.example", name, role, PASSWORD)
        for name, role in roles.items()
    }
    try:
        yield made
    finally:
        await made.service.close()


async def test_unused_accounts_are_reported_once_a_week(desk: Desk) -> None:
    desk.now += timedelta(days=89)
    assert await desk.watch.report() == 0
    await desk.used("Ada")
    await desk.used("Eva")
    desk.now += timedelta(days=2)
    assert [await desk.watch.report() for _ in range(2)] == [1, 0]
    desk.now += timedelta(days=6)
    assert await UnusedAccounts(desk.service).report() == 0  # another process
    desk.now += timedelta(days=2)
    assert await desk.watch.report() == 1
    first, _ = await desk.entries("accounts.unused")
    assert first == {"count": 1, "days": 90, "accounts": [{"id": desk.ids["Bob"], "name": "Bob"}]}
    assert await desk.alerted() == [desk.ids["Ada"]] * 2
    assert await desk.enabled() == {"Ada", "Bob", "Eva"}


async def test_unused_account_is_locked_as_an_administrator_disables_it(desk: Desk) -> None:
    desk.now += timedelta(days=119)
    await desk.used("Ada")
    await desk.used("Eva")
    assert await desk.watch.lock() == 0
    desk.now += timedelta(days=2)
    assert [await desk.watch.lock() for _ in range(2)] == [1, 0]
    assert await desk.enabled() == {"Ada", "Eva"}
    (entry,) = await desk.entries("account.disabled")
    assert entry == {"name": "Bob", "unused_since": format_utc(START)}


async def test_account_used_in_the_meantime_stays(desk: Desk) -> None:
    desk.now += timedelta(days=121)
    await desk.used("Ada")
    await desk.used("Bob")
    assert await desk.watch.lock() == 1
    assert await desk.enabled() == {"Ada", "Bob"}


async def test_last_administrator_is_never_locked(desk: Desk) -> None:
    desk.now += timedelta(days=400)
    assert await desk.watch.lock() == 2
    assert await desk.enabled() == {"Ada"}


async def test_account_for_emergencies_is_exempt(desk: Desk) -> None:
    desk.now += timedelta(days=400)
    desk.watch._exempt = "Bob@desk.example"
    await desk.watch.lock()
    assert "Bob" in await desk.enabled()


async def test_account_of_a_program_is_exempt_until_its_token_ends(desk: Desk) -> None:
    at = format_utc(desk.now)
    await live_changes.apply_change(
        desk.service, lambda session: accounts.add_token(session, "hotline", "write", "bob@desk.example", at, days=0)
    )
    desk.now += timedelta(days=400)
    await desk.used("Ada")
    assert await desk.watch.lock() == 1
    assert await desk.enabled() == {"Ada", "Bob"}
    await live_changes.apply_change(desk.service, lambda session: accounts.revoke_token(session, "hotline", at))
    desk.now += timedelta(days=1)
    assert await desk.watch.lock() == 1
    assert await desk.enabled() == {"Ada"}


async def test_token_in_use_does_not_keep_the_account_of_a_person(desk: Desk) -> None:
    at, bob = format_utc(desk.now), desk.ids["Bob"]

    def sign_in(session: Session) -> None:
        entry = SignedIn(id=bob, name="Bob", address=None, provider=None)
        writer.write(session, entry, by=actor.account(session.get_one(Account, bob)))

    await desk.service.database.write(sign_in)
    secret = await live_changes.apply_change(
        desk.service, lambda session: accounts.add_token(session, "own", "write", "bob@desk.example", at, days=0, made_by=bob)
    )
    desk.now += timedelta(days=400)
    await desk.used("Ada")
    await desk.used("Eva")
    used = update(Token).values(used_at=format_utc(desk.now))
    await desk.service.database.write(lambda session: session.connection().execute(used))
    assert await desk.service.database.read(lambda session: caller_by_token(session, secret))
    assert await desk.watch.lock() == 1
    assert await desk.enabled() == {"Ada", "Eva"}
    assert await desk.service.database.read(lambda session: caller_by_token(session, secret)) is None


async def test_enabled_account_is_not_locked_again_the_next_day(desk: Desk) -> None:
    desk.now += timedelta(days=121)
    await desk.used("Ada")
    await desk.watch.lock()
    await live_changes.apply_change(desk.service, lambda session: accounts.set_enabled(session, "bob@desk.example", True))
    use = await desk.service.database.read(lambda session: session.get(AccountUse, desk.ids["Bob"]))
    assert use is not None
    assert use.at > format_utc(START + timedelta(days=120))


async def test_zero_days_report_and_lock_nobody(installation: dict[str, Any]) -> None:
    desk = Desk()
    settings = Settings(_env_file=None, unused_report_days=0, **installation)
    desk.service = await BoardService.open(settings, clock=desk.clock)
    await live_changes.add_account(desk.service, "bob@desk.example", "Bob", "admin", PASSWORD)
    desk.now += timedelta(days=5_000)
    watch = UnusedAccounts(desk.service)
    assert (await watch.report(), await watch.lock()) == (0, 0)
    await desk.service.close()


@pytest.mark.parametrize(("report", "lock"), [(0, 90), (90, 90), (90, 96), (90, 30)])
def test_accounts_must_be_reported_before_they_are_locked(report: int, lock: int) -> None:
    with pytest.raises(ConfigurationError, match="must be reported before"):
        Settings(_env_file=None, unused_report_days=report, unused_lock_days=lock).check()
    Settings(_env_file=None, unused_report_days=90, unused_lock_days=97).check()


async def test_earlier_use_does_not_replace_a_later_one(desk: Desk) -> None:
    await desk.used("Bob")
    desk.now -= timedelta(days=9)
    await desk.used("Bob")

    def stored(session: Session) -> str:
        return session.get_one(AccountUse, desk.ids["Bob"]).at

    assert await desk.service.database.read(stored) == format_utc(START)
