"""PostgreSQL, when it fails: what was promised happens once, and who waits gets an answer in time."""

import asyncio
import itertools
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.commands.registry import Command
from board.config.settings import Settings
from board.dev import Postgres
from board.engine.identity import Caller
from board.errors import Refused
from board.service import BoardService
from models.board import AUDIT, OPERATIONS, Board
from models.db import postgresql, write_queue
from models.db.database import ConfigurationError, Database, DatabaseUnavailable
from models.db.schema import migrate
from tests.support.journal_sql import BOARD
from tests.support.people import PASSWORD, create_token, new_id, running_server

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the tests, long enough to be one"
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def desks(postgres_url: str) -> AsyncIterator[list[BoardService]]:
    """Two processes of one installation, as far as the database can tell."""
    opened = [await open_desk(postgres_url) for _ in range(2)]
    await live_changes.add_account(opened[0], "alice@desk.example", "Alice", "coordinator", PASSWORD)
    yield opened
    for each in opened:
        await each.close()


async def open_desk(url: str) -> BoardService:
    return await BoardService.open(Settings(_env_file=None, database_url=url, secret_key=SECRET))


async def alice(service: BoardService) -> Caller:
    return await live_changes.caller_for(
        service, await service.database.read(lambda session: accounts.find(session, "alice@desk.example").id)
    )


async def do(service: BoardService, board: str, name: str, data: dict[str, Any], id: str | None = None) -> Any:
    return await service.execute(await alice(service), Command(id or new_id(), board, name, data))


async def open_search(service: BoardService) -> str:
    return str((await do(service, OPERATIONS, "search.open", SEARCH)).opened)


@pytest.mark.parametrize("first", range(6))
async def test_a_server_that_goes_away_during_a_start_is_waited_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    await (await open_desk(postgres_url)).close()
    reads, read = itertools.count(), Database._read

    def fail_twice(database: Database, fn: Callable[[Session], Any]) -> Any:
        """End the connection at a read, and at the second try of it."""
        if next(reads) in (first, first + 1):
            fn = lambda session: session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))  # noqa: E731
        return read(database, fn)

    monkeypatch.setattr(Database, "_read", fail_twice)
    service = await open_desk(postgres_url)
    assert next(reads) > first + 1, "the reads that fail are those of the start"
    await service.close()


def person(service: BoardService, search: str) -> dict[str, Any]:
    query = text("SELECT person FROM search WHERE id = :board")
    return service.database.read_now(lambda session: dict(session.connection().execute(query, {"board": search}).scalar_one()))


def count(service: BoardService, search: str) -> int:
    query = text(f"SELECT count(*) FROM event WHERE board = {BOARD} AND type = 'note.added'")
    return int(service.database.read_now(lambda session: session.connection().execute(query, {"board": search}).scalar_one()))


def pid(session: Session) -> int:
    return int(session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one())


NUMBERS = itertools.count(2)  # of boards


def _add(session: Session, id: str) -> str:
    session.add(Board(id=id, number=next(NUMBERS), kind="search", epoch="e", at=""))
    session.flush()
    return id


def _boards(session: Session) -> set[str]:
    return set(session.connection().execute(text("SELECT id FROM board")).scalars())


@contextmanager
def holding(url: str, board: str) -> Iterator[psycopg.Connection[Any]]:
    """Hold a lock on a board's row until the block ends."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1 FROM board WHERE id = %s FOR UPDATE", (board,))
        yield connection


async def waiting(postgres: Postgres, number: int) -> None:
    """Wait until so many backends wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with postgres.admin() as connection:
        while connection.execute(query).fetchone()[0] < number:  # type: ignore[index]
            await asyncio.sleep(0.01)


# -- two processes


