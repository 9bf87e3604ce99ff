"""Cost of the read log: people work on a search while 50 others read, with and without the entries of their reads.

Rounds with and without entries alternate, because a machine's speed drifts. Throughput is measured with as many commands as fit,
latency with commands at a fixed pace.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.audit.entries import PhotoRead
from board.audit.log import read_queries
from board.audit.log.unusual_facts import first_id, unusual_reads
from board.config.unusual_reads import load_unusual_reads
from board.engine.identity import Caller
from board.service import BoardService
from models.db.database import Database
from models.db.schema import migrate
from models.ids import new_id
from models.read_record import ReadRecord
from models.times import format_utc
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import HELPER, create_coordinators, open_service
from tests.tools.bench._workload import commands_of_person
from tests.tools.bench.commands import Search

ROUNDS, SECONDS, WARM_S = 3, 3.0, 0.5
PEOPLE = 32  # who send commands as fast as they are acknowledged
PACED, PACE_S = 8, 0.05
READERS, READ_EVERY_S = 50, 0.25  # 200 reads a second
MAX_SHARE, MAX_MS = 5.0, 2.0  # of the throughput, and at the 95th percentile
ROWS, MAX_PAGE_MS = 1_000_000, 100.0
START, EVERY = datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=20)  # of the rows
UNUSUAL, MAX_UNUSUAL_MS = timedelta(days=30), 5_000.0  # more rows than the page of unusual reads examines


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_figures(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _pages(folder)


def _pages(folder: str) -> Iterator[Figure]:
    """Yield the CPU time of pages of the read log if one search has half of ROWS reads."""
    database = Database(f"sqlite:///{folder}/board.db")
    migrate(database)
    database.write_now(_fill)
    on = f"{ROWS:,} reads, half of them of one search; CPU time; SQLite"
    queries: dict[str, Callable[[Session], object]] = {
        "newest page of a search": lambda session: read_queries.of_board(session, "search 0"),
        "old page of a search": lambda session: read_queries.of_board(session, "search 0", _id(ROWS // 10)),
        "page of one reader of a search": lambda session: read_queries.of_board(session, "search 0", account="reader 7"),
        "page of a reader": lambda session: read_queries.of_account(session, "reader 7"),
    }
    for what, query in queries.items():
        took = []
        for _ in range(20):
            began = time.process_time()
            database.read_now(query)
            took.append(time.process_time() - began)
        yield Figure(f"{what}, p95", percentile(sorted(took), 95) * 1_000, "ms", MAX_PAGE_MS, on, low=True)
    began, rules = time.process_time(), load_unusual_reads()
    page = database.read_now(lambda session: unusual_reads(session, START + ROWS * EVERY - UNUSUAL, rules))
    took_ms = (time.process_time() - began) * 1_000
    yield Figure(f"page of unusual reads, of {page.total:,}", took_ms, "ms", MAX_UNUSUAL_MS, on, low=True)
    database.dispose()


def _id(number: int) -> str:
    """Return the id of a row, which begins with its time."""
    return f"{first_id(START + number * EVERY)}{number:019x}"


def _fill(session: Session) -> None:
    constant = {
        "batch": "", "following": False, "count": 1, "hits": 0, "token": None, "type": "photo.read", "entity": "e", "detail": "",
        "why": "role", "screen": "search", "on_duty": True,
    }  # fmt: skip
    for first in range(0, ROWS, 10_000):
        rows = []
        for number in range(first, first + 10_000):
            at = format_utc(START + number * EVERY)
            board = "search 0" if number % 2 else f"search {number % 1_000}"
            about = {
                "id": _id(number),
                "seq": number,
                "at": at,
                "until": at,
                "account": f"reader {number % 50}",
                "board": board,
            }
            rows.append(constant | about)
        session.connection().execute(insert(ReadRecord), rows)


async def _figures(folder: str) -> list[Figure]:
    service = await open_service({"DATABASE_URL": f"sqlite:///{folder}/board.db", "SERVE_UNRECORDED_READS": "False"})
    await create_coordinators(service, 1)
    account = await service.database.read(lambda session: accounts.find(session, HELPER).id)
    caller = await live_changes.caller_for(service, account)
    rates: dict[bool, list[float]] = {True: [], False: []}
    took: dict[bool, list[float]] = {True: [], False: []}
    waits: list[float] = []
    for _, recorded in itertools.product(range(ROUNDS), (False, True)):
        async with _readers(service, caller, recorded) as round_waits:
            rates[recorded].append(await _rate(service, caller))
            took[recorded] += await _paced(service, caller)
        waits += round_waits if recorded else []
    cpu_read, cpu_command = await _cpu_of_reads(service, caller), await _cpu_of_commands(service, caller)
    await service.close()
    alone = f"CPU time, which load beside it hardly changes; {READERS} at a time; SQLite, one process"
    on = f"{READERS} people read {READERS / READ_EVERY_S:.0f} times a second; {PEOPLE} people send commands; SQLite, one process"
    without, with_entries = mean(rates[False]), mean(rates[True])
    slower = percentile(sorted(took[True]), 95) - percentile(sorted(took[False]), 95)
    return [
        Figure("commands without entries of reads", without, "/s", None, on),
        Figure("commands with entries of reads", with_entries, "/s", None, on),
        Figure("throughput that the entries cost", 100 * (1 - with_entries / without), "%", MAX_SHARE, on, low=True),
        Figure("command at a fixed pace, without entries, p95", percentile(sorted(took[False]), 95) * 1_000, "ms", None, on),
        Figure("command at a fixed pace, entries add at p95", slower * 1_000, "ms", MAX_MS, on, low=True),
        Figure("wait of a read for its entry, p50", percentile(sorted(waits), 50) * 1_000, "ms", None, on),
        Figure("wait of a read for its entry, p95", percentile(sorted(waits), 95) * 1_000, "ms", None, on),
        Figure("CPU time of a command", cpu_command * 1_000_000, "µs", None, alone),
        Figure("CPU time of a new entry of a read", cpu_read[0] * 1_000_000, "µs", None, alone),
        Figure("CPU time of a repeated read", cpu_read[1] * 1_000_000, "µs", None, alone),
    ]


async def _cpu_of_reads(service: BoardService, caller: Caller) -> tuple[float, float]:
    """Return the CPU seconds of a new entry, and of a repeated one."""
    entries = [PhotoRead(id=f"cpu {number}", board=new_id()) for number in range(2_000)]
    took = []
    for _ in range(2):
        began = time.process_time()
        for start in range(0, len(entries), READERS):
            await asyncio.gather(*(service.read_log.record(caller, entry) for entry in entries[start : start + READERS]))
        took.append((time.process_time() - began) / len(entries))
    return took[0], took[1]


async def _cpu_of_commands(service: BoardService, caller: Caller) -> float:
    """Return the CPU seconds of a command."""
    search = Search(service, caller)
    working = [asyncio.create_task(search.work(card)) for card in await search.begin(PEOPLE)]
    before, began = search.acked, time.process_time()
    await asyncio.sleep(SECONDS)
    took = (time.process_time() - began) / max(1, search.acked - before)
    await _stop(working)
    return took


@asynccontextmanager
async def _readers(service: BoardService, caller: Caller, recorded: bool) -> AsyncIterator[list[float]]:
    """Let people read within a `with` block. Yield how long each read waited for its entry."""
    waits: list[float] = []

    async def read(number: int) -> None:
        await asyncio.sleep(READ_EVERY_S * number / READERS)
        for photo in itertools.count():
            began = time.monotonic()
            if recorded:
                await service.read_log.record(caller, PhotoRead(id=f"{number} {photo % 20}", board=new_id()))
            waits.append(time.monotonic() - began)
            await asyncio.sleep(READ_EVERY_S)

    reading = [asyncio.create_task(read(number)) for number in range(READERS)]
    try:
        yield waits
    finally:
        await _stop(reading)


async def _rate(service: BoardService, caller: Caller) -> float:
    """Return the commands a second of people who send the next as soon as one is acknowledged."""
    search = Search(service, caller)
    working = [asyncio.create_task(search.work(card)) for card in await search.begin(PEOPLE)]
    await asyncio.sleep(WARM_S)
    before, began = search.acked, time.monotonic()
    await asyncio.sleep(SECONDS)
    rate = (search.acked - before) / (time.monotonic() - began)
    await _stop(working)
    return rate


async def _paced(service: BoardService, caller: Caller) -> list[float]:
    """Return how long each command took, of people who send one every PACE_S."""
    search, took = Search(service, caller), list[float]()

    async def work(number: int, card: str) -> None:
        await asyncio.sleep(PACE_S * number / PACED)
        for name, data in commands_of_person(card, search.columns):
            began = time.monotonic()
            await search.command(name, data)
            took.append(time.monotonic() - began)
            await asyncio.sleep(PACE_S)

    working = [asyncio.create_task(work(*each)) for each in enumerate(await search.begin(PACED))]
    await asyncio.sleep(SECONDS)
    await _stop(working)
    return took


async def _stop(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        if task.done():
            task.result()  # raises: somebody was refused
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
