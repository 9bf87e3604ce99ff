"""Reads of a long board as it was at a moment, over HTTP: at any of its events, and at any time."""

import asyncio
import time
from collections.abc import Iterator
from random import Random

import httpx2 as httpx

from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import add_history, big_board
from tests.tools.bench._server import on_servers, on_sqlite, serving

CARDS, EVENTS = 1_000, 20_000
READINGS, WARM = 100, 5


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, Redis, 1 worker")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    token, board = asyncio.run(big_board(settings, CARDS, 0))
    asyncio.run(add_history(settings, board, EVENTS))
    with serving(settings) as (_, port):
        took, size = _read(port, token, board)
    whole = f"{CARDS:,} cards, {EVENTS:,} events; {on}"
    yield Figure("as-of read over HTTP, p95", percentile(took, 95) * 1_000, "ms", 100, whole, low=True)
    yield Figure("as-of read: bytes of the last", size / 1e3, "kB", None, whole)


def _read(port: int, token: str, board: str) -> tuple[list[float], int]:
    """Return the sorted times of reading the board at random moments, and the bytes of the whole of it."""
    random, took = Random(3), []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        head = http.get(f"/api/v1/boards/{board}").json()["seq"]
        for number in range(WARM + READINGS):
            since = time.perf_counter()
            answer = http.get(f"/api/v1/boards/{board}", params={"at": random.randint(1, head)})
            took.append(time.perf_counter() - since)
            assert answer.status_code == 200, number
        return sorted(took[WARM:]), len(http.get(f"/api/v1/boards/{board}", params={"at": head}).content)
