"""Installation after years: space for each event, start, and the reads that must not grow with the journal.

`board bench years --events 1000000` measures the size that matters; without it the size is small, as it takes minutes.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2 as httpx
from sqlalchemy import make_url

from board.maintenance.checks.tables import sizes
from models.db.database import Database
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import on_servers, on_sqlite, serve, serving
from tests.tools.bench._years import make_large_board, make_long_board, make_years
from tests.tools.bench.big_board import _snapshots

EVENTS = int(os.environ.get("BENCH_EVENTS", "20000"))
SEARCHES = max(2, EVENTS // 5_000)
CARDS = 9_800  # a board has room for 10,000 entities
LONG_EVENTS, LONG_CARDS = max(5_000, EVENTS // 10), 1_000  # of one search
READINGS, WARM, STARTS = 40, 3, 3


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, Redis, 1 worker")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    token, boards = asyncio.run(make_years(settings, EVENTS, SEARCHES))
    whole = f"{EVENTS:,} events, {SEARCHES} searches; {on}"
    yield from _space(settings["DATABASE_URL"], whole)
    starts = sorted(_start(settings) for _ in range(STARTS))
    yield Figure("years: start of a process until it is ready", percentile(starts, 50), "s", 1.5, whole, low=True)
    yield from _reads(settings, token, whole)
    after = _verified_after_restart(settings, token, boards[0])
    yield Figure("years: integrity of a history, first asked after a restart", after, "ms", 200, whole, low=True)


def _space(url: str, on: str) -> Iterator[Figure]:
    """Yield the bytes for each event, of all tables and indexes."""
    database = Database(url, read_only=True)
    found = database.read_now(lambda session: sizes(session, Path(make_url(url).database or "") if database.path else None))
    database.dispose()
    used = {each.name: each.bytes or 0 for each in found}
    events = next(each.rows for each in found if each.name == "event")
    journal, ids, all = used["event"], used["processed_commands"], sum(used.values())
    yield Figure("years: database, for each event", all / events, "bytes", 700, on, low=True)
    yield Figure("years: without ids of commands, pruned after 90 days", (all - ids) / events, "bytes", None, on)
    yield Figure("years: the journal alone", journal / events, "bytes", None, on)


def _start(settings: dict[str, str]) -> float:
    """Return the seconds from starting a process until it takes connections."""
    since = time.perf_counter()
    process, _ = serve(settings)
    took = time.perf_counter() - since
    process.terminate()
    process.communicate()
    return took


def _reads(settings: dict[str, str], token: str, on: str) -> Iterator[Figure]:
    large = asyncio.run(make_large_board(settings, CARDS))
    long = asyncio.run(make_long_board(settings, LONG_EVENTS, LONG_CARDS))
    process, port = serve(settings)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, timeout=60) as http:
            random, head = Random(3), http.get(f"/boards/{long}").json()["seq"]
            past = _p95(http, f"/boards/{long}", lambda: {"at": random.randint(1, head)})
            cards = f"board of {LONG_CARDS:,} cards and {head:,} events; {on}"
            yield Figure("years: read as of a moment over HTTP, p95", past, "ms", 100, cards, low=True)
            yield Figure("years: `since` of all boards, p95", _p95(http, "/since", dict), "ms", 200, on, low=True)
            yield Figure("years: operations board, p95", _p95(http, "/boards/operations", dict), "ms", 300, on, low=True)
        cpu, _ = _snapshots(port, token, large, process.pid)
        cards = f"{CARDS:,} cards; {on}"
        yield Figure("years: snapshot, time of the server's processor", cpu * 1_000, "ms", 150, cards, low=True)
    finally:
        process.terminate()
        process.communicate()


def _verified_after_restart(settings: dict[str, str], token: str, board: str) -> float:
    """Return the milliseconds for verifying a board that an earlier process has verified."""
    took = 0.0
    for _ in range(2):
        with serving(settings) as (_, port):
            address, headers = f"http://127.0.0.1:{port}/api/v1", {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=address, headers=headers, timeout=60) as http:
                status, attempts = 503, 0
                while status == 503 and attempts < 10:  # a long chain takes several calls
                    since = time.perf_counter()
                    status = http.get(f"/boards/{board}/chain").status_code
                    took, attempts = (time.perf_counter() - since) * 1_000, attempts + 1
                assert status == 200, status
    return took


def _p95(http: httpx.Client, path: str, params: Callable[[], dict[str, Any]]) -> float:
    """Return the milliseconds that 95 of 100 readings do not exceed."""
    took = []
    for _ in range(WARM + READINGS):
        since = time.perf_counter()
        answer = http.get(path, params=params())
        took.append((time.perf_counter() - since) * 1_000)
        assert answer.status_code == 200, path
    return percentile(sorted(took[WARM:]), 95)