async def test_searches_that_are_opened_at_once_get_numbers_of_their_own(
    desks: list[BoardService], postgres: Postgres, postgres_url: str
) -> None:
    """All wait for the board of all searches. (With a number taken before the lock, two would have the same one.)"""
    with holding(postgres_url, OPERATIONS):
        opening = [asyncio.create_task(open_search(desks[turn % 2])) for turn in range(6)]
        await waiting(postgres, 2)
    opened = await asyncio.gather(*opening)
    query = text("SELECT number FROM board WHERE id = ANY(:ids)")
    numbers = desks[0].database.read_now(lambda db: db.connection().execute(query, {"ids": opened}).scalars().all())
    assert len({*numbers}) == len(opened) == 6


async def test_two_edits_of_one_row_never_erase_each_other(
    desks: list[BoardService], postgres: Postgres, postgres_url: str
) -> None:
    """Both are at the lock when it opens. (With the row read before the lock, one of them is lost nearly every time.)"""
    search = await open_search(desks[0])
    for age in range(5):
        with holding(postgres_url, search):
            edits = [
                asyncio.create_task(do(desks[0], search, "search.update", {"person": {"age": age}})),
                asyncio.create_task(do(desks[1], search, "search.update", {"person": {"last_name": f"{age}"}})),
            ]
            await waiting(postgres, 2)
        await asyncio.gather(*edits)
        assert (person(desks[0], search)["age"], person(desks[0], search)["last_name"]) == (age, f"{age}")


async def test_commands_on_two_boards_never_deadlock(desks: list[BoardService], postgres: Postgres) -> None:
    searches = [await open_search(desks[0]) for _ in range(2)]
    many = [
        do(service, board, name, data)
        for turn in range(15)
        for service in desks
        for search in searches
        for board, name, data in (
            (search, "search.update", {"person": {"age": turn}}),
            (search, "note.add", {"text": "seen"}),
            (OPERATIONS, "note.add", {"text": "all"}),
            (OPERATIONS, "search.open", SEARCH),
        )
    ]
    await asyncio.gather(*many)
    with postgres.admin() as connection:
        name = desks[0].database.url.rpartition("/")[2]
        row = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = %s", (name,)).fetchone()
    assert row == (0,)


async def test_one_command_id_on_two_boards_at_once_is_done_on_one_of_them(
    desks: list[BoardService], postgres: Postgres, postgres_url: str
) -> None:
    one, other = await open_search(desks[0]), await open_search(desks[0])
    with holding(postgres_url, one), holding(postgres_url, other):
        both = [
            asyncio.create_task(do(service, search, "note.add", {"text": "once"}, id="the-same"))
            for service, search in zip(desks, (one, other), strict=True)
        ]
        await waiting(postgres, 2)
    acks = await asyncio.gather(*both)
    assert acks[0] == acks[1]
    assert count(desks[0], one) + count(desks[0], other) == 1


async def test_boards_are_written_side_by_side(desks: list[BoardService], postgres: Postgres, postgres_url: str) -> None:
    held, free = await open_search(desks[0]), await open_search(desks[0])
    with holding(postgres_url, held):
        waits = asyncio.create_task(do(desks[0], held, "note.add", {"text": "later"}))
        await waiting(postgres, 1)
        await do(desks[0], free, "note.add", {"text": "now"})
        assert not waits.done()
    await waits


# -- several boards in one transaction


