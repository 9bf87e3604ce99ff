"""Promises of both databases: groups of writes in one commit, and no result before it is on the disk."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from board.commands.alarms import alarms_of_cards
from board.commands.cards import tasks
from board.engine import event_queries, journal, watched_events
from models.board import Board
from models.db import database as module
from models.db import schema, sqlite
from models.db.database import ConfigurationError, Database, DatabaseUnavailable
from models.db.schema import migrate
from models.db.statement import Write
from models.db.transaction import batch, keep
from tests.support import backends
from tests.support.query_plans import query_plan

BOARDS = ("operations",)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    small = request.param == "sqlite"
    opened = Database(f"sqlite:///{tmp_path}/board.db" if small else request.getfixturevalue("postgres_url"))
    migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/board.db")
    migrate(opened)
    yield opened
    await opened.close()


NUMBERS = itertools.count(2)  # of boards


def _add(session: Session, id: str) -> str:
    session.add(Board(id=id, number=next(NUMBERS), kind="search", epoch="e", at=""))
    session.flush()
    return id


def _boards(session: Session) -> set[str]:
    return set(session.connection().execute(text("SELECT id FROM board")).scalars())


@pytest.mark.parametrize("boards", [(), BOARDS])
async def test_exception_rolls_back_its_own_job_and_none_beside_it(database: Database, boards: tuple[str, ...]) -> None:
    def fails(session: Session) -> None:
        _add(session, "bad")
        raise ValueError("no")

    def adds(id: str) -> "asyncio.Future[str]":
        return database.write(lambda session: _add(session, id), boards=boards)

    jobs = [adds("a"), database.write(fails, boards=boards), adds("b")]
    results = await asyncio.gather(*jobs, return_exceptions=True)  # type: ignore[call-overload]
    assert [type(each) for each in results] == [str, ValueError, str]
    assert await database.read(_boards) == {"a", "b"}


async def test_jobs_that_run_one_by_one_are_each_answered_at_once(database: Database) -> None:
    all_wait, go_on = threading.Event(), threading.Event()

    def fails(session: Session) -> None:
        raise ValueError("no")

    first = database.write(lambda session: all_wait.wait(10), boards=BOARDS)
    done = database.write(lambda session: _add(session, "a"), boards=BOARDS)
    refused = database.write(fails, boards=BOARDS)
    last = database.write(lambda session: go_on.wait(10), boards=BOARDS)
    all_wait.set()
    assert await first
    assert await done == "a"
    with pytest.raises(ValueError, match="no"):
        await refused
    assert not last.done()
    go_on.set()
    assert await last


async def test_unserializable_value_costs_its_neighbours_nothing(database: Database) -> None:
    def leaves_too_much(session: Session) -> None:
        session.add(Board(id="huge", number=2, kind="search", epoch="e", at="", seq=2**70))

    def adds(id: str) -> "asyncio.Future[str]":
        return database.write(lambda session: _add(session, id), boards=BOARDS)

    results = await asyncio.gather(adds("a"), database.write(leaves_too_much, boards=BOARDS), adds("b"), return_exceptions=True)
    assert [results[0], results[2]] == ["a", "b"]
    assert isinstance(results[1], Exception)
    assert await database.read(_boards) == {"a", "b"}


async def test_writer_is_told_when_the_database_closes(database: Database) -> None:
    go_on = threading.Event()
    under_way = database.write(lambda session: go_on.wait(10), boards=BOARDS)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnavailable):
        database.write(lambda session: _add(session, "late"), boards=BOARDS)
    go_on.set()
    await closing
    assert await under_way
    with pytest.raises(DatabaseUnavailable):
        database.write(lambda session: _add(session, "later"), boards=BOARDS)


async def test_a_reading_that_is_stuck_does_not_hold_up_the_loop_that_closes(database: Database) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def reads(session: Session) -> None:
        stuck.set()
        go_on.wait(10)

    reading = asyncio.create_task(database.read(reads))
    await asyncio.to_thread(stuck.wait, 10)
    await database.close()
    assert not reading.done()
    go_on.set()
    await reading


async def test_rejected_value_costs_its_neighbours_nothing(database: Database) -> None:
    await database.write(lambda session: _add(session, "a"))
    jobs = [database.write(lambda session, id=id: _add(session, id), boards=BOARDS) for id in ("b", "a", "c")]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(each) for each in results] == [str, DatabaseUnavailable, str]
    assert await database.read(_boards) == {"a", "b", "c"}


async def test_a_fault_in_one_costs_its_neighbours_nothing(database: Database) -> None:
    def faulty(session: Session) -> None:
        session.connection().execute(text("SELECT * FROM no_such_table"))

    def adds(id: str) -> "asyncio.Future[str]":
        return database.write(lambda session: _add(session, id), boards=BOARDS)

    results = await asyncio.gather(adds("a"), database.write(faulty, boards=BOARDS), adds("b"), return_exceptions=True)
    if database.kind == "sqlite":  # the same exception class for all errors, such as a full disk and a missing table
        assert await database.read(_boards) == {each for each in results if isinstance(each, str)}
    else:
        assert [results[0], results[2]] == ["a", "b"]
    assert isinstance(results[1], Exception)
    assert await adds("c") == "c"


async def test_concurrent_change_of_another_process_is_found_by_the_retry(database: Database) -> None:
    tries: list[str] = []

    def finds_it_the_second_time(session: Session) -> str:
        tries.append("try")
        if len(tries) < 2:
            raise IntegrityError("INSERT", {}, Exception("duplicate key"))
        return "found"

    other = database.write(lambda session: _add(session, "a"), boards=BOARDS)
    found = database.write(finds_it_the_second_time, boards=BOARDS)
    assert await found == "found"
    assert await other == "a"


async def test_operational_error_fails_the_whole_group_and_keeps_nothing(database: Database) -> None:
    def full(session: Session) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    def adds(id: str) -> "asyncio.Future[str]":
        return database.write(lambda session: _add(session, id), boards=BOARDS)

    jobs = [adds("a"), database.write(full, boards=BOARDS), adds("b")]
    results = await asyncio.gather(*jobs, return_exceptions=True)  # type: ignore[call-overload]
    assert isinstance(results[1], DatabaseUnavailable)
    assert await database.read(_boards) == {each for each in results if isinstance(each, str)}
    assert await adds("after") == "after"


async def test_results_are_delivered_after_the_commit_in_commit_order(database: Database) -> None:
    order: list[str] = []
    for number in range(20):
        seen = database.read_now(_boards)
        await database.write(lambda session, id=f"b{number:02}": _add(session, id), on_committed=order.append, boards=BOARDS)
        assert database.read_now(_boards) - seen == {f"b{number:02}"}
    ids = [f"c{number:02}" for number in range(100)]
    await asyncio.gather(*(database.write(lambda s, id=id: _add(s, id), on_committed=order.append, boards=BOARDS) for id in ids))
    assert order == sorted(order)
    assert len(order) == 120


async def test_waiting_jobs_share_a_transaction_and_see_each_other(database: Database) -> None:
    sizes: list[int] = []
    ended: list[int] = []

    class Changes:
        def flush(self, session: Session) -> None:
            pass

        def finish(self, session: Session) -> None:
            ended.append(len(sizes))

        def writes(self) -> list[Write]:
            return []

    def job(session: Session) -> None:
        sizes.append(len(batch(session)))
        keep(session, Changes())

    await asyncio.gather(*(database.write(job, boards=BOARDS) for _ in range(50)))
    assert max(sizes) > 1
    assert len(sizes) == 50
    expected = [0]  # the pending changes are finished once, after all jobs of their transaction
    while expected[-1] < len(sizes):
        expected.append(expected[-1] + sizes[expected[-1]])
    assert ended == expected[1:]


async def test_jobs_that_lock_no_board_run_alone(database: Database) -> None:
    sizes = await asyncio.gather(*(database.write(lambda session: len(batch(session))) for _ in range(20)))
    assert sizes == [1] * 20


async def test_a_reader_sees_one_moment(database: Database) -> None:
    await database.write(lambda session: _add(session, "a"))

    def look(session: Session) -> tuple[set[str], set[str]]:
        first = _boards(session)
        database.write_now(lambda other: _add(other, "b"))
        return first, _boards(session)

    assert await database.read(look) == ({"a"}, {"a"})
    assert await database.read(_boards) == {"a", "b"}


async def test_a_reader_can_not_write_on_a_server(postgres_url: str) -> None:
    opened = Database(postgres_url)
    with pytest.raises(DatabaseUnavailable):
        await opened.read(lambda session: _add(session, "a"))
    await opened.close()


async def test_more_than_can_wait_is_refused_and_not_queued(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PENDING_WRITES", 3)
    jobs = [database.write(lambda session, id=id: _add(session, id)) for id in "abc"]
    with pytest.raises(DatabaseUnavailable):
        database.write(lambda session: _add(session, "d"))
    await asyncio.gather(*jobs)
    assert await database.write(lambda session: _add(session, "d")) == "d"


async def test_closing_finishes_what_waits(database: Database) -> None:
    jobs = [database.write(lambda session, id=f"b{number}": _add(session, id), boards=BOARDS) for number in range(100)]
    await database.close()
    assert len(await asyncio.gather(*jobs)) == 100


async def test_two_programs_with_an_old_sqlite_write_in_turn(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "needs_lock_file", True)
    other = Database(file.url)
    ids = [f"{who}{number}" for number in range(20) for who in "ab"]
    await asyncio.gather(*((file if id[0] == "a" else other).write(lambda session, id=id: _add(session, id)) for id in ids))
    assert await file.read(_boards) == set(ids)
    assert Path(f"{file.path}.lock").exists()
    await other.close()


async def test_two_servers_with_an_old_sqlite_are_refused(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Database(file.url)
    file.backend.acquire_server_lock()
    other.backend.acquire_server_lock()  # an SQLite without the bug allows both
    monkeypatch.setattr(sqlite, "needs_lock_file", True)
    file.backend.acquire_server_lock()
    with pytest.raises(ConfigurationError, match="Another server"):
        other.backend.acquire_server_lock()
    assert await other.write(lambda session: _add(session, "a")) == "a"  # the command line, beside it
    await file.close()
    other.backend.acquire_server_lock()
    await other.close()


async def test_a_fault_after_a_commit_leaves_nobody_waiting(database: Database) -> None:
    faults: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(str(context["exception"])))

    def publish(id: str) -> None:
        raise ValueError(id)

    try:
        jobs = [database.write(lambda session, id=id: _add(session, id), publish, BOARDS) for id in "ab"]
        assert await asyncio.gather(*jobs) == ["a", "b"]
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert faults == ["a", "b"]


async def test_a_database_of_a_newer_board_is_left_alone(database: Database) -> None:
    database.write_now(lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(ConfigurationError, match="newer"):
        migrate(database)


@pytest.mark.parametrize("url", ["", "board.db", "mysql://localhost/board", "sqlite://", "sqlite:///:memory:"])
async def test_foreign_database_is_reported_as_such(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\w+ .*\.$"):
        Database(url)


async def test_the_tables_are_those_of_the_models(database: Database) -> None:
    """A change of a model without its migration is found here."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from models.db.schema import metadata

    with database.write_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


