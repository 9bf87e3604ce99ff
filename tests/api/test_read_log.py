"""Read log: a read is served only after it was recorded, each served read is counted once, and a slow disk stops no commands."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select
from starlette.requests import HTTPConnection

from board.audit import read_log, read_writes
from board.audit.entries import FindRun, PhotoRead, SnapshotRead
from board.audit.read_line import WINDOW_S, Reader
from board.audit.read_log import BATCH_S, ReadLog
from board.audit.read_writes import SearchFacts, why
from board.audit.repeats import Repeats
from board.engine import journal
from board.engine.identity import Caller
from board.web.screen import screen_of
from models.accounts import Account
from models.board import AUDIT, OPERATIONS
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate
from models.read_record import ReadRecord
from tests.support import backends


def reader(name: str, screen: str = "search") -> Caller:
    account = Account(id=name, email=f"{name}@desk.example", name=name, role="viewer", password="", created_at="")
    return Caller(account, session="s", screen=screen)


ALICE, BOB = reader("alice"), reader("bob")


class Log:
    """Read log with a clock that the test sets."""

    def __init__(self, database: Database, serves_unrecorded: bool = False) -> None:
        self.database, self.now = database, 0.0
        self.repeats = Repeats(database, lambda: self.now)
        self.log = ReadLog(database, self.repeats, serves_unrecorded, lambda: self.now)

    async def read(self, caller: Caller = ALICE, id: str = "photo", times: int = 1) -> None:
        await asyncio.gather(*(self.log.record(caller, PhotoRead(id=id, board=OPERATIONS)) for _ in range(times)))

    async def rows(self) -> list[ReadRecord]:
        return await self.database.read(lambda session: list(session.exec(select(ReadRecord).order_by(col(ReadRecord.id)))))

    async def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of reads by reader and photo."""
        counts: dict[tuple[str, str], int] = {}
        for row in await self.rows():
            counts[row.account, row.entity] = counts.get((row.account, row.entity), 0) + row.count
        return counts

    async def journal(self) -> list[tuple[str, int]]:
        """Return (type, count) of all entries of the journal."""

        def read(session: Session) -> list[tuple[str, int]]:
            return [(event.type, event.payload()["about"]["count"]) for event in journal.events_after(session, AUDIT, 0)]

        return await self.database.read(read)

    async def reasons(self) -> list[tuple[str, int]]:
        """Return (why, count) of all entries of the journal."""

        def read(session: Session) -> list[tuple[str, int]]:
            entries = [event.payload()["about"] for event in journal.events_after(session, AUDIT, 0)]
            return [(about["why"], about["count"]) for about in entries]

        return await self.database.read(read)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(backends.sqlite_url(tmp_path))
    migrate(database)
    yield database
    await database.close()


