"""Promises of the text SQL of the hot path: rows as they were written, one round trip, errors of SQLAlchemy."""

import itertools
import random
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import pq
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from board.accounts import live_changes
from board.config.settings import Settings
from board.engine import unit_of_work
from board.service import BoardService
from models.accounts import Account
from models.board import Board
from models.db import rows
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate
from models.db.statement import Statement, read, read_all, write_all
from models.event import Event
from models.note import Note
from models.search import Search
from models.sighting import Sighting
from models.task import Task
from tests.ops.test_database_server import SECRET, do, open_search
from tests.support.people import PASSWORD

WORDS = ("", "é’%s :name {x} \\ \"quoted\" 'it'", "{a,b}", "NULL", "\t\n", "日本", "%(x)s", "a" * 4_000)
SIGHTINGS: tuple[dict[str, Any], ...] = tuple(
    {
        "id": f"s{number}", "board": "b", "number": number, "column": "c", "rank": f"r{number}", "description": word,
        "late": number % 2 == 0, "source": {"kind": word, "sealed": False}, "place": None if number % 2 else {"text": word},
        "grade": {"source": "A", "content": 2}, "recorded_at": "2026", "taken_by": word, "direction": word or None,
        "source_kept": None if number % 3 else True,
    }
    for number, word in enumerate(WORDS)
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    small = request.param == "sqlite"
    opened = Database(f"sqlite:///{tmp_path}/board.db" if small else request.getfixturevalue("postgres_url"))
    migrate(opened)
    yield opened
    await opened.close()


def dumped(row: SQLModel) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields}


# -- rows


@pytest.mark.parametrize("count", [1, len(SIGHTINGS)])
async def test_rows_are_read_as_they_were_written(database: Database, count: int) -> None:
    made = [rows.new_row(Sighting, values) for values in SIGHTINGS[:count]]
    as_before = [dumped(Sighting(**values)) for values in SIGHTINGS[:count]]
    assert [dumped(row) for row in made] == as_before, "the defaults are those of the model"
    database.write_now(lambda session: write_all(session.connection(), [rows.insert(Sighting, made)]))

    def found(session: Session) -> list[list[dict[str, Any]]]:
        by_session = session.exec(select(Sighting).order_by(Sighting.number)).all()  # type: ignore[arg-type]
        query = rows.by_ids(Sighting, [row.id for row in made])
        by_text = sorted(rows.load(Sighting, read(session.connection(), *query)), key=lambda row: row.number)
        return [[dumped(row) for row in each] for each in (by_session, by_text)]

    by_session, by_text = database.read_now(found)
    assert by_session == by_text == as_before
    assert [type(value) for row in by_text for value in row.values()] == [
        type(value) for row in as_before for value in row.values()
    ]


@pytest.mark.parametrize("count", [1, len(SIGHTINGS)])
async def test_changed_columns_are_written_and_no_others(database: Database, count: int) -> None:
    made = [rows.new_row(Sighting, values) for values in SIGHTINGS]
    database.write_now(lambda session: write_all(session.connection(), [rows.insert(Sighting, made)]))
    for row, word in zip(made[:count], reversed(WORDS), strict=False):
        rows.set_columns(
            row, {"clothing": word, "grade": {"source": word, "content": 1}, "withdrawn": True, "description": "lost"}
        )
    changed = ("clothing", "grade", "withdrawn")
    database.write_now(lambda session: write_all(session.connection(), [rows.update(Sighting, changed, made[:count])]))
    found = database.read_now(lambda session: {row.id: dumped(row) for row in session.exec(select(Sighting))})
    assert found == {row.id: dumped(row) | {"description": SIGHTINGS[number]["description"]} for number, row in enumerate(made)}


def test_a_row_is_of_its_model_and_refuses_assignments() -> None:
    row = rows.new_row(Sighting, SIGHTINGS[0])
    assert isinstance(row, Sighting)
    assert rows.model_of(row) is rows.model_of(Sighting(**SIGHTINGS[0])) is Sighting
    with pytest.raises(TypeError, match="unit of work"):
        row.clothing = "a change that nobody would write"
    assert row.clothing is None
    rows.set_columns(row, {"clothing": "a green anorak"})
    assert row.state() == Sighting(**SIGHTINGS[0], clothing="a green anorak").state()


async def test_deleted_rows_are_gone_and_others_stay(database: Database) -> None:
    made = [rows.new_row(Note, {"id": id, "board": "b", "text": "t", "happened_at": ""}) for id in "abc"]
    writes = [rows.insert(Note, made), rows.delete(Note, ["a", "c", "unknown"])]
    database.write_now(lambda session: write_all(session.connection(), writes))
    assert database.read_now(lambda session: session.exec(select(Note.id)).all()) == ["b"]


async def test_lists_of_values_may_be_empty(database: Database) -> None:
    query = rows.by_ids(Note, [])
    assert database.read_now(lambda session: read(session.connection(), *query)) == []


async def test_bytes_stay_bytes(database: Database) -> None:
    keys = [bytes(range(256)), b"", b"\\x00"]
    made = [
        Event(board=2, seq=seq, at=0, type="t", kind="k", entity=key, commitment=key, hash=key, key=key, body=key)
        for seq, key in enumerate(keys)
    ]
    database.write_now(lambda session: write_all(session.connection(), [rows.insert(Event, made)]))
    assert database.read_now(lambda session: session.exec(select(Event.key).order_by(Event.seq)).all()) == keys  # type: ignore[arg-type]