@contextmanager
def collecting(service: BoardService, board: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep a first write to this board at work until the block ends, so that writes to other boards are collected."""
    monkeypatch.setattr(write_queue, "COLLECT_S", 60.0)
    begun, go_on = threading.Event(), threading.Event()

    def work(session: Session) -> None:
        begun.set()
        go_on.wait(10)

    service.database.write(work, boards=(board,))
    assert begun.wait(10)
    yield
    go_on.set()


async def _notes(service: BoardService, searches: list[str]) -> "list[asyncio.Task[Any]]":
    caller = await alice(service)
    notes = [Command(new_id(), search, "note.add", {"text": "seen"}) for search in searches]
    tasks = [asyncio.create_task(service.execute(caller, note)) for note in notes]
    await asyncio.sleep(0)  # they are queued
    return tasks


def _transactions(service: BoardService, searches: list[str]) -> list[int]:
    """Return the transaction in which each search's board was last written."""
    query = text("SELECT id, xmin::text::bigint AS by FROM board")
    rows = {row.id: row.by for row in service.database.read_now(lambda session: session.connection().execute(query).all())}
    return [rows[search] for search in searches]


async def test_boards_that_wait_at_one_moment_share_a_transaction(
    desks: list[BoardService], monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = [await open_search(desks[0]) for _ in range(3)]
    with collecting(desks[0], OPERATIONS, monkeypatch):
        tasks = await _notes(desks[0], searches)
    acks = await asyncio.gather(*tasks)
    assert [ack.board for ack in acks] == searches
    assert len(set(_transactions(desks[0], searches))) == 1
    assert [count(desks[0], search) for search in searches] == [1, 1, 1]


async def test_a_board_that_somebody_else_holds_holds_up_no_other(
    desks: list[BoardService], postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = [await open_search(desks[0]) for _ in range(3)]
    with holding(postgres_url, searches[1]):
        with collecting(desks[0], OPERATIONS, monkeypatch):
            tasks = await _notes(desks[0], searches)
        await asyncio.gather(tasks[0], tasks[2])
        await waiting(postgres, 1)
        assert not tasks[1].done()
    await tasks[1]
    assert [count(desks[0], search) for search in searches] == [1, 1, 1]


async def test_exception_half_way_costs_the_other_boards_nothing(
    desks: list[BoardService], monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = [await open_search(desks[0]) for _ in range(3)]

    def fails(session: Session) -> None:
        session.connection().execute(text("UPDATE board SET kind = 'none'"))
        raise ValueError("no")

    with collecting(desks[0], OPERATIONS, monkeypatch):
        refused = desks[0].database.write(fails, boards=(searches[1],))
        tasks = await _notes(desks[0], [searches[0], searches[2]])
    await asyncio.gather(*tasks)
    with pytest.raises(ValueError, match="no"):
        await refused
    assert [count(desks[0], search) for search in searches] == [1, 0, 1]


async def test_lost_commit_response_does_not_duplicate_events(desks: list[BoardService], monkeypatch: pytest.MonkeyPatch) -> None:
    searches = [await open_search(desks[0]) for _ in range(3)]

    def ended() -> None:
        if all(count(desks[1], search) for search in searches):  # it is the answer to the three that is lost
            desks[1].database.write_now(lambda session: accounts.set_enabled(session, "alice@desk.example", False))

    with commit_answer_lost(desks[0].database, 2, meanwhile=ended) as lost:
        with collecting(desks[0], OPERATIONS, monkeypatch):
            tasks = await _notes(desks[0], searches)
        acks = await asyncio.gather(*tasks)
    assert len(lost) == 2  # that of what went before, and that of the three
    assert [count(desks[0], search) for search in searches] == [1, 1, 1]
    assert all(len(ack.seqs) == 1 for ack in acks)


# -- lost connections


async def test_a_write_whose_backend_is_ended_in_the_middle_is_done_once(database: Database, postgres: Postgres) -> None:
    runs: list[int] = []

    def job(session: Session) -> str:
        _add(session, "a")
        runs.append(pid(session))
        if len(runs) == 1:
            with postgres.admin() as connection:
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", (runs[0],))
        return "done"

    assert await database.write(job, boards=("x",)) == "done"
    assert len(set(runs)) == 2
    assert await database.read(_boards) == {"a"}


@contextmanager
def commit_answer_lost(database: Database, times: int, meanwhile: Callable[[], object] = lambda: None) -> Iterator[list[int]]:
    """The server commits, and its answer does not arrive."""
    lost: list[int] = []
    original = database.write_engine.dialect.do_commit

    def commit(connection: Any) -> None:
        original(connection)
        if len(lost) < times:
            lost.append(1)
            connection.driver_connection.close()
            meanwhile()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    database.write_engine.dialect.do_commit = commit  # type: ignore[assignment, method-assign]
    try:
        yield lost
    finally:
        database.write_engine.dialect.do_commit = original  # type: ignore[method-assign]


async def test_lost_commit_response_is_retried_once_and_acknowledged(desks: list[BoardService]) -> None:
    search = await open_search(desks[0])
    with commit_answer_lost(desks[0].database, 2) as lost:
        acks = await asyncio.gather(*(do(desks[0], search, "note.add", {"text": f"{number}"}) for number in range(5)))
    assert lost
    assert count(desks[0], search) == 5
    assert len({seq for ack in acks for seq in ack.seqs}) == 5


async def test_committed_command_is_acknowledged_also_after_rights_ended(
    desks: list[BoardService],
) -> None:
    search = await open_search(desks[0])

    def ended() -> None:
        desks[1].database.write_now(lambda session: accounts.set_enabled(session, "alice@desk.example", False))

    caller = await alice(desks[0])
    notes = [Command(new_id(), search, "note.add", {"text": f"{number}"}) for number in range(2)]
    with commit_answer_lost(desks[0].database, 1, meanwhile=ended):
        ack = await desks[0].execute(caller, notes[0])
    assert len(ack.seqs) == 1
    with pytest.raises(Refused, match="unauthenticated"):
        await desks[0].execute(caller, notes[1])
    assert count(desks[0], search) == 1


async def test_lost_commit_response_without_a_command_id_is_not_retried(database: Database) -> None:
    with commit_answer_lost(database, 1), pytest.raises(DatabaseUnavailable):
        await database.write(lambda session: _add(session, "a"))
    assert await database.read(_boards) == {"a"}


async def test_a_reader_whose_backend_was_ended_meanwhile_reads_on_a_fresh_one(database: Database, postgres: Postgres) -> None:
    before = await database.read(pid)
    with postgres.admin() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
    assert await database.read(pid) != before


async def test_a_restarted_server_costs_nothing_but_time(server_dir: Path) -> None:
    server = Postgres(server_dir / "restarted", fsync=False)
    server.start()
    opened = Database(server.create("board"))
    migrate(opened)
    await opened.write(lambda session: _add(session, "a"), boards=("x",))
    await opened.read(_boards)
    server.stop()
    with pytest.raises(DatabaseUnavailable):
        await opened.read(_boards)
    jobs = [opened.write(lambda session, id=id: _add(session, id), boards=("x",)) for id in "bcd"]
    await asyncio.to_thread(server.start)
    assert await asyncio.gather(*jobs) == ["b", "c", "d"]
    assert await opened.read(_boards) == {"a", "b", "c", "d"}
    server.kill()
    await asyncio.to_thread(server.start)
    assert await opened.write(lambda session: _add(session, "e"), boards=("x",)) == "e"
    await opened.close()
    server.stop()


@pytest.mark.slow
async def test_a_server_that_stays_away_is_said_so_in_time(server_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.db.database.RETRY_DEADLINE_S", 0.3)
    server = Postgres(server_dir / "away", fsync=False)
    server.start()
    opened = Database(server.create("board"))
    migrate(opened)
    server.stop()
    jobs = [opened.write(lambda session, id=id: _add(session, id), boards=("x",)) for id in "abc"]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(each) for each in results] == [DatabaseUnavailable] * 3
    await opened.close()


# -- bounds


def opened_with(url: str, monkeypatch: pytest.MonkeyPatch, **session: str) -> Database:
    monkeypatch.setattr(postgresql, "SESSION_SETTINGS", postgresql.SESSION_SETTINGS | session)
    return Database(url)


async def test_writer_that_waits_too_long_for_a_board_is_told(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = opened_with(postgres_url, monkeypatch, lock_timeout="100ms")
    opened.write_now(lambda session: _add(session, "a"))
    lock = text("SELECT 1 FROM board WHERE id = 'a' FOR UPDATE")
    with holding(postgres_url, "a"), pytest.raises(DatabaseUnavailable):
        await opened.write(lambda session: session.connection().execute(lock), boards=("a",))
    await opened.write(lambda session: session.connection().execute(lock), boards=("a",))
    await opened.close()


async def test_a_statement_without_end_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = opened_with(postgres_url, monkeypatch, statement_timeout="100ms")
    with pytest.raises(DatabaseUnavailable):
        await opened.read(lambda session: session.connection().execute(text("SELECT pg_sleep(60)")))
    assert await opened.read(pid)
    await opened.close()


async def test_a_stuck_process_frees_its_board(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        postgresql, "WRITE_SETTINGS", postgresql.WRITE_SETTINGS | {"idle_in_transaction_session_timeout": "100ms"}
    )
    opened = Database(postgres_url)
    stuck, go_on = threading.Event(), threading.Event()
    runs: list[str] = []

    def job(session: Session) -> str:
        _add(session, "a")
        runs.append("run")
        if len(runs) == 1:
            stuck.set()
            go_on.wait(10)
        return "done"

    writing = opened.write(job, boards=("x",))
    await asyncio.to_thread(stuck.wait, 10)
    other = Database(postgres_url)
    await other.write(lambda session: _add(session, "a2"), boards=("x",))
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'")
    while other.read_now(lambda session: session.connection().execute(query).scalar()):
        await asyncio.sleep(0.01)
    go_on.set()
    assert await writing == "done"
    assert len(runs) == 2
    for each in (opened, other):
        await each.close()


async def test_a_pool_without_a_free_connection_is_said_so(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "POOL_TIMEOUT_S", 0.1)
    opened = Database(postgres_url)
    held = [opened.backend.read_engine.connect() for _ in range(postgresql.READ_THREADS + postgresql.HEAVY_READ_THREADS + 1)]
    with pytest.raises(DatabaseUnavailable):
        await opened.read(pid)
    held.pop().close()
    assert await opened.read(pid)
    for each in held:
        each.close()
    await opened.close()


async def test_reader_that_ends_during_close_leaves_no_connection(postgres_url: str) -> None:
    opened, loop, going_back = Database(postgres_url), asyncio.get_running_loop(), []

    def close_meanwhile(connection: Any, _record: object) -> None:
        going_back.append(connection)
        asyncio.run_coroutine_threadsafe(opened.close(), loop).result(10)

    event.listen(opened.backend.read_engine, "checkin", close_meanwhile)
    assert await opened.read(pid)
    assert [each.closed for each in going_back] == [True]


async def test_a_commit_is_durable_whatever_the_server_s_default_is(postgres: Postgres, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    with postgres.admin() as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    opened = Database(postgres_url)
    shown = await opened.write(lambda session: session.connection().execute(text("SHOW synchronous_commit")).scalar())
    assert shown == "on"
    await opened.close()


async def test_every_text_sorts_bytewise(database: Database) -> None:
    query = text("SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = 'public' "
                 "AND data_type = 'character varying'")  # fmt: skip
    rows = await database.read(lambda session: session.connection().execute(query).all())
    assert len(rows) > 50
    assert [row for row in rows if row.collation_name != "C"] == []


@pytest.mark.parametrize(
    "path",
    ["/api/v1/boards/%00", "/api/v1/boards/a%00/events", "/searches/%00", "/api/v1/boards/operations/sightings/%00/source"],
)
async def test_an_id_that_no_text_of_the_server_can_be_is_not_found(postgres_url: str, tmp_path: Path, path: str) -> None:
    async with running_server(tmp_path, database_url=postgres_url, secret_key=SECRET) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            assert (await client.get(path)).status_code == 404
            nobody = {"email": "a\0@desk.example", "password": "a\0"}
            assert (await client.post("/login", data=nobody, headers={"Origin": server.url})).status_code == 401


# -- at start


@pytest.mark.slow
async def test_many_processes_start_on_an_empty_database_at_once(postgres: Postgres) -> None:
    url = postgres.create("fresh")
    env = os.environ | {
        "BOARD_PREPARED": str(ROOT),
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
    }
    starting = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "board", "migrate", cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]
    ended = [(each.returncode, said) for each in starting for _, said in [await each.communicate()]]
    assert ended == [(0, b"")] * 4
    desks = await asyncio.gather(*(open_desk(url) for _ in range(4)))
    for service in desks:
        assert await service.database.read(_boards) == {AUDIT, OPERATIONS}
        await service.close()
    postgres.drop("fresh")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace("@", "-secretword@"), "password"),
        (lambda url: f"{url}_of_nobody", "does not exist"),
        (lambda url: f"{url.rpartition(':')[0]}:1/board", "refused"),
        (lambda url: url.replace("127.0.0.1", "no-such-host.invalid"), "no-such-host"),
    ],
)
async def test_a_server_that_can_not_be_used_is_said_so_in_a_sentence(
    postgres_url: str, change: Callable[[str], str], said: str
) -> None:
    opened = Database(change(postgres_url))
    with pytest.raises(ConfigurationError) as refused:
        opened.backend.wait_until_ready(0)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secretword" not in str(refused.value)
    await opened.close()


async def test_an_old_server_and_a_wrong_encoding_are_refused(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.admin() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0 OWNER board")
    latin, old = Database(postgres.url("latin")), Database(postgres_url)
    with pytest.raises(ConfigurationError, match="UTF8"):
        latin.backend.wait_until_ready(0)
    monkeypatch.setattr(postgresql, "MIN_VERSION", 990_000)
    with pytest.raises(ConfigurationError, match="newer"):
        old.backend.wait_until_ready(0)
    for each in (latin, old):
        await each.close()
    postgres.drop("latin")


@pytest.mark.slow
async def test_a_server_that_comes_up_late_is_waited_for(server_dir: Path) -> None:
    server = Postgres(server_dir / "late", fsync=False)
    server.start()
    opened = Database(server.create("board"))
    server.stop()
    reaching = asyncio.create_task(asyncio.to_thread(migrate, opened, 30))
    await asyncio.to_thread(server.start)
    await reaching
    assert await opened.read(_boards) == set()
    await opened.close()
    server.stop()


async def test_errors_do_not_contain_written_data(database: Database) -> None:
    seen: list[str] = []
    event.listen(database.write_engine, "handle_error", lambda context: seen.append(str(context.sqlalchemy_exception)))
    await database.write(lambda session: _add(session, "a canary"), boards=("x",))
    with pytest.raises(DatabaseUnavailable):
        await database.write(lambda session: _add(session, "a canary"), boards=("x",))
    assert seen
    assert "parameters hidden" in seen[0]


async def test_writer_that_is_cut_off_while_it_sends_frees_its_board(postgres_url: str) -> None:
    opened = Database(postgres_url)  # for its server, a session whose rest does not come is not idle
    ask = text(
        "SELECT name, setting::int FROM pg_settings WHERE name LIKE 'tcp_keepalives%' "
        "UNION ALL SELECT 'lock_timeout', extract(epoch FROM current_setting('lock_timeout')::interval)::int"
    )
    shown = dict(await opened.write(lambda session: [tuple(row) for row in session.connection().execute(ask)]))
    found = shown["tcp_keepalives_idle"] + shown["tcp_keepalives_interval"] * shown["tcp_keepalives_count"]
    assert 0 < found < shown["lock_timeout"], shown  # others wait for it, and none is told that it waited too long
    await opened.close()
