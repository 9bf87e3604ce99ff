"""One writer, groups of commands in one commit, and nobody told before it is on the disk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from models import database as module
from models import sqlite
from models.board import Board
from models.database import Database, Unavailable, Unusable
from models.schema import migrate


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/board.db")
    migrate(opened)
    yield opened
    await opened.close()


def _add(session: Session, id: str) -> str:
    session.add(Board(id=id, kind="search", epoch="e", at=""))
    session.flush()
    return id


def _boards(session: Session) -> set[str]:
    return set(session.connection().execute(text("SELECT id FROM board")).scalars())


async def test_what_one_raises_undoes_its_own_and_nothing_of_its_neighbours(database: Database) -> None:
    def fails(session: Session) -> None:
        _add(session, "bad")
        raise ValueError("no")

    jobs = [database.write(lambda session: _add(session, "a")), database.write(fails), database.write(lambda s: _add(s, "b"))]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(each) for each in results] == [str, ValueError, str]
    assert await database.read(_boards) == {"a", "b"}


async def test_an_operational_error_fails_the_whole_group_and_nothing_of_it_is_kept(database: Database) -> None:
    def full(session: Session) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    jobs = [database.write(lambda session: _add(session, "a")), database.write(full), database.write(lambda s: _add(s, "b"))]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert isinstance(results[1], Unavailable)
    assert await database.read(_boards) == {each for each in results if isinstance(each, str)}
    assert await database.write(lambda session: _add(session, "after")) == "after"


async def test_nobody_is_told_before_others_can_read_it_and_in_the_order_of_the_commits(database: Database) -> None:
    order: list[str] = []
    for number in range(50):
        seen = database.read_now(_boards)
        await database.write(lambda session, id=f"b{number:02}": _add(session, id), after=order.append)
        assert database.read_now(_boards) - seen == {f"b{number:02}"}
    many = [database.write(lambda session, id=f"c{number:02}": _add(session, id), after=order.append) for number in range(50)]
    await asyncio.gather(*many)
    assert order == sorted(order)
    assert len(order) == 100


async def test_more_than_can_wait_is_refused_and_not_queued(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    jobs = [database.write(lambda session, id=id: _add(session, id)) for id in "abc"]
    with pytest.raises(Unavailable):
        database.write(lambda session: _add(session, "d"))
    await asyncio.gather(*jobs)
    assert await database.write(lambda session: _add(session, "d")) == "d"


async def test_two_programs_with_an_old_sqlite_write_in_turn(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "needs_lock_file", True)
    other = Database(database.url)
    ids = [f"{who}{number}" for number in range(20) for who in "ab"]
    await asyncio.gather(*((database if id[0] == "a" else other).write(lambda session, id=id: _add(session, id)) for id in ids))
    assert await database.read(_boards) == set(ids)
    assert Path(f"{database.path}.lock").exists()
    await other.close()


async def test_a_database_of_a_newer_board_is_left_alone(database: Database) -> None:
    database.write_now(lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(Unusable, match="newer"):
        migrate(database)


async def test_the_tables_are_those_of_the_models(database: Database) -> None:
    """A change of a model without its migration is found here."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from models.schema import metadata

    with database.writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