async def test_tables_of_the_template_are_those_of_the_migrations(file: Database) -> None:
    migrated = Database(f"sqlite:///{file.url.removeprefix('sqlite:///')}.migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_upgrade", backends.run_migrations)
        migrate(migrated)
    assert _tables(migrated) == _tables(file)
    assert len(_tables(file)) > 100
    await migrated.close()


def _tables(database: Database) -> list[Any]:
    statement = text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    return [tuple(row) for row in database.read_now(lambda session: session.connection().execute(statement).all())]


async def test_events_of_an_entity_are_found_by_their_index(file: Database) -> None:
    """SQLite could also read the whole board, and does if the table has no row numbers."""
    for query in (journal._OF_ENTITY, journal._NEWEST_OF_ENTITY, journal._BEFORE, journal._SAID_BEFORE):
        assert "event_of_entity (board=? AND entity=? AND seq" in file.read_now(partial(query_plan, query)), query


async def test_open_alarms_are_found_by_what_they_are_about(file: Database) -> None:
    explain = text(f"EXPLAIN QUERY PLAN {alarms_of_cards._open().sqlite}")
    plan = file.read_now(lambda db: db.connection().execute(explain, {"entities": "[]"}).all())
    assert "alarm_about (entity=?" in str(plan)


async def test_overdue_urgent_tasks_are_found_by_their_index(file: Database) -> None:
    query = str(tasks._OVERDUE)
    assert "task.priority = 'urgent' AND NOT task.withdrawn" in query, "other tables may get such columns"
    explain = text(f"EXPLAIN QUERY PLAN {query.replace('FROM task,', 'FROM task INDEXED BY task_urgent,')}")
    plan = file.read_now(lambda db: db.connection().execute(explain, tasks._OVERDUE.compile().params).all())
    assert "task_urgent (due>? AND due<?)" in str(plan), "SQLite refuses an index that does not fit"


async def test_events_of_the_watch_are_found_by_their_index(file: Database) -> None:
    period = {"start": 0, "end": 1, "types": ["alarm.raised"], "type": "alarm.ended"}
    for query in (watched_events._BETWEEN, watched_events._OPEN_BEFORE, watched_events._HASHES):
        plan = file.read_now(partial(query_plan, query.params(period)))
        assert "event_watched (type=? AND at" in plan, plan
        assert "SCAN e " not in plan, plan


async def test_erased_payloads_are_counted_without_the_others(file: Database) -> None:
    assert "event_erased" in file.read_now(partial(query_plan, event_queries._ERASED))
