"""Reads of 50 people in a storm of faults: each one that was served is in the read log once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx2 as httpx
import pytest
from sqlalchemy import make_url
from sqlmodel import Session, col, func, select

from board.accounts import accounts
from board.dev import Postgres, Redis
from board.engine import hash_chain
from models.board import AUDIT, Board
from models.db.database import Database
from models.ids import new_id
from models.read_record import ReadRecord
from models.times import format_utc, now
from tests.support.backends import fresh_database
from tests.support.people import PASSWORD, PATIENCE_S
from tests.support.read_faults import TABLE, ReadFaults
from tests.support.read_storm import PATHS, Key, ReadStorm, Tab
from tests.support.tcp_proxy import proxy_to
from tests.support.worker_processes import WorkerProcesses, running_workers

PEOPLE, TABS = 50, 2
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T17:00:00Z"}


@asynccontextmanager
async def own_redis(folder: Path) -> AsyncIterator[Redis]:
    redis = Redis(folder / "storm-redis")
    await asyncio.to_thread(redis.start)
    try:
        yield redis
    finally:
        await asyncio.to_thread(redis.kill)


async def hire(database: Database) -> dict[str, str]:
    """Add the people; return the token of each account."""
    at, emails = format_utc(now()), [f"reader{number}@desk.example" for number in range(PEOPLE)]
    adding = [accounts.prepare_account(email, f"Reader {email}", "coordinator", PASSWORD, at) for email in emails]

    def add(session: Session) -> dict[str, str]:
        ids = [each(session) for each in adding]
        return {id: accounts.add_token(session, new_id(), "write", email, at) for id, email in zip(ids, emails, strict=True)}

    return await database.write(add)


async def open_searches(workers: WorkerProcesses, token: str, count: int) -> list[str]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=workers.url, headers=headers, timeout=PATIENCE_S) as http:
        commands = [{"id": f"open{number}", "name": "search.open", "data": SEARCH} for number in range(count)]
        answers = [await http.post("/api/v1/boards/operations/commands", json=command) for command in commands]
    return [answer.json()["opened"] for answer in answers]


def recorded(session: Session) -> Counter[Key]:
    columns = col(ReadRecord.account), col(ReadRecord.type), col(ReadRecord.board)
    rows = session.exec(select(*columns, func.sum(ReadRecord.count)).group_by(*columns)).all()
    return Counter({(account, type, board): int(count) for account, type, board, count in rows if type in PATHS})


class Scene:
    """Two processes behind faults, and the people who read there. `url`: of the database, without the proxy."""

    def __init__(self, storm: ReadStorm, url: str, workers: WorkerProcesses, faults: ReadFaults) -> None:
        self.storm, self.workers, self.faults, self.database = storm, workers, faults, Database(url)

    async def run(self, boards: int) -> Counter[Key]:
        """Let people read until the storm is over, end the processes, and return the recorded reads."""
        await self.faults.sql(TABLE)
        tokens = await hire(self.database)
        opened = await open_searches(self.workers, next(iter(tokens.values())), boards)
        people = [each for each in tokens.items() for _ in range(TABS)]
        tabs = (Tab(self.storm, self.workers.url, *each, opened, Random(each[0])) for each in people)
        await asyncio.gather(self.faults.strike(), *(tab.read() for tab in tabs))
        await self.workers.end()
        return await self.database.read(recorded)


@asynccontextmanager
async def scene(storm: ReadStorm, postgres: Postgres, server_dir: Path, pause: int, files: Path) -> AsyncIterator[Scene]:
    with fresh_database(postgres) as url:
        async with own_redis(server_dir) as redis, proxy_to(url.replace("postgresql", "http", 1)) as proxy:
            through = make_url(url).set(host="127.0.0.1", port=int(proxy.url.rpartition(":")[2]))
            address = through.render_as_string(hide_password=False)
            async with running_workers(address, 2, redis.url, FILES_PATH=str(files)) as workers:
                made = Scene(storm, url, workers, ReadFaults(storm, url, proxy, redis, workers, pause))
                yield made
                await made.database.close()


@pytest.mark.parametrize(
    ("reads", "boards", "pause"), [(300, 10, 20), pytest.param(3_000, 10, 200, marks=pytest.mark.slow)], ids=["few", "many"]
)
async def test_each_served_read_is_recorded_once(
    postgres: Postgres, server_dir: Path, tmp_path: Path, reads: int, boards: int, pause: int
) -> None:
    storm = ReadStorm(reads)
    async with scene(storm, postgres, server_dir, pause, tmp_path) as running:
        counts = await running.run(boards)
        audit = await running.database.read(lambda session: hash_chain.verify(session, session.get_one(Board, AUDIT)))
    assert storm.wrong(counts) == {}
    assert storm.unknown
    assert set(running.faults.struck) == running.faults.known().keys()
    assert audit is None, "the chain of the audit journal"


def test_lost_and_doubled_reads_are_found() -> None:
    storm, key = ReadStorm(1), ("alice", "history.read", "search")
    storm.count(key, True)
    assert storm.wrong(Counter({key: 1})) == {}
    assert storm.wrong(Counter()) == {key: (1, 0, 0)}
    assert storm.wrong(Counter({key: 2})) == {key: (1, 2, 0)}
    storm.count(key, False)
    assert storm.wrong(Counter({key: 2})) == {}
    assert storm.wrong(Counter({key: 3})) == {key: (1, 3, 1)}