async def test_search_and_account_are_written_as_made(database: Database) -> None:
    given = {"id": "s", "board": "s", "kind": "runaway", "reference": "1", "missing_since": "", "opened_at": ""}
    search = rows.new_row(Search, given | {"person": {}, "appeal": {"level": "none"}, "criteria": {}, "members": []})
    account = rows.new_row(Account, {"id": "a", "email": "e", "name": "n", "role": "viewer", "password": "p", "created_at": ""})
    assert dumped(account) == dumped(Account(id="a", email="e", name="n", role="viewer", password="p", created_at=""))
    writes = [rows.insert(Search, [search]), rows.insert(Account, [account])]
    database.write_now(lambda session: write_all(session.connection(), writes))
    assert database.read_now(lambda session: dumped(session.get_one(Search, "s"))) == dumped(search)


# -- errors


async def test_failed_statement_undoes_its_whole_transaction(database: Database) -> None:
    board = {"kind": "search", "epoch": "e", "at": "", "head": b""}
    one, two, three = (
        rows.new_row(Board, board | {"id": id, "number": number}) for number, id in enumerate(("one", "two", "one"))
    )

    def twice(session: Session) -> None:
        write_all(session.connection(), [rows.insert(Board, [one]), rows.insert(Board, [two, three])])

    with pytest.raises(DatabaseUnavailable) as raised:
        database.write_now(twice)
    assert isinstance(raised.value.__cause__, IntegrityError)
    assert database.read_now(lambda session: session.exec(select(Board.id)).all()) == []
    database.write_now(lambda session: write_all(session.connection(), [rows.insert(Board, [one])]))


async def test_invalid_statement_leaves_the_connection_usable(database: Database) -> None:
    def wrong(session: Session) -> None:
        read_all(session.connection(), [(Statement("SELECT 1"), {}), (Statement("SELECT * FROM nothing"), {})])

    with pytest.raises(DatabaseUnavailable):
        database.read_now(wrong)
    assert database.read_now(lambda session: read(session.connection(), Statement("SELECT 1"), {})) == [(1,)]


# -- own events


def moves(seed: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield what some accounts do on some boards: account, board, first and last seq."""
    chance, heads = random.Random(seed), dict.fromkeys("xy", 1)
    for _ in range(40):
        account, board, many = chance.choice("ab"), chance.choice("xy"), chance.randint(1, 3)
        yield account, board, heads[board] + 1, heads[board] + many
        heads[board] += many


_SEEN = text("INSERT INTO read_positions (account, board, epoch, seq, at, own) VALUES (:a, :b, 'e', :s, '', :o)")


def stored(session: Session) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for row in session.connection().execute(
            text("SELECT account, board, epoch, seq, at, own FROM read_positions ORDER BY 1, 2")
        )
    ]


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("seed", range(6))
async def test_own_events_count_the_same_together_as_one_by_one(database: Database, seed: int) -> None:
    start = [{"a": "a", "b": "x", "s": 1, "o": 0}, {"a": "b", "b": "y", "s": 0, "o": 1}]
    found = []
    for size in (1, 40):
        database.write_now(lambda session: session.connection().execute(text("DELETE FROM read_positions")))
        database.write_now(lambda session: session.connection().execute(_SEEN, start))
        done = list(moves(seed))
        for begin in range(0, len(done), size):

            def record(session: Session, part: list[Any] = done[begin : begin + size]) -> None:
                for account, board, first, last in part:
                    unit_of_work.current(session).read_positions.over_own_events(account, board, "e", first, last, "now")

            database.write_now(record)
        found.append(database.read_now(stored))
    assert found[0] == found[1]
    assert any(own for *_, own in found[0])


# -- round trips


@pytest.fixture
async def desk(postgres_url: str) -> AsyncIterator[BoardService]:
    service = await BoardService.open(Settings(_env_file=None, database_url=postgres_url, secret_key=SECRET))
    yield service
    await service.close()


def given(name: str, sighting: str, task: str) -> Iterator[dict[str, Any]]:
    """Yield the data of three commands of one name."""
    for number, assessment in enumerate(("unverifiable", "not_the_child", "unverifiable")):
        yield {
            "sighting.add": {"description": "A child"},
            "sighting.assess": {"sighting": sighting, "assessment": assessment},
            "sighting.update": {"sighting": sighting, "clothing": f"A green anorak {number}"},
            "note.add": {"text": "The father called"},
            "task.add": {"title": "Call the school"},
            "task.update": {"task": task, "title": f"Call the school {number}"},
        }[name]


@pytest.mark.skipif(sys.platform != "linux", reason="the library writes down what travels on Linux alone")
@pytest.mark.parametrize("name", ["sighting.add", "sighting.assess", "sighting.update", "note.add", "task.add", "task.update"])
async def test_lone_command_takes_few_round_trips(desk: BoardService, tmp_path: Path, name: str) -> None:
    await live_changes.add_account(desk, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    search = await open_search(desk)
    await do(desk, search, "sighting.add", {"description": "A child"})
    await do(desk, search, "task.add", {"title": "Call the school"})
    (sighting,) = await desk.database.read(lambda session: session.exec(select(Sighting.id)).all())
    await do(desk, search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})  # its updates make the search due
    task = await desk.database.read(lambda session: session.exec(select(Task.id).order_by(col(Task.number).desc())).first())
    with desk.database.write_engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
    trips = []
    for data in given(name, sighting, str(task)):
        with (tmp_path / "trace").open("w+") as trace:
            driver.pgconn.trace(trace.fileno())
            driver.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
            await do(desk, search, name, data)
            driver.pgconn.untrace()
            trace.seek(0)
            answers = [side for side, _ in itertools.groupby(line[:1] for line in trace if line.strip()) if side == "B"]
        trips.append(len(answers))
    assert trips == [2, 2, 2], "locks, with what is read; what is written, with the commit"
