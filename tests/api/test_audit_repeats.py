"""Audit repeats: failed attempts cannot flood the audit journal. Equal ones are counted, and a bounded number of different ones
is written."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from board.audit import repeats, writer
from board.audit.entries import SignInFailed, SignInThrottled
from board.audit.repeats import MAX_DISTINCT, MAX_QUEUED, WINDOW_S, Repeats
from board.engine import journal
from board.telemetry import periodic
from models.board import AUDIT
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate
from tests.support import backends
from tests.support.people import PATIENCE_S


class AuditLog:
    """Audit log with failed attempts, and a clock that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, 0.0
        self.repeats = Repeats(database, lambda: self.now)

    def knock(self, address: str = "192.0.2.1", id: str = "eva", times: int = 1) -> None:
        for _ in range(times):
            self.repeats.add(SignInFailed(id=id, name="Eva", reason="password", address=address))

    async def written(self) -> list[tuple[str, Any, Any]]:
        """Return (type, address or type that overflowed, count) of all entries."""
        await self.repeats.write()

        def read(session: Session) -> list[tuple[str, Any, Any]]:
            found, seq = [], 0
            while page := journal.events_after(session, AUDIT, seq):
                about = [(each.type, each.payload()["about"]) for each in page]
                found += [(type, each.get("address") or each.get("of"), each["count"]) for type, each in about]
                seq = page[-1].seq
            return found

        return await self.database.read(read)


@pytest.fixture
async def audit_log(tmp_path: Path) -> Any:
    database = Database(backends.sqlite_url(tmp_path))
    migrate(database)
    yield AuditLog(database)
    await database.close()


async def test_the_first_is_written_at_once_and_those_after_it_are_counted(audit_log: AuditLog) -> None:
    audit_log.knock(times=1)
    assert await audit_log.written() == [("sign_in.failed", "192.0.2.1", 1)]
    audit_log.knock(times=999)
    assert len(await audit_log.written()) == 1
    audit_log.now = WINDOW_S
    assert await audit_log.written() == [("sign_in.failed", "192.0.2.1", 1), ("sign_in.failed", "192.0.2.1", 999)]
    audit_log.knock()
    assert (await audit_log.written())[2:] == [("sign_in.failed", "192.0.2.1", 1)]


async def test_another_address_account_or_type_is_another_entry(audit_log: AuditLog) -> None:
    audit_log.knock()
    audit_log.knock(address="2001:db8::1")
    audit_log.knock(id="kim")
    audit_log.repeats.add(SignInThrottled(id="eva", name="Eva", address="192.0.2.1"))
    assert len(await audit_log.written()) == 4


async def test_a_flood_of_different_ones_is_counted(audit_log: AuditLog) -> None:
    for number in range(10 * MAX_DISTINCT):
        audit_log.knock(address=f"192.0.2.{number}")
    assert len(await audit_log.written()) == MAX_DISTINCT
    audit_log.now = WINDOW_S
    assert (await audit_log.written())[MAX_DISTINCT:] == [("audit.overflowed", "sign_in.failed", 9 * MAX_DISTINCT)]
    for window in range(2, 12):  # however long the attack lasts
        for number in range(10 * MAX_DISTINCT):
            audit_log.knock(address=f"192.0.2.{number}", times=2)
        audit_log.now = window * WINDOW_S
        await audit_log.written()
    entries = await audit_log.written()
    assert len(entries) <= 12 * (2 * MAX_DISTINCT + 1)
    failed = [count for type, _, count in entries if type in ("sign_in.failed", "audit.overflowed")]
    assert sum(failed) == 10 * MAX_DISTINCT + 10 * 20 * MAX_DISTINCT  # no repeat is lost


async def test_entries_waiting_for_the_database_are_bounded_and_none_is_lost(
    audit_log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable

    monkeypatch.setattr(audit_log.database, "write", away)
    knocked = 0
    for window in range(1, 30):
        for number in range(MAX_DISTINCT + 10):
            audit_log.knock(address=f"192.0.2.{number}", times=2)
            knocked += 2
        audit_log.now = window * WINDOW_S
        with pytest.raises(DatabaseUnavailable):
            await audit_log.repeats.write()
        (window_of_strangers,) = audit_log.repeats._windows.values()
        assert len(window_of_strangers.queue) <= MAX_QUEUED + 2 * MAX_DISTINCT + 5
    monkeypatch.undo()
    await audit_log.repeats.close()
    assert sum(count for _, _, count in await audit_log.written()) == knocked


async def test_failed_sign_ins_are_all_logged_and_of_other_repeats_the_first(
    audit_log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(writer, "log_entry", lambda entry, actor: said.append(entry.TYPE))
    audit_log.knock(times=3)
    for _ in range(3):
        audit_log.repeats.add(SignInThrottled(id="eva", name="Eva", address="192.0.2.1"))
    await audit_log.written()
    assert said == ["sign_in.failed"] * 3 + ["sign_in.throttled"]


async def test_collected_entries_are_written_at_shutdown(audit_log: AuditLog) -> None:
    audit_log.knock(times=7)
    await audit_log.repeats.close()
    assert [count for _, _, count in await audit_log.written()] == [1, 6]


async def test_a_round_goes_on_when_the_database_is_away(audit_log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    warned, twice = list[str](), asyncio.Event()

    def warn(event: str) -> None:
        warned.append(event)
        if len(warned) == 2:
            twice.set()

    monkeypatch.setattr(periodic.log, "warning", warn, raising=False)
    monkeypatch.setattr(repeats, "INTERVAL_S", 0)

    def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable

    monkeypatch.setattr(audit_log.database, "write", away)
    audit_log.knock()
    writing = asyncio.create_task(audit_log.repeats.run())
    await asyncio.wait_for(twice.wait(), PATIENCE_S)
    writing.cancel()
    assert set(warned) == {"audit journal write failed"}
