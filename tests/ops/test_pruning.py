"""Rows that nobody can read or use any more are deleted once a day; all others stay."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from board.accounts import accounts, live_changes
from board.commands.alarms import alerts
from board.commands.registry import Command
from board.config.settings import Settings
from board.engine.identity import Caller
from board.maintenance import pruning
from board.maintenance.pruning import Pruning
from board.service import BoardService
from models.board import OPERATIONS
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


class Desk:
    """Installation whose clock the test moves."""

    service: BoardService
    alice: Caller
    pruning: Pruning
    now = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)

    def clock(self) -> datetime:
        return self.now

    async def open_search(self, id: str) -> list[int]:
        return (await self.service.execute(self.alice, Command(id, OPERATIONS, "search.open", SEARCH))).seqs

    async def count(self, table: str) -> int:
        query = text(f"SELECT count(*) FROM {table}")
        return int(await self.service.database.read(lambda session: session.connection().execute(query).scalar_one()))

    async def sql(self, statement: str, *rows: dict[str, Any]) -> None:
        await self.service.database.write(lambda session: session.connection().execute(text(statement), list(rows) or None))


@pytest.fixture
async def desk(installation: dict[str, Any]) -> AsyncIterator[Desk]:
    made = Desk()
    made.service = await BoardService.open(Settings(_env_file=None, **installation), clock=made.clock)
    made.pruning = Pruning(made.service.database, made.service.settings, made.clock)
    alice = await live_changes.add_account(made.service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    made.alice = await live_changes.caller_for(made.service, alice)
    try:
        yield made
    finally:
        await made.service.close()


async def test_a_command_id_is_remembered_for_90_days(desk: Desk) -> None:
    first = await desk.open_search("c1")
    desk.now += timedelta(days=89)
    assert await desk.pruning.prune() == {}
    assert await desk.open_search("c1") == first, "sent again, it is answered as before"
    desk.now += timedelta(days=2)
    await desk.open_search("c2")
    assert await desk.pruning.prune() == {"processed_commands": 1}
    assert await desk.open_search("c1") > first, "it counts as new"
    assert await desk.count("processed_commands") == 2


async def test_alerts_are_pruned_when_they_are_no_longer_listed(desk: Desk) -> None:
    bob = await live_changes.add_account(desk.service, "bob@desk.example", "Bob", "investigator", PASSWORD)
    search = (await desk.service.execute(desk.alice, Command("c1", OPERATIONS, "search.open", SEARCH))).opened
    data = {"title": "Ask the bus company", "assignee": bob}
    await desk.service.execute(desk.alice, Command("c2", str(search), "task.add", data))
    await desk.service.database.write(lambda session: alerts.mark_read(session, bob, desk.now, None, may_mark_security=True))

    async def listed() -> int:
        return len(await desk.service.database.read(lambda session: alerts.list_alerts(session, bob, desk.now)))

    desk.now += timedelta(days=13)
    assert await desk.pruning.prune() == {}
    assert await listed() == await desk.count("alert_read") == 1
    desk.now += timedelta(days=2)
    assert await listed() == 0, "they were not listed any more"
    pruned = await desk.pruning.prune()
    assert {pruned.pop(table) for table in ("alert", "alert_read")}
    assert await desk.count("alert") == await desk.count("alert_read") == 0
    assert set(pruned) <= {"security_alert"}


async def test_numbers_of_security_alerts_go_on(desk: Desk) -> None:
    at = format_utc(desk.now)
    await desk.sql("DELETE FROM security_alert")
    await desk.sql(
        "INSERT INTO security_alert (account, number, seq, at) VALUES ('a', :number, 1, :at)",
        *({"number": number, "at": at} for number in (1, 2, 3)),
    )
    desk.now += timedelta(days=15)
    assert await desk.pruning.prune() == {"security_alert": 2}
    left = await desk.service.database.read(
        lambda session: session.connection().execute(text("SELECT number FROM security_alert")).scalars().all()
    )
    assert left == [3]


async def test_ended_sessions_links_codes_and_tokens_are_pruned(desk: Desk) -> None:
    ended, open_ = format_utc(desk.now - timedelta(days=2)), format_utc(desk.now + timedelta(days=2))
    for name, end in (("old", ended), ("new", open_)):
        named = {"name": name, "end": end, "at": ended}
        await desk.sql(
            "INSERT INTO session (digest, account, created_at, used_at, latest_end, ends_at) "
            "VALUES (:name, 'a', :at, :at, :end, :end)",
            named,
        )
        await desk.sql("INSERT INTO link (account, digest, created_at, ends_at) VALUES (:name, :name, :at, :end)", named)
        await desk.sql("INSERT INTO pairing (code, screen, made_at, network) VALUES (:name, :name, :end, '')", named)
        at = format_utc(desk.now)
        await desk.service.database.write(
            lambda session, name=name, at=at: accounts.add_token(session, name, "read", "alice@desk.example", at)
        )
    await desk.sql("UPDATE token SET revoked_at = :at WHERE name = 'old'", {"at": format_utc(desk.now)})
    assert await desk.pruning.prune() == {"session": 1, "link": 1, "pairing": 1}
    desk.now += timedelta(days=91)
    await desk.sql("UPDATE token SET expires_at = NULL WHERE name = 'new'")
    assert (await desk.pruning.prune())["token"] == 1
    assert await desk.count("token") == 1


async def test_a_session_used_meanwhile_stays(desk: Desk) -> None:
    rule = next(each for each in pruning.rules(desk.service.settings) if each.table == "session")
    before, later = format_utc(desk.now), format_utc(desk.now + timedelta(days=1))
    await desk.sql(
        "INSERT INTO session (digest, account, created_at, used_at, latest_end, ends_at) VALUES ('s', 'a', :at, :at, :at, :at)",
        {"at": before},
    )
    keys = await desk.service.database.read(lambda session: pruning._find(rule, before, session))
    assert len(keys) == 1
    await desk.sql("UPDATE session SET ends_at = :at", {"at": later})
    assert await desk.service.database.write(lambda session: pruning._delete(rule, keys, session)) == 0


async def test_one_process_prunes_a_day(desk: Desk) -> None:
    await desk.open_search("c1")
    others = [Pruning(desk.service.database, desk.service.settings, desk.clock) for _ in range(3)]
    desk.now += timedelta(days=100)
    await asyncio.gather(*(each.prune_if_due() for each in others))
    assert await desk.count("processed_commands") == 0
    await desk.sql("INSERT INTO processed_commands (digest, day, board, seq, events) VALUES ('a', 20260101, 2, 1, 1)")
    await others[1].prune_if_due()
    assert await desk.count("processed_commands") == 1, "another one did it today"
    desk.now += timedelta(days=1)
    await others[2].prune_if_due()
    assert await desk.count("processed_commands") == 0


async def test_many_rows_are_pruned_in_small_transactions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PAGE_SIZE", 10)
    monkeypatch.setattr(pruning, "BATCH_SIZE", 4)
    sizes: list[int] = []
    delete = pruning._delete

    def counted(*given: Any) -> int:
        sizes.append(delete(*given))
        return sizes[-1]

    monkeypatch.setattr(pruning, "_delete", counted)
    rows = [{"digest": str(number)} for number in range(23)]
    await desk.sql("INSERT INTO processed_commands (digest, day, board, seq, events) VALUES (:digest, 20260101, 2, 1, 1)", *rows)
    assert await desk.pruning.prune() == {"processed_commands": 23}
    assert sizes == [4, 4, 2, 4, 4, 2, 3]


def test_ids_and_tokens_are_kept_as_long_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def ages() -> dict[str, int]:
        return {each.table: each.age.days for each in pruning.rules(Settings(_env_file=None))}

    assert (ages()["processed_commands"], ages()["token"]) == (90, 90)
    monkeypatch.setenv("KEEP_COMMAND_IDS_DAYS", "365")
    monkeypatch.setenv("KEEP_ENDED_TOKENS_DAYS", "0")
    assert (ages()["processed_commands"], ages()["token"]) == (365, 0)
    monkeypatch.setenv("KEEP_COMMAND_IDS_DAYS", "89")  # fewer than the contract promises
    with pytest.raises(ValidationError, match="keep_command_ids_days"):
        Settings(_env_file=None)
