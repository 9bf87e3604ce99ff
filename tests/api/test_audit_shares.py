"""Each account has its own share of the audit journal: a flood of one hides nothing of another, and fills no database."""

from pathlib import Path
from typing import Any

import pytest

from board.audit import repeats
from board.audit.actor import Actor
from board.audit.entries import SignInFailed, SnapshotRead
from board.audit.log.reading import AuditEntry
from board.audit.repeats import BATCH_SIZE, MAX_DISTINCT, RESERVED, WINDOW_S, Repeats
from board.engine import hash_chain
from models.board import AUDIT, Board
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate
from tests.support import backends
from tests.support.audit_record import read_entries


def person(name: str) -> Actor:
    return Actor("account", name, name)


BOB, CHARLIE, SCREEN = person("bob"), person("charlie"), Actor("display", "screen", "Hall")


class Journal:
    """Audit journal with a clock that the test sets."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, 0.0
        self.repeats = Repeats(database, lambda: self.now)

    def read(self, by: Actor, boards: int, times: int = 1, start: int = 0) -> None:
        for number in range(start, start + boards):
            for _ in range(times):
                self.repeats.add(SnapshotRead(id=f"board {number}"), by)

    async def written(self, by: Actor) -> list[AuditEntry]:
        await self.repeats.write()
        return [entry for entry in await read_entries(self.database) if entry.actor["id"] == by.id]


@pytest.fixture
async def journal(tmp_path: Path) -> Any:
    database = Database(backends.sqlite_url(tmp_path))
    migrate(database)
    yield Journal(database)
    await database.close()


async def test_flood_of_one_account_hides_no_entry_of_another(journal: Journal) -> None:
    journal.read(CHARLIE, 50 * MAX_DISTINCT)
    for number in range(50 * MAX_DISTINCT):
        journal.repeats.add(SignInFailed(id="", name=None, reason="unknown", address=f"192.0.2.{number}"))
    journal.read(BOB, 3)
    journal.read(SCREEN, 1)
    assert [entry.id for entry in await journal.written(BOB)] == ["board 0", "board 1", "board 2"]
    assert len(await journal.written(SCREEN)) == 1
    assert len(await journal.written(CHARLIE)) == MAX_DISTINCT
    journal.now = WINDOW_S
    *_, overflowed = await journal.written(CHARLIE)
    assert (overflowed.type, overflowed.about["of"]) == ("audit.overflowed", "snapshot.read")
    assert overflowed.about["count"] == 49 * MAX_DISTINCT
    assert len(await journal.written(BOB)) == 3


async def test_many_accounts_together_leave_each_its_reserve(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MAX_TOTAL", 200)
    for number in range(10):
        journal.read(person(f"hostile {number}"), 2 * MAX_DISTINCT)
    journal.read(BOB, RESERVED + 1)
    assert len(await journal.written(BOB)) == RESERVED
    total = len(await read_entries(journal.database))
    assert total == 2 * MAX_DISTINCT + 9 * RESERVED  # two floods of all places, then reserves
    journal.now = WINDOW_S
    await journal.repeats.write()
    journal.read(BOB, RESERVED + 1, start=100)
    assert len(await journal.written(BOB)) == RESERVED + 1 + RESERVED + 1  # with the overflow: the places are free again


async def test_accounts_without_entries_are_forgotten(journal: Journal) -> None:
    for number in range(30):
        journal.read(person(f"account {number}"), 2)
    await journal.repeats.write()
    assert len(journal.repeats._windows) == 30
    journal.now = WINDOW_S
    await journal.repeats.write()
    assert (len(journal.repeats._windows), journal.repeats._distinct) == (0, 0)


async def test_a_thousand_clients_that_reconnect_write_a_bounded_number(journal: Journal) -> None:
    for _ in range(5):
        journal.read(BOB, 1, times=1_000)  # of one account
        journal.read(CHARLIE, 4, times=250)
    assert len(await journal.written(BOB)) == 1
    assert len(await journal.written(CHARLIE)) == 4
    journal.now = WINDOW_S
    assert [entry.about["count"] for entry in await journal.written(BOB)] == [1, 4_999]
    assert len(await journal.written(CHARLIE)) == 8


async def test_batches_are_bounded_and_take_turns(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, write = list[int](), repeats._write

    def counted(batch: Any, session: Any) -> None:
        sizes.append(len(batch))
        write(batch, session)

    monkeypatch.setattr(repeats, "_write", counted)
    for number in range(7):
        journal.read(person(f"flood {number}"), MAX_DISTINCT)
    journal.read(BOB, 1)
    await journal.repeats.write()
    assert max(sizes) <= BATCH_SIZE
    assert sum(sizes) == 7 * MAX_DISTINCT + 1
    first = [entry.actor["id"] for entry in await read_entries(journal.database)][: sizes[0]]
    assert "bob" in first
    assert await journal.database.read(lambda session: hash_chain.verify(session, session.get_one(Board, AUDIT))) is None


async def test_more_accounts_than_a_batch_holds_are_all_written(journal: Journal) -> None:
    for number in range(2 * BATCH_SIZE + 3):
        journal.read(person(f"account {number}"), 1)
    await journal.repeats.write()
    assert len(await read_entries(journal.database)) == 2 * BATCH_SIZE + 3


async def test_flood_without_a_database_leaves_the_queue_of_others(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def away(*_: Any, **__: Any) -> Any:
            raise DatabaseUnavailable

        patch.setattr(journal.database, "write", away)
        for window in range(1, 30):
            journal.read(CHARLIE, 2 * MAX_DISTINCT, times=2)
            journal.now = window * WINDOW_S
            with pytest.raises(DatabaseUnavailable):
                await journal.repeats.write()
        journal.read(BOB, 5)
    assert len(await journal.written(BOB)) == 5
    assert len(await journal.written(CHARLIE)) < 10 * MAX_DISTINCT
