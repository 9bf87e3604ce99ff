"""Handover report over many active searches: while it is written, just after it was signed, and after another night of work on
every board."""

import asyncio
import time
from collections.abc import Iterator

import httpx2 as httpx

from board.engine.identity import Caller
from board.service import BoardService
from models.board import OPERATIONS
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import (
    create_coordinator,
    create_coordinators,
    execute,
    on_servers,
    on_sqlite,
    open_search,
    open_service,
    serving,
)
from tests.tools.bench._workload import SIGHTING_TEXT

SEARCHES, CARDS, SINCE = 100, 40, 50  # cards of a search, half of them tasks that are due; events on each after it was signed
READINGS, WARM = 20, 3


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, Redis, 1 worker")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    token, boards = asyncio.run(_worked(settings))
    with serving(settings) as (_, port):
        on = f"p50 over HTTP; {SEARCHES} active searches of {CARDS} cards; {on}"
        yield Figure("handover: composed while it is written", _read(port, token), "ms", 1_000, on, low=True)
        _sign(port, token)
        yield Figure("handover: as it was signed", _read(port, token), "ms", 1_000, on, low=True)
    asyncio.run(_go_on(settings, boards))
    with serving(settings) as (_, port):
        yield Figure(f"handover: the same, {SINCE} events a board later", _read(port, token), "ms", 1_000, on, low=True)


async def _worked(settings: dict[str, str]) -> tuple[str, list[str]]:
    """Create searches with cards, and a handover in preparation; return a token of the shift's holder."""
    service = await open_service(settings)
    (token,) = await create_coordinators(service, 1)
    caller = await create_coordinator(service)
    await execute(service, caller, OPERATIONS, "shift.take", {"reason": "the first"})
    boards = [await open_search(service, caller) for _ in range(SEARCHES)]
    for board in boards:
        await asyncio.gather(*(_add(service, caller, board, number) for number in range(CARDS)))
    await execute(service, caller, OPERATIONS, "handover.prepare", {})
    for board in boards:
        await execute(
            service, caller, board, "handover.write", {"handover": 1, "assessment": SIGHTING_TEXT * 5, "contacts": SIGHTING_TEXT}
        )
    await service.close()
    return token, boards


async def _add(service: BoardService, caller: Caller, board: str, number: int) -> None:
    if number % 2:
        await execute(service, caller, board, "task.add", {"title": f"{number}: call back", "due": "2026-11-25T12:00:00Z"})
    else:
        await execute(service, caller, board, "sighting.add", {"description": f"{number}: {SIGHTING_TEXT}"})


async def _go_on(settings: dict[str, str], boards: list[str]) -> None:
    service = await open_service(settings)
    caller = await create_coordinator(service)
    for board in boards:
        notes = ({"text": SIGHTING_TEXT, "category": ("comment", "decision")[number % 2]} for number in range(SINCE))
        await asyncio.gather(*(execute(service, caller, board, "note.add", each) for each in notes))
    await service.close()


def _sign(port: int, token: str) -> None:
    with _client(port, token) as http:
        positions = {each["board"]: each["seq"] for each in http.get("/api/v1/handover").json()["searches"]}
        data = {"handover": 1, "positions": positions}
        body = {"id": "sign", "name": "handover.sign", "data": data}
        assert http.post(f"/api/v1/boards/{OPERATIONS}/commands", json=body).status_code == 200


def _read(port: int, token: str) -> float:
    """Return how long the report takes, in milliseconds."""
    took = []
    with _client(port, token) as http:
        for _ in range(WARM + READINGS):
            since = time.perf_counter()
            answer = http.get("/api/v1/handover")
            took.append((time.perf_counter() - since) * 1_000)
            assert len(answer.json()["searches"]) == SEARCHES
    return percentile(sorted(took[WARM:]), 50)


def _client(port: int, token: str) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