@pytest.fixture
def log(database: Database, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setattr(read_log, "BATCH_S", 0.0)
    return Log(database)


async def test_read_is_stored_when_record_returns(log: Log) -> None:
    await log.read()
    (row,) = await log.rows()
    assert (row.account, row.type, row.entity, row.board, row.count) == ("alice", "photo.read", "photo", OPERATIONS, 1)
    assert (row.why, row.screen, row.following) == ("role", "search", False)
    assert await log.journal() == [("photo.read", 1)]


async def test_repetitions_are_counted_durably_and_journalled_later(log: Log) -> None:
    for _ in range(5):
        await log.read()
    assert [row.count for row in await log.rows()] == [5]
    assert await log.journal() == [("photo.read", 1)]
    log.now = WINDOW_S
    await log.log.write_ends()
    assert await log.journal() == [("photo.read", 1), ("photo.read", 4)]
    await log.read()
    assert [row.count for row in await log.rows()] == [5, 1]


async def test_killed_process_has_lost_no_served_read(log: Log) -> None:
    """The process ends without closing: no window ended, nothing was flushed."""
    for _ in range(3):
        await log.read(times=4)
    await log.read(BOB)
    after = Log(log.database)
    assert await after.counts() == {("alice", "photo"): 12, ("bob", "photo"): 1}


async def test_reads_at_the_same_time_share_a_write(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = count_writes(log.database, monkeypatch)
    await asyncio.gather(*(log.read(caller, f"photo{number}") for caller in (ALICE, BOB) for number in range(50)))
    assert len(writes) == 1
    assert len(await log.rows()) == 100


async def test_batch_is_bounded_and_later_reads_wait_for_the_next(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log, "BATCH_SIZE", 10)
    writes = count_writes(log.database, monkeypatch)
    await asyncio.gather(*(log.read(id=f"photo{number % 25}") for number in range(50)))
    assert len(writes) == 3
    assert set((await log.counts()).values()) == {2}


async def test_failed_batch_refuses_its_own_reads_alone(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log, "BATCH_SIZE", 10)
    real, calls = log.database.write, list[int]()

    def write(fn: Any, *args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseUnavailable
        return real(fn, *args, **more)

    monkeypatch.setattr(log.database, "write", write)
    answers = await asyncio.gather(*(log.read(id=f"photo{number}") for number in range(20)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 10 + [type(None)] * 10
    assert len(await log.rows()) == 10


async def test_batches_start_at_least_50_ms_apart(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        log.now += seconds
        await real(0)

    monkeypatch.setattr(read_log, "BATCH_S", BATCH_S)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await log.read()
    log.now += 0.02
    await log.read(id="other")
    log.now += 1
    await log.read(id="third")
    assert slept == [0.0, pytest.approx(BATCH_S - 0.02), 0.0]


async def test_read_that_cannot_be_recorded_is_refused(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        make_unavailable(log.database, patch)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                await log.read()
            with pytest.raises(DatabaseUnavailable):
                await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    assert await log.rows() == []
    await log.read()
    assert await log.counts() == {("alice", "photo"): 1}
    assert await log.journal() == [("photo.read", 1)]


async def test_failed_repetition_is_refused_and_not_counted(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.read()
    with monkeypatch.context() as patch:
        make_unavailable(log.database, patch)
        with pytest.raises(DatabaseUnavailable):
            await log.read()
    await log.read()
    assert await log.counts() == {("alice", "photo"): 2}


async def test_setting_serves_reads_and_records_them_later(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """SERVE_UNRECORDED_READS."""
    log = Log(database, serves_unrecorded=True)
    with monkeypatch.context() as patch:
        make_unavailable(database, patch)
        await log.read()
        assert await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS)) is None
    await log.repeats.write()
    assert sorted(await log.journal()) == [("photo.read", 1), ("snapshot.read", 1)]


async def test_number_of_waiting_reads_is_bounded(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log, "MAX_WAITING", 3)
    answers = await asyncio.gather(
        *(log.log.record(ALICE, PhotoRead(id="p", board="")) for _ in range(5)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [type(None)] * 3 + [DatabaseUnavailable] * 2
    await log.read()  # the places are free again
    assert sum(row.count for row in await log.rows()) == 4


async def test_lines_in_memory_are_bounded(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log, "MAX_LINES", 3)
    followed = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    for number in range(10):
        await log.read(id=f"photo{number}", times=2)
    assert len(log.log._lines) <= 3
    assert followed in log.log._lines.values(), "an open subscription is not forgotten"
    assert set((await log.counts()).values()) == {1, 2}
    await log.log.close()
    assert sum(count for type, count in await log.journal() if type == "photo.read") == 20


async def test_slow_disk_delays_no_second_batch_before_commands(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Further reads wait outside the queue of writes, while a batch is being written."""
    disk, queued, real = asyncio.Event(), list[str](), log.database.write

    def write(fn: Any, *args: Any, **more: Any) -> Any:
        async def slow() -> Any:
            queued.append("reads")
            await disk.wait()
            return await real(fn, *args, **more)

        return slow()

    monkeypatch.setattr(log.database, "write", write)
    reads = [asyncio.create_task(log.read(id=f"photo{number}")) for number in range(20)]
    while not queued:
        await asyncio.sleep(0)
    reads += [asyncio.create_task(log.read(id=f"later{number}")) for number in range(20)]
    for _ in range(100):
        await asyncio.sleep(0)
    assert queued == ["reads"]
    assert await real(lambda session: "command") == "command"
    disk.set()
    await asyncio.gather(*reads)
    assert len(await log.rows()) == 40


async def test_read_whose_write_hangs_is_refused(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_log, "TIMEOUT_S", 0.01)

    async def hang(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(log.database, "write", hang)
    with pytest.raises(DatabaseUnavailable):
        await log.read()


async def test_batch_that_is_tried_again_is_stored_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is lost during a commit that the database had done."""
    await log.read()
    real = log.database.write

    async def twice(fn: Any, *args: Any, **more: Any) -> Any:
        await real(fn, *args, **more)
        monkeypatch.setattr(read_writes, "maybe_committed", lambda session: True)
        return await real(fn, *args, **more)

    monkeypatch.setattr(log.database, "write", twice)
    await asyncio.gather(log.read(), log.read(id="new"))
    assert await log.counts() == {("alice", "photo"): 2, ("alice", "new"): 1}


class LostCommits:
    """Database whose next commits are done, but seem to fail."""

    def __init__(self, log: Log, patch: pytest.MonkeyPatch, lost: int = 1) -> None:
        self._write, self._lost = log.database.write, lost
        patch.setattr(log.database, "write", self.write)

    async def write(self, fn: Any, *args: Any, **more: Any) -> Any:
        result = await self._write(fn, *args, **more)
        self._lost -= 1
        if self._lost >= 0:
            raise DatabaseUnavailable
        return result


async def test_reads_after_a_commit_that_seemed_to_fail_are_stored(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second read waits while the first is written, so it is in a batch of its own with the same line."""
    LostCommits(log, monkeypatch)
    first = asyncio.create_task(log.read())
    while log.log._batches or not log.log._lines:
        await asyncio.sleep(0)
    answers = await asyncio.gather(first, log.read(), log.read(BOB), return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseUnavailable, type(None), type(None)]
    await log.read()
    assert await log.counts() == {("alice", "photo"): 3, ("bob", "photo"): 1}  # with the one that was refused
    assert [type for type, _ in await log.journal()] == ["photo.read"] * 2


async def test_read_that_waited_while_a_batch_failed_stays_counted(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    real, is_first = log.database.write, [True]

    async def write(fn: Any, *args: Any, **more: Any) -> Any:
        await asyncio.sleep(0)
        if is_first.pop() if is_first else False:
            raise DatabaseUnavailable
        return await real(fn, *args, **more)

    monkeypatch.setattr(log.database, "write", write)
    first = asyncio.create_task(log.read())
    while log.log._batches or not log.log._lines:
        await asyncio.sleep(0)
    answers = await asyncio.gather(first, log.read(), return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseUnavailable, type(None)]
    await log.read()
    assert [row.count for row in await log.rows()] == [2], "one line"


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_subscription_whose_commit_seemed_to_fail_ends(log: Log, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    """Each of three pages asks again with the same line; the ones that were refused leave no open row."""
    LostCommits(log, monkeypatch, lost)
    for number in range(3):
        if number < lost:
            with pytest.raises(DatabaseUnavailable):
                await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
        elif (line := await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))) is not None:
            await log.log.write_ends()
            assert [row.following for row in await log.rows()] == [True]
            log.log.end(line)
    await log.log.write_ends()
    assert [row.following for row in await log.rows()] == [False]


async def test_subscription_that_fails_while_another_waits_ends(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    LostCommits(log, monkeypatch)
    first = asyncio.create_task(log.log.follow(ALICE, SnapshotRead(id=OPERATIONS)))
    while log.log._batches or not log.log._lines:
        await asyncio.sleep(0)
    second = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    with pytest.raises(DatabaseUnavailable):
        await first
    assert second is not None
    await log.log.write_ends()
    assert [row.following for row in await log.rows()] == [True]
    log.log.end(second)
    await log.log.write_ends()
    assert [row.following for row in await log.rows()] == [False]


# -- the reason -------------------------------------------------------------------------------------------------------------


def set_reason(patch: pytest.MonkeyPatch, reason: str) -> None:
    patch.setattr(read_writes, "why", lambda *_: reason)


async def test_reads_for_another_reason_are_another_line(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    for reason, times in (("member", 3), ("break_glass", 4)):
        set_reason(monkeypatch, reason)
        for _ in range(times):
            await log.read()
    assert [(row.why, row.count) for row in await log.rows()] == [("member", 3), ("break_glass", 4)]
    set_reason(monkeypatch, "role")
    log.now = WINDOW_S
    await log.log.write_ends()
    assert await log.reasons() == [("member", 1), ("break_glass", 1), ("member", 2), ("break_glass", 3)]


async def test_reads_that_wait_while_the_reason_changes_are_counted_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    set_reason(monkeypatch, "member")
    await log.read(times=2)
    set_reason(monkeypatch, "break_glass")
    first = asyncio.create_task(log.read(times=2))
    while log.log._batches or not any(line.is_in_write for line in log.log._lines.values()):
        await asyncio.sleep(0)
    await asyncio.gather(first, log.read(times=3))
    await log.read()
    assert [(row.why, row.count) for row in await log.rows()] == [("member", 2), ("break_glass", 6)]


async def test_subscription_for_another_reason_ends_apart(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    set_reason(monkeypatch, "member")
    member = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    set_reason(monkeypatch, "break_glass")
    opened = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    assert member is not None
    assert opened is not None
    assert opened is not member
    log.log.end(member)
    await log.log.write_ends()
    assert [(row.why, row.following, row.count) for row in await log.rows()] == [("member", False, 1), ("break_glass", True, 1)]
    assert log.log.is_following(ALICE, SnapshotRead(id=OPERATIONS))
    log.log.end(opened)
    await log.log.write_ends()
    assert [row.following for row in await log.rows()] == [False, False]


async def test_failed_subscription_for_another_reason_leaves_no_open_row(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    set_reason(monkeypatch, "member")
    member = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    set_reason(monkeypatch, "break_glass")
    with monkeypatch.context() as patch:
        LostCommits(log, patch)
        with pytest.raises(DatabaseUnavailable):
            await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    assert member is not None
    await log.log.write_ends()
    assert [(row.why, row.following) for row in await log.rows()] == [("member", True), ("break_glass", False)]


def test_reason_is_the_closest_relation_to_the_search() -> None:
    facts = SearchFacts("2026-0001", "alice", "members", ("alice", "bob"))
    guest = Reader.of(BOB)._replace(guest_of="search")
    assert why(Reader.of(ALICE), "search", facts) == "lead"
    assert why(Reader.of(BOB), "search", facts) == "member"
    assert why(guest, "search", facts) == "guest"
    assert why(Reader.of(BOB), "search", facts._replace(access="desk")) == "role"
    opened = facts._replace(members=("alice",), opened_by=frozenset({"bob"}))
    assert why(Reader.of(BOB), "search", opened) == "break_glass"
    assert why(Reader.of(BOB), "search", opened._replace(members=("bob",))) == "member"
    assert why(Reader.of(BOB), OPERATIONS, None) == "role"
    assert why(Reader.of(BOB)._replace(is_display=True), "search", facts) == "display"


# -- subscriptions ----------------------------------------------------------------------------------------------------------


async def test_subscription_is_one_row_from_its_start_to_its_end(log: Log) -> None:
    line = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    assert line is not None
    (row,) = await log.rows()
    assert row.following
    log.log.end(line)
    await log.log.write_ends()
    (row,) = await log.rows()
    assert not row.following
    assert row.until >= row.at


async def test_open_subscription_moves_its_until(log: Log) -> None:
    await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    before = (await log.rows())[0].until
    log.now = read_log.STILL_OPEN_S
    while (await log.rows())[0].until == before:
        log.now += read_log.STILL_OPEN_S
        await log.log.write_ends()
    assert (await log.rows())[0].following


async def test_subscription_that_was_given_up_does_not_stay_open(log: Log) -> None:
    following = asyncio.create_task(log.log.follow(ALICE, SnapshotRead(id=OPERATIONS)))
    await asyncio.sleep(0)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await log.read()  # in the next batch
    await log.log.write_ends()
    assert not any(row.following for row in await log.rows())


async def test_page_loaded_again_continues_its_subscription(log: Log) -> None:
    for _ in range(3):
        line = await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
        assert line is not None
        log.log.end(line)
        log.now += WINDOW_S - 1
    assert [row.count for row in await log.rows()] == [3]
    log.now += WINDOW_S
    await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    assert [row.count for row in await log.rows()] == [3, 1]


async def test_screen_reader_and_kind_are_rows_apart(log: Log) -> None:
    await log.log.record(ALICE, SnapshotRead(id=OPERATIONS))
    await log.log.record(reader("alice", "map"), SnapshotRead(id=OPERATIONS))
    await log.log.record(BOB, SnapshotRead(id=OPERATIONS))
    await log.log.follow(BOB, SnapshotRead(id=OPERATIONS))
    await log.log.record(BOB, FindRun(id=OPERATIONS, where="words", hits=2))
    await log.log.record(BOB, FindRun(id=OPERATIONS, where="words", hits=3))
    assert [(row.account, row.screen, row.following, row.count, row.hits) for row in await log.rows()] == [
        ("alice", "search", False, 1, 0), ("alice", "map", False, 1, 0), ("bob", "search", False, 1, 0),
        ("bob", "search", True, 1, 0), ("bob", "search", False, 2, 5),
    ]  # fmt: skip


async def test_close_ends_open_subscriptions(log: Log) -> None:
    await log.log.follow(ALICE, SnapshotRead(id=OPERATIONS))
    await log.log.close()
    assert [row.following for row in await log.rows()] == [False]


def make_unavailable(database: Database, patch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable

    patch.setattr(database, "write", away)


def count_writes(database: Database, patch: pytest.MonkeyPatch) -> list[Any]:
    writes, real = list[Any](), database.write

    def write(fn: Any, *args: Any, **more: Any) -> Any:
        writes.append(fn)
        return real(fn, *args, **more)

    patch.setattr(database, "write", write)
    return writes


# -- screens ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "referer", "screen"),
    [
        ("/api/v1/find", "https://desk.example/searches/1", "search"),
        ("/api/v1/find", "https://desk.example/searches/1/cards/2", "search"),
        ("/api/v1/find", "https://desk.example/searches/1/timeline", "timeline"),
        ("/api/v1/find", "https://desk.example/searches/1?at=12", "replay"),
        ("/api/v1/find", "https://desk.example/", "operations"), ("/api/v1/find", "", ""), ("/api/v1/find", "x" * 5_000, ""),
        ("/api/v1/find", "https://[", ""),
        ("/api/v1/find", "https://desk.example/searches", ""), ("/account/reads", "https://desk.example/", "reads"),
        ("/searches/1/reads", "", "reads"), ("/audit", "", "audit"), ("/accounts/1", "", "accounts"),
    ],
)  # fmt: skip
def test_screen_is_the_page_that_asked(path: str, referer: str, screen: str) -> None:
    scope = {"type": "http", "path": path, "query_string": b"", "headers": [(b"referer", referer.encode()), (b"host", b"d")]}
    assert screen_of(HTTPConnection(scope | {"scheme": "https", "server": None}), is_program=False) == screen
    assert screen_of(HTTPConnection(scope | {"scheme": "https", "server": None}), is_program=True) == "api"


@pytest.mark.parametrize(("query", "screen"), [("screen=map", "map"), ("screen=evil", ""), ("", ""), ("screen=%00", "")])
def test_screen_of_a_socket_is_the_name_of_a_page(query: str, screen: str) -> None:
    scope = {"type": "websocket", "path": "/ws", "query_string": query.encode(), "headers": []}
    assert screen_of(HTTPConnection(scope), is_program=False) == screen
